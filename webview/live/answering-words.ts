import type { Slo } from "../../src/deployment/deployment.ts";
import type { Gap } from "../../src/live/prediction/explain/gap.ts";
import type { NoPrediction } from "../../src/live/prediction/no-prediction.ts";
import type { LiveHeader, Prediction } from "../../src/protocol/live-view.ts";
import type { Sentence } from "../parts/models.ts";
import { brief, duration, durationRange, parts, rate } from "../parts/numbers.ts";
import { listed, said, words } from "../parts/words.ts";
import { rangeTag } from "./figures.ts";
import { bucketWords, predictedRows, quantileWords } from "./live-words.ts";
import type { Measured, MeasuredLatency } from "./measured.ts";

export interface AnsweringInput {
  readonly header: LiveHeader;
  readonly measured: Measured | null;
  readonly prediction: Prediction | null;
  /** Why there is no prediction. */
  readonly absent: NoPrediction | null;
  readonly gap: Gap | null;
  /** Members that do not answer while others do. */
  readonly missing: readonly string[];
}

interface Latency {
  readonly name: string;
  readonly value: MeasuredLatency;
  readonly limit: number | null;
}

/** Limits first, then the predicted ranges, then what lies behind; undefined where no latency was measured. */
export function answeringWords({ measured, header, prediction, absent, gap, missing }: AnsweringInput): Sentence | undefined {
  const found = latencies(measured, header.slo);
  if (!measured || found.length === 0) return undefined;
  const range = rangeWords(measured, prediction, absent);
  const [sign, first] = limitWords(found);
  const { outside } = range;
  const title =
    outside.length === 0
      ? first
      : outside.length === 1
        ? words("{0}; {1} is outside the predicted range", first, outside[0] ?? "")
        : words("{0}; {1} are outside the predicted range", first, listed(outside));
  const why = gap && outside.length > 0 && gap.cause !== "none" ? [{ text: said(gap.sentence) }] : [];
  const told = sentenceOf(found, title, header.slo, measured);
  const lost = missing.length > 0 ? [{ text: missingWords(missing) }] : [];
  return {
    sign,
    title,
    lines: [...lost, ...(told === "" ? [] : [{ text: told }]), ...range.lines.map((text) => ({ text })), ...why],
  };
}

/** Sums without a member are no sums of the whole. */
export function missingWords(missing: readonly string[]): string {
  return missing.length === 1
    ? words("{0} does not answer; its share is missing from all sums.", missing[0] ?? "")
    : words("{0} do not answer; their share is missing from all sums.", listed(missing));
}

function latencies(measured: Measured | null, slo: Slo | null): Latency[] {
  if (!measured) return [];
  const { ttft_seconds: ttft, tpot_seconds: tpot, itl_seconds: itl, e2e_seconds: e2e } = measured.latencies;
  const made: Latency[] = [];
  if (ttft) made.push({ name: "TTFT", value: ttft, limit: slo?.ttftSeconds ?? null });
  if (tpot) made.push({ name: "TPOT", value: tpot, limit: slo?.tpotSeconds ?? null });
  else if (itl) made.push({ name: "ITL", value: itl, limit: null });
  if (e2e && slo?.e2eSeconds != null) made.push({ name: "E2E", value: e2e, limit: slo.e2eSeconds });
  return made;
}

/** The limit lies inside the bucket of the quantile: whether it holds cannot be told. */
function straddles({ bucket, p95, firstBound }: MeasuredLatency, limit: number): boolean {
  if (p95 < firstBound) return limit < firstBound;
  return bucket !== null && bucket[0] < limit && limit < bucket[1];
}

function limitWords(found: readonly Latency[]): readonly [Sentence["sign"], string] {
  const limited = found.filter(({ limit }) => limit !== null);
  const missed = limited.filter(({ value, limit }) => value.p95 > (limit ?? 0) && !straddles(value, limit ?? 0));
  const unclear = limited.filter(({ value, limit }) => straddles(value, limit ?? 0));
  if (missed.length > 0) return [{ glyph: "✕", word: "", tone: "bad" }, missedWords(missed)];
  if (unclear.length > 0)
    return [
      { glyph: "≈", word: "", tone: "warning" },
      words("Too close to tell: the {0} limit lies inside one bucket of the histogram", listed(unclear.map(({ name }) => name))),
    ];
  if (limited.length > 0) return [{ glyph: "✓", word: "", tone: "good" }, metWords(limited)];
  const each = found.map(({ name, value }) => words("{0} p95 is {1}", name, quantileWords(value)));
  return [{ glyph: "○", word: "", tone: "plain" }, words("{0}; no limits are set", listed(each))];
}

