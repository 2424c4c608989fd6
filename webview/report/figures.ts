import type { Slo } from "../../src/deployment/deployment.ts";
import type { Bands } from "../../src/simulation/report/bands.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import { summary as over } from "../parts/downsample.ts";
import type { Figure, Tag } from "../parts/models.ts";
import { brief, duration, interval, parts, percent, percentRange, rate, span, whole } from "../parts/numbers.ts";
import { definitions, said, words } from "../parts/words.ts";
import { bullet } from "./bullet.ts";
import { costFigure, costRange } from "./cost-figure.ts";
import { type Judged, judge, noLimits } from "./judged.ts";
import { ascending, attainment, type Latencies, quantile } from "./latency.ts";
import { rangeWords } from "./ranges.ts";

export interface Interval {
  readonly from: number;
  readonly to: number;
}

function tagOf(verdict: Judged["verdict"]): Tag | null {
  switch (verdict) {
    case "met":
      return { glyph: "✓", word: words("met"), tone: "good" };
    case "missed":
      return { glyph: "✕", word: words("missed"), tone: "bad" };
    case "close":
      return { glyph: "≈", word: words("too close"), tone: "warning" };
    case "no-limit":
      return null;
  }
}

/** The six headline figures; of a saturated run those that mean something. */
export function figures(report: Report, values: Latencies, selected: Interval | null, bands: Bands | null): Figure[] {
  if (report.saturated) return saturatedFigures(report, report.saturated);
  const slo = report.slo ?? noLimits;
  const inside = selected ? requestsIn(report, values, selected) : null;
  const p = `p${slo.percentile}`;
  const [ttft, tpot, e2e] = judge(report, values, bands);
  const beside = (of: Float64Array | undefined) =>
    selected && of
      ? words("{0} in {1}", durationOrNone(quantile(ascending(of), slo.percentile / 100)), interval(selected.from, selected.to))
      : undefined;
  const latency = (judged: Judged, title: string, of: Float64Array | undefined): Figure => {
    const [value, unit] = parts(duration(judged.value));
    const limits = judged.limit === null ? words("no limit set") : words("limit {0}", brief(duration(judged.limit)));
    return withBeside(
      {
        id: judged.id,
        label: `${judged.name} ${p}`,
        title,
        value,
        unit,
        tag: tagOf(judged.verdict),
        bullet: bullet(judged.value, judged.range, judged.limit, tagOf(judged.verdict)?.tone ?? "plain"),
        caption: `${rangeWords(judged.range)} · ${limits}`,
      },
      beside(of),
    );
  };
  return [
    latency(ttft, said(definitions.ttft), inside?.ttft),
    latency(tpot, said(definitions.tpot), inside?.tpot),
    within(report, values, slo, selected, bands),
    goodput(report, values, slo, bands),
    output(report, selected, bands),
    // A limit is judged in sight; what nobody limits is read off its own plot.
    (slo.e2eSeconds === null ? costFigure(report.summary.cost) : null) ?? latency(e2e, said(definitions.e2e), inside?.e2e),
  ];
}

function withBeside(made: Figure, beside: string | undefined): Figure {
  return beside === undefined ? made : { ...made, beside };
}

function durationOrNone(seconds: number): string {
  return Number.isNaN(seconds) ? words("no request") : duration(seconds);
}

function requestsIn({ requests }: Report, { ttft, tpot, e2e }: Latencies, { from, to }: Interval): Latencies {
  const inside = (_: number, i: number) => (requests.arrival[i] ?? -1) >= from && (requests.arrival[i] ?? -1) <= to;
  return { ttft: ttft.filter(inside), tpot: tpot.filter(inside), e2e: e2e.filter(inside) };
}

function limitsName(slo: Slo): string {
  const count = [slo.ttftSeconds, slo.tpotSeconds, slo.e2eSeconds].filter((limit) => limit !== null).length;
  return count === 1 ? words("Within the limit") : count === 2 ? words("Within both limits") : words("Within all limits");
}

function within(report: Report, values: Latencies, slo: Slo, selected: Interval | null, bands: Bands | null): Figure {
  const share = report.summary.sloAttainment;
  const base = { id: "within", label: limitsName(slo), title: words("Share of requests whose latencies are all within their limits") };
  if (share === null)
    return {
      ...base,
      label: words("Within limits"),
      value: "",
      unit: "",
      tag: null,
      bullet: null,
      caption: words("set TTFT or TPOT above"),
      unknown: words("no limits set"),
    };
  const band = report.confidence.timingBand;
  const [low, high] = bands?.sloAttainment ?? [
    Math.min(share, attainment(values, slo, 1 + band) ?? share),
    Math.max(share, attainment(values, slo, Math.max(0, 1 - band)) ?? share),
  ];
  const top = high ?? 1;
  const target = slo.percentile / 100;
  const verdict = low >= target ? "met" : top < target ? "missed" : "close";
  const [value, unit] = parts(percent(share));
  const part = selected
    ? attainment(
        values,
        slo,
        1,
        (i) => (report.requests.arrival[i] ?? -1) >= selected.from && (report.requests.arrival[i] ?? -1) <= selected.to,
      )
    : null;
  return withBeside(
    {
      ...base,
      value,
      unit,
      tag: tagOf(verdict),
      bullet: { value: share, low, high: top, limit: target, scale: 1, tone: tagOf(verdict)?.tone ?? "plain" },
      caption: `${percentRange(low, top)} · ${words("target {0}", brief(percent(target)))}`,
    },
    selected ? words("{0} in {1}", part === null ? words("no request") : percent(part), interval(selected.from, selected.to)) : undefined,
  );
}

