import { type Fields, isFields } from "../../deployment/case-fields.ts";
import { unitsPerSecond } from "./aiperf.ts";
import { type BenchmarkRun, noLoad } from "./benchmark-run.ts";
import { at, day, figure, listedLengths, measuredSpread } from "./fields.ts";

const nanosecond = 1e-9;

/** `profile_export.jsonl` of AIPerf: a request a line, of which those that the profiling phase finished count. */
export function aiperfRecords(records: readonly Fields[]): readonly BenchmarkRun[] | undefined {
  const ours = records.filter((record) => isFields(at(record, "metrics", "request_latency")) && isFields(record.metadata));
  if (ours.length === 0) return undefined;
  const measured = ours.filter(({ metadata }) => (at(metadata, "benchmark_phase") ?? "profiling") === "profiling");
  const done = measured.filter((record) => figure(at(record, "metrics", "request_latency", "value")) !== null && !isFields(record.error));
  const seconds = (name: string): readonly number[] =>
    done.flatMap((record) => {
      const value = figure(at(record, "metrics", name, "value"));
      const perSecond = unitsPerSecond(at(record, "metrics", name, "unit"));
      return value === null || perSecond === undefined ? [] : [value / perSecond];
    });
  const tokens = (name: string) => listedLengths(done.map((record) => at(record, "metrics", name, "value")));
  const { start, duration } = span(done);
  const output = tokens("output_sequence_length");
  return [
    {
      tool: "aiperf",
      toolVersion: null,
      label: "",
      date: day(start),
      models: [],
      // What was asked for stands in another file of the same run.
      load: { ...noLoad, requests: measured.length },
      completed: done.length,
      failed: measured.length - done.length,
      durationSeconds: duration,
      promptTokens: tokens("input_sequence_length"),
      outputTokens: output,
      ttftSeconds: measuredSpread(seconds("time_to_first_token")),
      tpotSeconds: measuredSpread(seconds("inter_token_latency")),
      itlSeconds: null,
      e2eSeconds: measuredSpread(seconds("request_latency")),
      requestsPerSecond: duration === null ? null : done.length / duration,
      outputTokensPerSecond: duration === null || !output ? null : (done.length * output.mean) / duration,
    },
  ];
}

/** From the first request to the last answer. */
function span(records: readonly Fields[]): { readonly start: number | null; readonly duration: number | null } {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const record of records) {
    from = Math.min(from, figure(at(record, "metadata", "request_start_ns")) ?? Number.POSITIVE_INFINITY);
    to = Math.max(to, figure(at(record, "metadata", "request_end_ns")) ?? 0);
  }
  const known = to > from;
  return { start: known ? from * nanosecond : null, duration: known ? (to - from) * nanosecond : null };
}
