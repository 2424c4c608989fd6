import type { Sample, ServerKind } from "../snapshot.ts";

/** A label that tells engines apart, and what stands in for it where it is missing or empty. */
export type EngineLabel = readonly [label: string, ...instead: string[]];

/** vLLM's DP rank, SGLang's, Ray's replica (before Ray 2.48 its process alone), the worker of SGLang's gateway. */
const engineLabels: readonly EngineLabel[] = [["engine"], ["dp_rank"], ["ReplicaId", "WorkerId"], ["replica"], ["worker_addr"]];
/** On a federated page the targets that it was put together from. */
const pageLabels: readonly EngineLabel[] = [...engineLabels, ["instance"]];
const modelLabel: EngineLabel = ["model_name", "model", "model_id"];
/** Those of pages that speak of engines elsewhere. */
const ownLabels: Readonly<Partial<Record<ServerKind, readonly EngineLabel[]>>> = {
  "production-stack-router": [["server"]],
  // The second until the picker was renamed.
  "llm-d-epp": [["model_server_endpoint", "model_server_pod"]],
  "dcgm-exporter": [["Hostname"], ["gpu"]],
  dynamo: [["worker_id"], ["dp_rank"]],
  smg: [["worker", "worker_url"], ["worker_id"]],
  "vllm-router": [["worker", "worker_url"]],
};

/** The labels by which a kind of server tells the engines that it speaks of apart. */
export function engineLabelsOf(kind: ServerKind): readonly EngineLabel[] {
  return ownLabels[kind] ?? engineLabels;
}

/** Whether the models of a page are those of engines: an engine serves one, a router sends on for any number. */
export function tellsEngines(kind: ServerKind): boolean {
  return ownLabels[kind] === undefined;
}

/** Ranks that repeat what their engine says: the lowest of each speaks. */
export const rankLabels = ["tp_rank", "pp_rank", "moe_ep_rank"] as const;

/** How the series of a page fall to its engines; made once for a page, from the labels it uses. */
export class EngineSeries {
  private readonly engine: readonly EngineLabel[];
  private readonly model: EngineLabel | undefined;
  private readonly ranks: readonly string[];
  private readonly routed: boolean;
  private readonly repeated: boolean;

  /** `apart`: by which models are told apart too, where nothing else tells their engines. */
  constructor(labels: ReadonlySet<string>, kind: ServerKind, apart: "engines" | "models") {
    this.engine = (ownLabels[kind] ?? pageLabels).filter((names) => names.some((label) => labels.has(label)));
    this.model = apart === "models" ? modelLabel : undefined;
    this.ranks = rankLabels.filter((label) => labels.has(label));
    this.routed = labels.has("server");
    this.repeated = labels.has("pid");
  }

  /** Series by engine, after routers, repeated processes and ranks are taken out; `""` where none is named. */
  group(samples: readonly Sample[]): ReadonlyMap<string, readonly Sample[]> {
    const speaking = this.speaking(samples);
    const [first] = speaking;
    if (!first || (this.engine.length === 0 && !this.model)) return new Map([["", speaking]]);
    const only = this.engineOf(first);
    if (speaking.every((sample) => this.engineOf(sample) === only)) return new Map([[only, speaking]]);
    const groups = new Map<string, Sample[]>();
    for (const sample of speaking) {
      const engine = this.engineOf(sample);
      const group = groups.get(engine);
      if (group) group.push(sample);
      else groups.set(engine, [sample]);
    }
    return groups;
  }

  /** The series that say something of their own. */
  speaking(samples: readonly Sample[]): readonly Sample[] {
    let kept = this.routed ? withoutRouter(samples) : samples;
    for (const label of this.ranks) kept = this.lowest(kept, label);
    return this.repeated ? oneProcess(kept) : kept;
  }

  private lowest(samples: readonly Sample[], label: string): readonly Sample[] {
    const lowest = new Map<string, number>();
    for (const sample of samples) {
      const engine = this.engineOf(sample);
      lowest.set(engine, Math.min(lowest.get(engine) ?? Number.POSITIVE_INFINITY, rankOf(sample, label)));
    }
    return samples.filter((sample) => rankOf(sample, label) === lowest.get(this.engineOf(sample)));
  }

  private engineOf({ labels }: Sample): string {
    let engine = "";
    for (const names of this.engine) {
      const value = labelIn(labels, names);
      if (value !== "") engine = engine === "" ? value : `${engine}/${value}`;
    }
    if (!this.model) return engine;
    const model = labelIn(labels, this.model);
    // Whose it is of several nobody says.
    if (model === "") return "";
    return engine === "" ? model : `${engine}/${model}`;
  }
}

/** The model that a series is of; empty where none is named. */
export function modelOf({ labels }: Sample): string {
  return labelIn(labels, modelLabel);
}

function labelIn(labels: Sample["labels"], [first, ...instead]: EngineLabel): string {
  const value = labels[first];
  if (value) return value;
  for (const label of instead) if (labels[label]) return labels[label];
  return "";
}

/** A router's view of its servers uses the engines' names with a `server` label: counting both would count twice. */
function withoutRouter(samples: readonly Sample[]): readonly Sample[] {
  const engines = samples.filter((sample) => sample.labels.server === undefined);
  return engines.length > 0 ? engines : samples;
}

function rankOf(sample: Sample, label: string): number {
  return Number(sample.labels[label] ?? 0) || 0;
}

/**
 * With several API servers vLLM around 0.11 printed one copy of each engine's series per `pid`. The copies are not shares: the process
 * that says the most is taken, series by series (a histogram as a whole, by its count).
 */
function oneProcess(samples: readonly Sample[]): readonly Sample[] {
  const weights = new Map<string, Map<string, number>>();
  for (const sample of samples) {
    const series = seriesOf(sample);
    const processes = weights.get(series) ?? new Map<string, number>();
    weights.set(series, processes);
    const pid = sample.labels.pid ?? "";
    // Sums of seconds are no measure of how much a process saw; counts and buckets are.
    const weight = sample.name.endsWith("_sum") ? 0 : sample.value;
    processes.set(pid, Math.max(processes.get(pid) ?? Number.NEGATIVE_INFINITY, weight));
  }
  const chosen = new Map<string, string>();
  for (const [series, processes] of weights) {
    let best: readonly [string, number] | undefined;
    for (const entry of processes) if (!best || entry[1] > best[1] || (entry[1] === best[1] && entry[0] < best[0])) best = entry;
    if (best) chosen.set(series, best[0]);
  }
  return samples.filter((sample) => chosen.get(seriesOf(sample)) === (sample.labels.pid ?? ""));
}

/** One series without its process; all lines of a histogram share it. */
function seriesOf({ labels }: Sample): string {
  const pairs: string[] = [];
  for (const label in labels) if (label !== "pid" && label !== "le") pairs.push(`${label}\u0001${labels[label]}`);
  return pairs.sort().join("\u0002");
}