function missedWords(missed: readonly Latency[]): string {
  const each = listed(
    missed.map(({ name, value, limit }) => words("{0} p95 is {1}, not {2}", name, quantileWords(value), brief(duration(limit ?? 0)))),
  );
  const names = listed(missed.map(({ name }) => name));
  return missed.length === 1 ? words("Misses the {0} limit: {1}", names, each) : words("Misses the {0} limits: {1}", names, each);
}

function metWords(limited: readonly Latency[]): string {
  const each = listed(limited.map(({ name, value, limit }) => words("{0} p95 {1}", name, ofLimit(quantileWords(value), limit ?? 0))));
  if (limited.length === 1) return words("Meets the limit: {0}", each);
  return limited.length === 2 ? words("Meets both limits: {0}", each) : words("Meets all limits: {0}", each);
}

/** `293 of 500 ms`; both units where they differ. */
function ofLimit(value: string, limit: number): string {
  const most = brief(duration(limit));
  const [number, unit] = parts(value);
  return words("{0} of {1}", unit === parts(most)[1] ? number : value, most);
}

/** What the title does not tell: latencies without their figures there, buckets, the rate. */
function sentenceOf(found: readonly Latency[], title: string, slo: Slo | null, { requestsPerSecond }: Measured): string {
  const each = found.flatMap(({ name, value, limit }) => {
    const bucket = bucketWords(value);
    if (title.includes(`${name} p95`)) return bucket === "" ? [] : [words("{0} p95 lies {1}.", name, bucket)];
    const known = bucket === "" ? quantileWords(value) : words("{0}, {1}", quantileWords(value), bucket);
    return limit === null
      ? words("{0} p95 is {1}.", name, known)
      : words("{0} p95 is {1}; the limit is {2}.", name, known, brief(duration(limit)));
  });
  if (slo?.tpotSeconds != null && !found.some(({ name }) => name === "TPOT"))
    each.push(words("TPOT is not offered by this server, so its limit cannot be judged."));
  if (requestsPerSecond !== null) each.push(words("{0} finished.", rate(requestsPerSecond, "req/s")));
  return each.join(" ");
}

/** One sentence in the place of the predicted ranges. */
function absentWords(absent: NoPrediction | null): string {
  switch (absent) {
    case "simulating":
      return words("A prediction for the measured load is being simulated.");
    case "no-deployment":
      return words("No prediction to compare with: attach from a deployment in a file to have one.");
    case "not-settled":
      return words("No prediction to compare with: something that a simulation needs is missing or wrong in the file.");
    case "no-load-yet":
      return words("No prediction yet: it starts when enough load was measured.");
    case "not-offered":
      return words("No prediction to compare with: the server does not tell the load, so choose another workload to predict with.");
    case "to-choose":
    case null:
      return words("No prediction to compare with: simulate the deployment, or choose a workload to predict with.");
    default:
      return absent satisfies never;
  }
}

function rangeWords(
  measured: Measured,
  prediction: Prediction | null,
  absent: NoPrediction | null,
): { readonly outside: string[]; readonly lines: string[] } {
  if (!prediction) return { outside: [], lines: [absentWords(absent)] };
  const rows = predictedRows(prediction);
  const { ttft_seconds: ttft, tpot_seconds: tpot, itl_seconds: itl, e2e_seconds: e2e } = measured.latencies;
  const compared = [
    { name: "TTFT", value: ttft, range: rows.ttft },
    tpot ? { name: "TPOT", value: tpot, range: rows.tpot } : { name: "ITL", value: itl, range: rows.itl },
    { name: "E2E", value: e2e, range: rows.e2e },
  ];
  const outside: string[] = [];
  const lines: string[] = [];
  const inside: string[] = [];
  for (const { name, value, range } of compared) {
    if (!value) continue;
    const tag = rangeTag(value.p95, range, value.bucket);
    if (tag && tag.tone !== "plain") outside.push(name);
    if (!tag) inside.push(name);
    else if (tag.glyph !== "≈")
      lines.push(
        words(
          "{0} p95 is {1}, predicted {2} ({3}).",
          name,
          quantileWords(value),
          duration(range.value),
          Number.isFinite(range.high) ? durationRange(range.low, range.high) : words("{0} and more", duration(range.low)),
        ),
      );
  }
  if (inside.length === 1) lines.push(words("{0} is inside its predicted range.", inside[0] ?? ""));
  if (inside.length > 1) lines.push(words("{0} are inside their predicted ranges.", listed(inside)));
  return { outside, lines: lines.length > 0 ? [lines.join(" ")] : [] };
}