function goodput(report: Report, values: Latencies, slo: Slo, bands: Bands | null): Figure {
  const { goodputRequestsPerSecond: good, requestsPerSecond: served, sloAttainment } = report.summary;
  const offered = report.workload.ratePerSecond;
  const caption = offered === null ? words("of {0} served", rate(served, "req/s")) : words("of {0} offered", brief(rate(offered, "req/s")));
  const base = { id: "goodput", label: words("Goodput"), title: said(definitions.goodput) };
  if (good === null || sloAttainment === null) {
    const [value, unit] = parts(rate(served, "req/s"));
    return {
      ...base,
      label: words("Served"),
      title: words("Requests finished per second"),
      value,
      unit,
      tag: null,
      bullet: bullet(served, bands?.requestsPerSecond ?? [served, served], offered, "plain"),
      caption: offered === null ? words("no rate offered") : caption,
    };
  }
  const band = report.confidence.timingBand;
  const scaled = (factor: number) =>
    sloAttainment > 0 ? (good * (attainment(values, slo, factor) ?? sloAttainment)) / sloAttainment : good;
  const range = bands?.goodputRequestsPerSecond ?? [Math.min(good, scaled(1 + band)), Math.max(good, scaled(Math.max(0, 1 - band)))];
  const [value, unit] = parts(rate(good, "req/s"));
  return {
    ...base,
    value,
    unit,
    tag: null,
    bullet: bullet(good, range, offered ?? served, "plain"),
    caption: bands?.goodputRequestsPerSecond ? `${span(range[0], range[1] ?? good, "req/s")} · ${caption}` : caption,
  };
}

function output(report: Report, selected: Interval | null, bands: Bands | null): Figure {
  const { outputTokensPerSecond, outputTokensPerSecondPerGpu, cost } = report.summary;
  const beside = typeof report.slo?.e2eSeconds === "number" ? costRange(cost) : null;
  const [value, unit] = parts(rate(outputTokensPerSecond, "tok/s"));
  const { t, outputTokensPerSecond: series } = report.series;
  const part = selected ? over(t, series, t.length, selected.from, selected.to).mean : Number.NaN;
  return withBeside(
    {
      id: "output",
      label: words("Output"),
      title: words("Output tokens per second of the whole deployment"),
      value,
      unit,
      tag: null,
      bullet: bands ? bullet(outputTokensPerSecond, bands.outputTokensPerSecond, null, "plain") : null,
      caption: [
        ...(bands ? [span(bands.outputTokensPerSecond[0], bands.outputTokensPerSecond[1] ?? outputTokensPerSecond, "tok/s")] : []),
        words("{0} per GPU", rate(outputTokensPerSecondPerGpu, "tok/s")),
        ...(beside === null ? [] : [words("{0} /M output", beside)]),
      ].join(" · "),
    },
    selected
      ? words("{0} in {1}", Number.isNaN(part) ? words("nothing") : rate(part, "tok/s"), interval(selected.from, selected.to))
      : undefined,
  );
}

function saturatedFigures(report: Report, saturated: NonNullable<Report["saturated"]>): Figure[] {
  const plain = (id: string, label: string, title: string, text: string, caption: string): Figure => {
    const [value, unit] = parts(text);
    return { id, label, title, value, unit, tag: null, bullet: null, caption };
  };
  const { summary, workload } = report;
  const latency = (id: string, label: string, title: string): Figure => ({
    id,
    label,
    title,
    value: "",
    unit: "",
    tag: null,
    bullet: null,
    caption: words("the queue never empties"),
    unknown: words("not shown"),
  });
  return [
    plain(
      "holds",
      words("Serves at most"),
      words("Requests finished per second while the queue grows"),
      rate(saturated.mostRequestsPerSecond, "req/s"),
      workload.ratePerSecond === null ? words("no rate offered") : words("of {0} offered", brief(rate(workload.ratePerSecond, "req/s"))),
    ),
    plain(
      "waiting",
      words("Waiting at the end"),
      words("Requests in the queue when the run stopped"),
      `${whole(saturated.waitingAtEnd)}\u00a0requests`,
      words("after {0}", brief(duration(summary.durationSeconds))),
    ),
    latency("ttft", "TTFT p95", said(definitions.ttft)),
    latency("tpot", "TPOT p95", said(definitions.tpot)),
    plain(
      "output",
      words("Output"),
      words("Output tokens per second of the whole deployment"),
      rate(summary.outputTokensPerSecond, "tok/s"),
      [
        words("{0} per GPU", rate(summary.outputTokensPerSecondPerGpu, "tok/s")),
        ...(summary.cost ? [words("no cost while the queue grows")] : []),
      ].join(" · "),
    ),
    plain(
      "kv",
      words("KV cache peak"),
      words("Largest share of the cache's blocks in use"),
      percent(summary.kvCache.peakUsage),
      words("of {0} tokens", whole(summary.kvCache.capacityTokens)),
    ),
  ];
}
