import { type Fields, isFields } from "../../deployment/case-fields.ts";
import { type BenchmarkRun, noLoad, type OfferedLoad, type Spread } from "./benchmark-run.ts";
import { allWords, at, day, figure, meanLength, positive, spread, words } from "./fields.ts";

/** How many of a metric's own unit make a second; undefined for what is no time. */
export function unitsPerSecond(unit: unknown): number | undefined {
  switch (words(unit)?.toLowerCase()) {
    case "ns":
    case "nanoseconds":
      return 1e9;
    case "us":
    case "µs":
    case "microseconds":
      return 1e6;
    case "ms":
    case "milliseconds":
      return 1000;
    case "s":
    case "sec":
    case "seconds":
      return 1;
    default:
      return undefined;
  }
}

/** `profile_export_aiperf.json` (AIPerf 0.1 to 0.13) or GenAI-Perf's before it: a member a metric, each with its unit. */
export function aiperf(fields: Fields): readonly BenchmarkRun[] | undefined {
  const config = fields.input_config;
  if (!isFields(at(fields, "request_latency")) || !isFields(at(fields, "request_throughput"))) return undefined;
  const latency = (...names: readonly string[]): Spread | null => {
    const metric = names.map((name) => fields[name]).find(isFields);
    const perSecond = unitsPerSecond(at(metric, "unit"));
    return perSecond === undefined ? null : spread((name) => at(metric, name === "mean" ? "avg" : name), perSecond);
  };
  const average = (...names: readonly string[]): number | null =>
    names.map((name) => figure(at(fields, name, "avg"))).find((value) => value !== null) ?? null;
  const isNew = fields.aiperf_version !== undefined || fields.schema_version !== undefined;
  const { completed, failed } = counts(fields);
  return [
    {
      tool: isNew ? "aiperf" : "genai-perf",
      toolVersion: words(fields.aiperf_version),
      label: "",
      date: day(fields.start_time),
      models: modelsOf(config),
      load: { ...loadOf(config), requests: completed },
      completed,
      failed,
      durationSeconds: positive(average("benchmark_duration")),
      promptTokens: meanLength(average("input_sequence_length", "num_input_token")),
      outputTokens: meanLength(average("output_sequence_length", "output_token_count", "num_output_token")),
      ttftSeconds: latency("time_to_first_token"),
      // One a request: (latency − TTFT) / (tokens − 1).
      tpotSeconds: latency("inter_token_latency"),
      itlSeconds: latency("inter_chunk_latency"),
      e2eSeconds: latency("request_latency"),
      requestsPerSecond: positive(average("request_throughput")),
      outputTokensPerSecond: positive(average("output_token_throughput")),
    },
  ];
}

function counts(fields: Fields): { readonly completed: number | null; readonly failed: number | null } {
  const completed = figure(at(fields, "request_count", "avg")) ?? figure(at(fields, "request_latency", "count"));
  const all = figure(at(fields, "completed_request_count", "avg"));
  return {
    completed,
    failed: figure(at(fields, "error_request_count", "avg")) ?? (all !== null && completed !== null ? all - completed : null),
  };
}

function modelsOf(config: unknown): readonly string[] {
  const lists = [at(config, "endpoint", "model_names"), at(config, "model"), at(config, "model_names")];
  const listed = lists.flatMap((list): unknown[] => (Array.isArray(list) ? list : [list]));
  return allWords(at(config, "models", "items", 0, "name"), ...listed, at(config, "tokenizer", "name"), at(config, "tokenizer"));
}

/** The last phase is the measured one; before phases there was one load, and before that perf_analyzer's stimulus. */
function loadOf(config: unknown): OfferedLoad {
  const places = [at(config, "phases", -1), at(config, "loadgen"), at(config, "perf_analyzer", "stimulus"), at(config, "stimulus"), config];
  const first = (...names: readonly string[]): number | null =>
    places.flatMap((place) => names.map((name) => positive(at(place, name)))).find((value) => value !== null) ?? null;
  const ratePerSecond = first("request_rate", "rate");
  return {
    ...noLoad,
    ratePerSecond,
    arrivals: ratePerSecond === null ? null : "poisson",
    concurrency: first("concurrency", "max_concurrency"),
  };
}
