import { atLeast, type Version } from "../deployment/version.ts";
import { printMetrics, printValue } from "../live/print-metrics.ts";
import type { Family, Sample } from "../live/snapshot.ts";
import type { EngineView } from "./replay.ts";
import { type WireFamily, wireFamilies } from "./wire-families.ts";

export interface PageFacts {
  readonly version: Version;
  readonly model: string;
  /** Unix seconds. */
  readonly startedAt: number;
  readonly cacheConfig: Readonly<Record<string, string>>;
  /** KV blocks of one engine. */
  readonly blocks: number;
}

/** The page a vLLM of this version would serve in this state. */
export function demoPage(facts: PageFacts, engines: readonly EngineView[]): string {
  const families = new Map<string, Family>();
  const help = new Map<string, string>();
  const add = (family: Family, text: string) => {
    families.set(family.name, family);
    help.set(family.name, text);
  };
  add(
    { name: "process_start_time_seconds", type: "gauge", samples: [plain("process_start_time_seconds", {}, facts.startedAt)] },
    "Start of the process, unix seconds.",
  );
  for (const wire of wireFamilies(facts.version)) {
    const name = `vllm:${wire.name}${wire.type === "counter" ? "_total" : ""}`;
    add(
      {
        name,
        type: wire.type,
        samples: engines.flatMap((view, engine) => samplesOf(wire, name, view, labelsOf(facts, engine), facts.blocks)),
      },
      wire.help,
    );
    if (wire.type === "gauge") continue;
    const born = `vllm:${wire.name}_created`;
    const splits = wire.type === "counter" && wire.reasons ? wire.reasons.map((reason) => ({ finished_reason: reason })) : [{}];
    const samples = engines.flatMap((_, engine) =>
      splits.map((split) => plain(born, { ...labelsOf(facts, engine), ...split }, facts.startedAt)),
    );
    add({ name: born, type: "gauge", samples }, wire.help);
  }
  if (atLeast(facts.version, "0.20.0")) add(waitingByReason(facts, engines), "Waiting requests by reason.");
  add(
    {
      name: "vllm:cache_config_info",
      type: "gauge",
      samples: engines.map((_, engine) => plain("vllm:cache_config_info", { ...facts.cacheConfig, engine: String(engine) }, 1)),
    },
    "Configuration of the KV cache.",
  );
  return printMetrics({ families }, help);
}

function labelsOf({ model }: PageFacts, engine: number): Readonly<Record<string, string>> {
  return { engine: String(engine), model_name: model };
}

function plain(name: string, labels: Readonly<Record<string, string>>, value: number): Sample {
  return { name, labels, value };
}

function samplesOf(
  wire: WireFamily,
  name: string,
  view: EngineView,
  labels: Readonly<Record<string, string>>,
  blocks: number,
): readonly Sample[] {
  switch (wire.type) {
    case "gauge":
      return [plain(name, labels, wire.shows === "usage" ? inBlocks(view.usage, blocks) : view[wire.shows])];
    case "counter": {
      const value = view.tally.counters[wire.shows];
      // Simulated requests end where their answer ends: the first reason.
      return wire.reasons
        ? wire.reasons.map((reason, index) => plain(name, { ...labels, finished_reason: reason }, index === 0 ? value : 0))
        : [plain(name, labels, value)];
    }
    case "histogram": {
      const { bounds, counts, micros } = view.tally.histograms[wire.shows];
      let total = 0;
      const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, index) => {
        total += counts[index] ?? 0;
        return plain(`${name}_bucket`, { ...labels, le: printValue(bound) }, total);
      });
      return [...buckets, plain(`${name}_count`, labels, total), plain(`${name}_sum`, labels, micros / 1e6)];
    }
    default:
      return wire satisfies never;
  }
}

/** vLLM keeps its first block for itself: usage moves in steps of 1 / (blocks − 1). */
function inBlocks(usage: number, blocks: number): number {
  return blocks > 1 ? Math.round(usage * (blocks - 1)) / (blocks - 1) : usage;
}

function waitingByReason(facts: PageFacts, engines: readonly EngineView[]): Family {
  const name = "vllm:num_requests_waiting_by_reason";
  const samples = engines.flatMap((view, engine) => [
    plain(name, { ...labelsOf(facts, engine), reason: "capacity" }, view.waiting),
    plain(name, { ...labelsOf(facts, engine), reason: "deferred" }, 0),
  ]);
  return { name, type: "gauge", samples };
}
