import type { Bands } from "../../src/simulation/report/bands.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import type { Estimate } from "../../src/timing/estimate.ts";
import type { Sentence } from "../parts/models.ts";
import { brief, duration, figure, rate, whole } from "../parts/numbers.ts";
import { listed, unbroken, words } from "../parts/words.ts";
import { classVerdict } from "./classes.ts";
import { type Judged, judge, noLimits } from "./judged.ts";
import type { Latencies } from "./latency.ts";
import { rangeWords } from "./ranges.ts";

/** The sentence every report opens with: verdict, number and limit, then what limits the run. */
export function verdict(report: Report, values: Latencies, bands: Bands | null): Sentence {
  if (report.saturated) return saturated(report, report.saturated);
  const [strong, text] = firstSentence(report.bottleneck.sentence);
  return { ...(classVerdict(report, values) ?? judged(report, values, bands)), lines: [text === "" ? { text: strong } : { strong, text }] };
}

/** `Limited by KV cache space. The cache is full …` as its first sentence and the rest; a decimal point ends nothing. */
export function firstSentence(said: string): readonly [first: string, rest: string] {
  const sentence = unbroken(said);
  const end = /[.:;](?=\s)/.exec(sentence);
  return end ? [sentence.slice(0, end.index + 1), sentence.slice(end.index + 1).trim()] : [sentence, ""];
}

function judged(report: Report, values: Latencies, bands: Bands | null): Pick<Sentence, "sign" | "title"> {
  const all = judge(report, values, bands);
  const p = `p${(report.slo ?? noLimits).percentile}`;
  const limited = all.filter(({ limit }) => limit !== null);
  if (limited.length === 0) {
    const [ttft, tpot] = all;
    return {
      sign: { glyph: "○", word: "", tone: "plain" },
      title: words("TTFT {0} is {1}, TPOT {0} is {2}; no limits are set", p, duration(ttft.value), duration(tpot.value)),
    };
  }
  const missed = limited.filter(({ verdict: is }) => is === "missed");
  const close = limited.filter(({ verdict: is }) => is === "close");
  if (missed.length === 1 && missed[0]) {
    const { name, value, limit } = missed[0];
    return {
      sign: { glyph: "✕", word: "", tone: "bad" },
      title: words("Misses the {0} limit: {1} is {2}, not {3}", name, p, duration(value), brief(duration(limit ?? 0))),
    };
  }
  if (missed.length > 1) {
    const each = missed.map(({ name, value, limit }) =>
      words("{0} {1} is {2}, not {3}", name, p, duration(value), brief(duration(limit ?? 0))),
    );
    return {
      sign: { glyph: "✕", word: "", tone: "bad" },
      title: words(missed.length === 2 ? "Misses two limits: {0}" : "Misses every limit: {0}", listed(each)),
    };
  }
  if (close.length > 0) {
    const each = close.map(({ name, value, range, limit }) =>
      words("{0} {1} is {2} ({3}), limit {4}", name, p, duration(value), rangeWords(range), brief(duration(limit ?? 0))),
    );
    return { sign: { glyph: "≈", word: "", tone: "warning" }, title: words("Too close to call: {0}", listed(each)) };
  }
  return { sign: { glyph: "✓", word: "", tone: "good" }, title: met(limited, p) };
}

function met(limited: readonly Judged[], p: string): string {
  const each = limited.map(({ name, value }) => words("{0} {1} is {2}", name, p, duration(value)));
  const count =
    limited.length === 1
      ? words("Meets the {0} limit", limited[0]?.name ?? "")
      : limited.length === 2
        ? words("Meets both limits")
        : words("Meets all limits");
  return words("{0}: {1}", count, listed(each));
}

function saturated(
  report: Report,
  { mostRequestsPerSecond, waitingAtEnd, ttftGrowthPerSecond }: NonNullable<Report["saturated"]>,
): Sentence {
  const offered = report.workload.ratePerSecond;
  const [strong, text] = firstSentence(report.bottleneck.sentence);
  return {
    sign: { glyph: "▲", word: "", tone: "warning" },
    title:
      offered === null
        ? words("Saturated: the queue never empties")
        : words("Saturated at {0}: the queue never empties", brief(rate(offered, "req/s"))),
    lines: [
      {
        text: words(
          "It serves {0} at most. {1} requests wait after {2}, and TTFT grows by {3} every second, so percentiles would only measure how long the run lasted. They are not shown.",
          rate(mostRequestsPerSecond, "req/s"),
          whole(waitingAtEnd),
          brief(duration(report.summary.durationSeconds)),
          duration(ttftGrowthPerSecond),
        ),
      },
      text === "" ? { text: strong } : { strong, text },
    ],
  };
}

/** A rate a saturated deployment holds, in round numbers below its most. */
export function heldRate(mostRequestsPerSecond: number): number {
  return Number((mostRequestsPerSecond * 0.93).toPrecision(2));
}

/** What stands in the verdict's place before the first run is over. */
export function estimateVerdict(estimate: Estimate): Sentence {
  return {
    sign: { glyph: "≈", word: "", tone: "plain" },
    title: words(
      "First estimate: one request alone sees TTFT ≈ {0} and ≈ {1}",
      duration(estimate.ttftSeconds),
      rate(estimate.userTokensPerSecond, "tok/s"),
    ),
    lines: [
      {
        text: words(
          "For {0} prompt and {1} output tokens. At most {2} requests fit at once, and the deployment holds at most {3}. The simulation replaces these figures; percentiles under load come from it alone.",
          whole(estimate.promptTokens),
          whole(estimate.outputTokens),
          figure(estimate.largestBatch),
          rate(estimate.mostRequestsPerSecond, "req/s"),
        ),
      },
    ],
  };
}

/** One line over figures that no longer belong to what the controls say. */
export function changedLine(estimate: Estimate | null): string {
  if (!estimate) return words("The controls changed since this run. These figures are of the values before.");
  return words(
    "The controls changed since this run. First estimate with the new values: TTFT ≈ {0} and TPOT ≈ {1} for one request alone, ≤ {2}.",
    duration(estimate.ttftSeconds),
    duration(estimate.tpotSeconds),
    rate(estimate.mostRequestsPerSecond, "req/s"),
  );
}
