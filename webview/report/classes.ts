import type { ClassSummary, Report } from "../../src/simulation/report/report.ts";
import type { Sentence, TableModel } from "../parts/models.ts";
import { brief, duration, percent, percentRange, rate, whole } from "../parts/numbers.ts";
import { listed, words } from "../parts/words.ts";
import { attainment, type Latencies } from "./latency.ts";

/** One kind of requests against its limits; a share whose range crosses what is asked for is too close to call. */
interface ClassVerdict {
  readonly name: string;
  readonly share: number;
  readonly asked: number;
  readonly verdict: "met" | "missed" | "close";
  readonly low: number;
  readonly high: number;
}

/** Kinds of requests that have limits, each with the range that the error of the step times leaves. */
function verdicts({ summary, requests, confidence }: Report, values: Latencies): readonly ClassVerdict[] {
  return (summary.classes ?? []).flatMap(({ name, slo, sloAttainment: share }, place): ClassVerdict[] => {
    if (!slo || share === null) return [];
    const isOurs = (i: number): boolean => requests.classOf?.[i] === place;
    const at = (factor: number): number => attainment(values, slo, Math.max(0, factor), isOurs) ?? share;
    const low = Math.min(share, at(1 + confidence.timingBand));
    const high = Math.max(share, at(1 - confidence.timingBand));
    const asked = slo.percentile / 100;
    return [{ name, share, asked, low, high, verdict: low >= asked ? "met" : high < asked ? "missed" : "close" }];
  });
}

/** What is said of a run whose kinds of requests have limits of their own; undefined where none has. */
export function classVerdict(report: Report, values: Latencies): Pick<Sentence, "sign" | "title"> | undefined {
  const all = verdicts(report, values);
  if (all.length === 0) return undefined;
  const missed = all.filter(({ verdict }) => verdict === "missed");
  const close = all.filter(({ verdict }) => verdict === "close");
  if (missed.length > 0) {
    const each = missed.map(({ name, share, asked }) =>
      words("{0} has {1} within its limits, not {2}", name, percent(share), brief(percent(asked))),
    );
    return { sign: { glyph: "✕", word: "", tone: "bad" }, title: words("Misses limits: {0}", listed(each)) };
  }
  if (close.length > 0) {
    const each = close.map(({ name, low, high, asked }) =>
      words("{0} has {1} within its limits, {2} asked for", name, percentRange(low, high), brief(percent(asked))),
    );
    return { sign: { glyph: "≈", word: "", tone: "warning" }, title: words("Too close to call: {0}", listed(each)) };
  }
  return { sign: { glyph: "✓", word: "", tone: "good" }, title: words("Meets the limits of every class of requests") };
}

/** Each kind of requests under its own limits. */
export function classesTable({ summary }: Report): TableModel {
  const numeric = (title: string, secondary = false) => ({ title, numeric: true, secondary });
  return {
    name: words("Classes of requests"),
    columns: [
      { title: words("Class"), numeric: false },
      numeric(words("Requests"), true),
      numeric("TTFT p95"),
      numeric("TPOT p95"),
      numeric("E2E p95", true),
      numeric(words("Within limits")),
      numeric(words("Goodput"), true),
    ],
    rows: (summary.classes ?? []).map(classRow),
  };
}

function classRow(one: ClassSummary): readonly string[] {
  return [
    one.name,
    whole(one.requests),
    time(one.ttftSeconds.p95),
    time(one.tpotSeconds.p95),
    time(one.e2eSeconds.p95),
    one.sloAttainment === null ? words("no limits set") : percent(one.sloAttainment),
    one.goodputRequestsPerSecond === null ? "" : rate(one.goodputRequestsPerSecond, "req/s"),
  ];
}

function time(seconds: number): string {
  return Number.isNaN(seconds) ? words("no request") : duration(seconds);
}
