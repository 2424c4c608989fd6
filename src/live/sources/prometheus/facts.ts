import { pageFacts } from "../../running/page-facts.ts";
import type { Family, Sample, Snapshot } from "../../snapshot.ts";
import type { Ask } from "../../source.ts";
import { type AnsweredSeries, seriesIn } from "./answer.ts";
import { type ApiPlace, askApi } from "./api.ts";
import type { FleetShape } from "./shape.ts";

/** What the servers of a selection say of themselves in labels, and in gauges that hold a limit. */
export type StoreFacts = Pick<Snapshot, "cacheConfig" | "told">;

const cacheConfigNames = ["vllm:cache_config_info", "ray_vllm_cache_config_info", "sglang:cache_config_info"];
/** The families that `pageFacts` reads. */
const factNames = [
  ...cacheConfigNames,
  "sglang[:_](?:page_size|context_len|max_total_num_tokens|num_pages)",
  "trtllm_(?:model|parallel|kv_cache|cache|speculative)_config_info",
  "trtllm_(?:max_num_active_requests|kv_cache_tokens_per_block|kv_cache_max_blocks)",
  "dynamo_frontend_model_(?:max_num_seqs|max_num_batched_tokens|context_length|kv_cache_block_size|total_kv_blocks)",
  "num_request_max",
  "tgi_batch_total_tokens",
];

/** Asks for them, joined by the labels of the targets: they carry no model's name. `anchor` selects a series of each server. */
export async function storeFacts(ask: Ask, place: ApiPlace, { targetLabels }: FleetShape, anchor: string): Promise<StoreFacts> {
  if (targetLabels.length === 0) return { cacheConfig: undefined };
  const query = `{__name__=~"${factNames.join("|")}"} and on (${targetLabels.join(", ")}) ${anchor}`;
  const answer = await askApi(ask, place, "query", { query });
  const series = answer.kind === "data" ? (seriesIn(answer.data) ?? []) : [];
  const families = new Map<string, Family>();
  for (const name of new Set(series.map(nameOf))) {
    const samples = series.filter((one) => nameOf(one) === name).map((one) => sampleOf(one, targetLabels));
    families.set(name, { name, type: "gauge", samples: name.endsWith("_info") ? agreed(samples) : samples });
  }
  const told = pageFacts({ families, problems: [], labelNames: new Set() });
  return {
    cacheConfig: cacheConfigNames.map((name) => families.get(name)?.samples[0]?.labels).find((labels) => labels !== undefined),
    told,
  };
}

/** What differs between servers says nothing of all of them. */
function agreed(samples: readonly Sample[]): readonly Sample[] {
  const [first] = samples;
  if (!first) return [];
  const labels = Object.entries(first.labels).filter(([label, value]) => samples.every((sample) => sample.labels[label] === value));
  return [{ ...first, labels: Object.fromEntries(labels) }];
}

function nameOf({ labels }: AnsweredSeries): string {
  return labels.__name__ ?? "";
}

function sampleOf(series: AnsweredSeries, targetLabels: readonly string[]): Sample {
  const labels = Object.entries(series.labels).filter(([label]) => label !== "__name__" && !targetLabels.includes(label));
  return { name: nameOf(series), labels: Object.fromEntries(labels), value: series.samples.at(-1)?.[1] ?? Number.NaN };
}
