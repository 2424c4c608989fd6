import { type Fields, isFields } from "../../deployment/case-fields.ts";
import { type Message, message } from "../../deployment/message.ts";
import { type BenchmarkRun, noLoad, type OfferedLoad } from "./benchmark-run.ts";
import { at, figure, meanLength, positive, spread } from "./fields.ts";

/** A share by which a generator may fall behind before its own limit decides the load. */
const behind = 0.97;

/** `stage_N_lifecycle_metrics.json` or the summary of inference-perf (reportgen of 0.1 to 0.3). Its own dates and model are in other files. */
export function inferencePerf(fields: Fields): readonly BenchmarkRun[] | Message | undefined {
  const { load_summary: load, successes } = fields;
  const latency = at(successes, "latency");
  if (!isFields(load) || !isFields(successes) || !isFields(latency)) return undefined;
  if (figure(load.requested_rate) === null && figure(load.achieved_rate) === null) {
    return message("This sums up several loads: give the files of its stages.");
  }
  const seconds = (name: string) => spread((word) => at(latency, name, word === "p50" ? "median" : word), 1);
  const rateNow = positive(at(successes, "throughput", "requests_per_sec"));
  const e2e = seconds("request_latency");
  return [
    {
      tool: "inference-perf",
      toolVersion: null,
      label: "",
      date: null,
      models: [],
      load: { ...offered(load, e2e?.mean ?? null), requests: positive(load.count) },
      completed: figure(successes.count),
      failed: figure(at(fields, "failures", "count")),
      durationSeconds: positive(load.send_duration),
      promptTokens: meanLength(figure(at(successes, "prompt_len", "mean"))),
      outputTokens: meanLength(figure(at(successes, "output_len", "mean"))),
      ttftSeconds: seconds("time_to_first_token"),
      tpotSeconds: seconds("time_per_output_token"),
      itlSeconds: seconds("inter_token_latency"),
      e2eSeconds: e2e,
      requestsPerSecond: rateNow,
      outputTokensPerSecond: positive(at(successes, "throughput", "output_tokens_per_sec")),
    },
  ];
}

/** Requests are sent at a constant rate until all workers wait for answers; then so many are in flight as Little's law says. */
function offered(load: Fields, e2eSeconds: number | null): OfferedLoad {
  const requested = positive(load.requested_rate);
  const achieved = positive(load.achieved_rate);
  const ratePerSecond = requested ?? achieved;
  const limited = requested !== null && achieved !== null && achieved < behind * requested;
  const concurrency = limited && e2eSeconds !== null ? Math.max(1, Math.round(achieved * e2eSeconds)) : null;
  return { ...noLoad, ratePerSecond, arrivals: "constant", concurrency };
}
