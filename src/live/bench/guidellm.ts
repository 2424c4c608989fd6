import { type Fields, isFields } from "../../deployment/case-fields.ts";
import { type BenchmarkRun, noLoad, type OfferedLoad, type Spread } from "./benchmark-run.ts";
import { allWords, at, day, figure, meanLength, positive, spread, words } from "./fields.ts";

/** guidellm's JSON, 0.2 to 0.8: one run a strategy; the words around the metrics moved between releases, the metrics did not. */
export function guidellm(fields: Fields): readonly BenchmarkRun[] | undefined {
  const list = fields.benchmarks;
  if (!Array.isArray(list)) return undefined;
  const ours = list.filter((one): one is Fields => isFields(at(one, "metrics")) && at(one, "metrics", "requests_per_second") !== undefined);
  return ours.length === 0 ? undefined : ours.map((one) => runOf(one, fields));
}

function runOf(benchmark: Fields, file: Fields): BenchmarkRun {
  const metric = (name: string, perSecond: number): Spread | null => {
    const found = at(benchmark, "metrics", name);
    const all = at(found, "successful") ?? found;
    return spread((word) => at(all, "percentiles", word) ?? at(all, word === "p50" ? "median" : word), perSecond);
  };
  const mean = (name: string): number | null => {
    const found = at(benchmark, "metrics", name);
    return figure(at(found, "successful", "mean") ?? at(found, "mean"));
  };
  const counted = at(benchmark, "metrics", "request_totals") ?? at(benchmark, "request_totals");
  const completed = figure(at(counted, "successful"));
  const output = meanLength(mean("output_token_count"));
  const requestsPerSecond = positive(mean("requests_per_second"));
  const strategy = at(benchmark, "config", "strategy") ?? at(benchmark, "scheduler", "strategy") ?? at(benchmark, "args", "strategy");
  return {
    tool: "guidellm",
    toolVersion: words(at(file, "metadata", "guidellm_version")),
    label: strategyLabel(strategy),
    date: day(at(benchmark, "start_time")) ?? day(at(benchmark, "run_stats", "start_time")),
    models: allWords(
      at(benchmark, "config", "backend", "model"),
      at(benchmark, "benchmarker", "backend", "model"),
      at(benchmark, "worker", "backend_model"),
      at(file, "config", "spec", "backend", "model"),
      at(file, "args", "model"),
    ),
    load: { ...strategyLoad(strategy), requests: positive(at(counted, "total")) ?? completed },
    completed,
    failed: figure(at(counted, "errored")),
    durationSeconds: positive(at(benchmark, "duration")),
    promptTokens: meanLength(mean("prompt_token_count")),
    outputTokens: output,
    ttftSeconds: metric("time_to_first_token_ms", 1000),
    // What guidellm calls time per output token has the first one in it; its inter token latency has not, and is one a request.
    tpotSeconds: metric("inter_token_latency_ms", 1000),
    itlSeconds: null,
    e2eSeconds: metric("request_latency", 1),
    requestsPerSecond,
    outputTokensPerSecond: requestsPerSecond !== null && output ? requestsPerSecond * output.mean : null,
  };
}

function strategyLabel(strategy: unknown): string {
  const kind = kindOf(strategy);
  const amount = figure(at(strategy, "rate")) ?? figure(at(strategy, "streams"));
  return kind === null ? "" : amount === null ? kind : `${kind}@${amount}`;
}

function kindOf(strategy: unknown): string | null {
  return words(at(strategy, "type_")) ?? words(at(strategy, "kind"));
}

function strategyLoad(strategy: unknown): OfferedLoad {
  return strategyNamed(kindOf(strategy) ?? "", {
    rate: positive(at(strategy, "rate")),
    streams: positive(at(strategy, "streams")) ?? positive(at(strategy, "max_concurrency")),
  });
}

/** How a strategy loads a server, by its name. The cap of a rate is thousands: none. */
export function strategyNamed(
  kind: string,
  { rate, streams }: { readonly rate: number | null; readonly streams: number | null },
): OfferedLoad {
  switch (kind) {
    case "synchronous":
      return { ...noLoad, concurrency: 1 };
    case "concurrent":
      return { ...noLoad, concurrency: streams };
    case "throughput":
      return { ...noLoad, ratePerSecond: Number.POSITIVE_INFINITY, concurrency: streams };
    case "poisson":
      return { ...noLoad, ratePerSecond: rate, arrivals: "poisson" };
    case "constant":
      return { ...noLoad, ratePerSecond: rate, arrivals: "constant" };
    default:
      return { ...noLoad, ratePerSecond: rate };
  }
}
