import { describe, expect, it } from "vitest";
import { message } from "../../src/deployment/message.ts";
import { standaloneHtml } from "../../src/extension/standalone-html.ts";
import { figuresOf } from "../../src/planning/figures.ts";
import type { ComparisonView, ToPlanningView } from "../../src/protocol/planning-view.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import { adviceSeries } from "../../webview/parts/line-series.ts";
import { axisNear, axisOver } from "../../webview/parts/plot-axis.ts";
import { markdownTable, reportMarkdown } from "../../webview/report/export/report-markdown.ts";
import { distributions, latencies } from "../../webview/report/latency.ts";
import { adviceTitle, gainWords, reachWords } from "../../webview/report/planning/advice-words.ts";
import { changeWords, comparisonTable, noiseNotes, withOthers } from "../../webview/report/planning/compare-model.ts";
import { ratePlot, rateTable } from "../../webview/report/planning/rate-plot.ts";
import { pointWords, sweepPlots, sweepTable } from "../../webview/report/planning/sweep-model.ts";
import { met, missed, offered, priced, saturated } from "./fixtures/report.ts";
import { comparedRuns, followed, layoutsSwept, nothingHelps, thresholdSwept } from "./fixtures/report-plans.ts";

const report = missed();
const values = latencies(report.requests);

/** The last message of a kind. */
function last<K extends ToPlanningView["kind"]>(messages: readonly ToPlanningView[], kind: K): Extract<ToPlanningView, { kind: K }> {
  const found = messages.filter((one): one is Extract<ToPlanningView, { kind: K }> => one.kind === kind).at(-1);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

describe("the rate plot", () => {
  const { rates } = last(followed(), "rates");
  const { advice } = last(followed(), "advice");

  it("marks where the run stands and the last rate that holds, and says both in words", () => {
    const plot = ratePlot(rates, advice, 13, report.slo);
    const [own, best] = plot.lines;
    expect(own?.points.filter(({ text }) => text === "now").map(({ x }) => x)).toEqual([13]);
    expect(own?.points.filter(({ isLost }) => isLost).map(({ x }) => x)).toEqual([12]);
    expect(plot.title).toBe("TTFT p95 by request rate, req/s");
    expect(plot.note).toBe("holds to 12.0\u00a0req/s");
    expect(plot.beside).toEqual({ name: "15.9\u00a0req/s", series: adviceSeries });
    expect(plot.limit?.text).toBe("limit 500\u00a0ms");
    expect(best?.name).toBe("Turn prefix caching on");
  });

  it("says nothing of the best change where it holds to the same rate", () => {
    const same = advice.curve && { ...advice.curve, limits: { held: 12.01, lost: 12.4 } };
    expect(ratePlot(rates, { ...advice, curve: same }, 13, report.slo).beside).toBeNull();
  });

  it("shows no latency of a rate at which the queue grows", () => {
    const plot = ratePlot(rates, null, 13, report.slo);
    expect(plot.lines[0]?.points.map(({ x }) => x)).not.toContain(17);
    const table = rates.curve ? rateTable(rates.curve) : undefined;
    expect(table?.rows.at(-1)?.slice(0, 2)).toEqual(["17.0\u00a0req/s", "queue grows"]);
  });

  it("says how far it is while it is looked for", () => {
    expect(ratePlot({ curve: null, progress: { done: 4, total: 14 } }, null, 13, null).note).toBe("trying 4 of 14 rates");
  });
});

describe("advice in words", () => {
  const { advice } = last(followed(), "advice");

  it("is headlined only where a change helps by more than chance", () => {
    expect(adviceTitle(advice)).toBe("Best of 14 changes tried");
    const { advice: none } = last(nothingHelps(), "advice");
    expect(adviceTitle(none)).toBe("None of 14 changes tried helps by more than chance");
    expect(none.nearest).toHaveLength(2);
  });

  it("of a change with which the queue grows tells no latency", () => {
    expect(gainWords(figuresOf(met()), figuresOf(saturated()))).toBe("The queue grows for ever.");
  });

  it("gives both latencies and the share within the limits, before and after", () => {
    const text = gainWords(figuresOf(report), figuresOf(met()));
    expect(text).toMatch(/^TTFT p95 goes from .* to .*, TPOT p95 from .* to .*\. .* of requests are within the limits instead of .*\.$/);
  });

  it("of a queue that grew says that it empties", () => {
    expect(gainWords(figuresOf(saturated()), figuresOf(met()))).toMatch(/^The queue empties: TTFT p95 is /);
  });

  it("is silent about a reach that is the same within what is known of it", () => {
    expect(reachWords(advice, 12)).toBe("The limits hold up to 15.9\u00a0req/s instead of 12.0\u00a0req/s.");
    expect(reachWords(advice, 15.6)).toBe("");
    expect(reachWords({ ...advice, curve: null }, 12)).toBe("");
  });
});

describe("runs side by side", () => {
  const { comparison } = last(comparedRuns(), "comparison");

  it("have a column each with its change, and none for what could not be served", () => {
    const table = comparisonTable(report, comparison);
    expect(table.columns.map(({ title }) => title)).toEqual([
      "Same load, same seeds",
      "This file",
      "Turn prefix caching on",
      "Change",
      "TP 8",
      "Change",
    ]);
    const row = table.rows.find(([name]) => name === "TTFT p95");
    expect(row?.[3]).toMatch(/^−\d+(\.\d)?\u00a0%$/);
    expect(row?.[5]).toBe("within noise");
    const within = table.rows.find(([name]) => name === "Within the limits");
    expect(within?.[3]).toMatch(/^\+\d+(\.\d)? points$/);
  });

  it("have the cost of their output where its price is known", () => {
    const row = (of: Report, beside: ComparisonView) =>
      comparisonTable(of, beside)
        .rows.find(([name]) => name === "Cost /M output")
        ?.slice(1, 4);
    expect(row(report, comparison)).toBeUndefined();
    expect(row(priced(), comparison)).toEqual(["$16.0–20.0", "not to be had", ""]);
    const half = { ...offered, perMillionOutputTokens: { low: 8, high: 10 } };
    const runs = comparison.runs.map((run) => ({ ...run, report: run.report && priced(half, run.report), further: [] }));
    expect(row(priced(), { ...comparison, runs, further: [] })).toEqual(["$16.0–20.0", "$8.00–10.0", "−50\u00a0%"]);
    expect(row(priced(offered, saturated()), { ...comparison, runs, further: [] })?.[0]).toBe("queue grows");
  });

  it("are drawn dashed on a scale that holds all", () => {
    const plain = distributions(report, values, null);
    const beside = withOthers(plain, comparison.runs);
    expect(beside.map(({ others }) => others?.map(({ series }) => series))).toEqual([
      [2, 3],
      [2, 3],
      [2, 3],
    ]);
    for (const [i, { from, to, others = [] }] of beside.entries()) {
      expect(from).toBeLessThanOrEqual(plain[i]?.from ?? 0);
      for (const { x } of others) expect(x.at(-1) ?? 0).toBeLessThanOrEqual(to);
    }
    expect(withOthers(plain, [])).toBe(plain);
  });

  it("tell a small change with a decimal, and counts as they are", () => {
    expect(changeWords("output", { kind: "change", from: 2165, to: 2175, isBetter: true })).toBe("+0.5\u00a0%");
    expect(changeWords("preemptions", { kind: "change", from: 10, to: 7, isBetter: true })).toBe("−3");
    expect(changeWords("within", { kind: "noise" })).toBe("within noise");
    expect(noiseNotes({ rows: [["TTFT p50", "108 ms", "110 ms", changeWords("within", { kind: "noise" })]] })).toHaveLength(1);
    expect(noiseNotes({ rows: [["TTFT p50", "108 ms", "123 ms", "+14 %"]] })).toEqual([]);
  });
});

describe("a sweep", () => {
  it("over numbers is a plot a metric with the file's own point, over names a cloud of latency and throughput", () => {
    const { view } = last(thresholdSwept(), "sweep");
    const { view: names } = last(layoutsSwept(), "sweep");
    if (!view.sweep || !names.sweep) throw new Error("no sweep");
    const plots = sweepPlots(view.sweep, report.slo, null);
    expect(plots.map(({ id }) => id)).toEqual(["ttft", "tpot", "output"]);
    expect(plots[0]?.lines[0]?.points.filter(({ isFile }) => isFile).map(({ x }) => x)).toEqual([512]);
    const clouds = sweepPlots(names.sweep, report.slo, 4);
    expect(clouds.map(({ id }) => id)).toEqual(["cloud-tpot", "cloud-ttft"]);
    expect(clouds[0]?.lines[0]?.joined).toBe(false);
    expect(clouds[0]?.lines[0]?.points.filter(({ text }) => text !== "").map(({ text }) => text)).toEqual(["TP 2 × SP 4", "TP 4 × SP 2"]);
  });

  it("names its axes in sentence case, with the unit that their ticks lack", () => {
    const { view } = last(thresholdSwept(), "sweep");
    const { view: names } = last(layoutsSwept(), "sweep");
    if (!view.sweep || !names.sweep) throw new Error("no sweep");
    expect(sweepPlots(view.sweep, report.slo, null).map(({ title }) => title)).toEqual([
      "TTFT p95 by shift threshold",
      "TPOT p95 by shift threshold",
      "Output, tok/s by shift threshold",
    ]);
    const byRate = { ...view.sweep, axis: { name: message("Request rate"), unit: "req/s", scale: "log" } } as const;
    expect(sweepPlots(byRate, report.slo, null)[0]?.title).toBe("TTFT p95 by request rate, req/s");
    expect(sweepPlots(names.sweep, report.slo, null)[0]?.title).toBe("TPOT p95 over output of a GPU, tok/s");
  });

  it("of names starts its throughput near the least", () => {
    const { view } = last(layoutsSwept(), "sweep");
    const [plot] = view.sweep ? sweepPlots(view.sweep, report.slo, null) : [];
    // 183 to 415 tok/s: a tenth of the span on either side.
    expect(plot?.x.from).toBeCloseTo(159.8);
    expect(plot?.x.to).toBeCloseTo(438.2);
    expect(axisNear([], String).scale).toBe("log");
  });

  it("tells the share of requests within the limits of a point once, with its unit everything else", () => {
    const { view } = last(layoutsSwept(), "sweep");
    if (!view.sweep) throw new Error("no sweep");
    const { sweep } = view;
    const [, lost, , kept] = sweep.points.map((point) => pointWords(point, sweep));
    expect(kept?.replaceAll("\u00a0", " ")).toBe(
      "TPOT p95 47.0 ms, TTFT p95 390 ms, output of a GPU 390 tok/s, KV cache 939,808 tokens, weights of a GPU 32.9 GiB, sent a layer and token 49,152 B, 90.0 % of requests within the limits",
    );
    expect(lost?.replaceAll("\u00a0", " ")).toMatch(/, misses a limit: 90.0 % of requests within$/);
  });

  it("has the same numbers in its table, with words where there are none", () => {
    const { view } = last(layoutsSwept(), "sweep");
    const table = view.sweep ? sweepTable(view.sweep) : undefined;
    expect(table?.rows).toHaveLength(6);
    expect(table?.rows[0]?.slice(1, 3)).toEqual(["not to be had", "not to be had"]);
    expect(table?.rows[0]?.at(-1)).toBe("Does not fit");
    expect(table?.rows[2]?.[0]).toBe("TP 2 × SP 4 · this file");
    expect(table?.raw?.rows()[2]?.[3]).toBe(0.0717);
  });

  it("takes a logarithmic axis from a factor of five on", () => {
    expect(axisOver([1, 4.9], String)).toMatchObject({ scale: "linear", from: 0, to: 6 });
    expect(axisOver([1, 5.1], String).scale).toBe("log");
    expect(axisOver([], String).scale).toBe("log");
  });
});

describe("exports", () => {
  it("in Markdown open with the answer and hold the tables, pipes escaped", () => {
    const text = reportMarkdown(report, values, null, []);
    expect(text).toMatch(/^## llama-70b-shift\n\n.*\n\n\*\*Misses the TTFT limit/);
    expect(text).toContain("### Latency of requests");
    expect(
      markdownTable({
        name: "",
        columns: [
          { title: "a|b", numeric: false },
          { title: "n", numeric: true },
        ],
        rows: [["x", "1"]],
      }),
    ).toBe("| a\\|b | n |\n| --- | ---: |\n| x | 1 |");
  });

  it("as a page fetch and run nothing, whatever the names are", () => {
    const html = standaloneHtml(
      { name: "a<script>.html", body: "<main></main>", variables: ":root { --x: </style><script>; }", classes: 'vscode-dark" onload="x' },
      "main { color: red } </style><script>",
    );
    expect(html).toContain("default-src 'none'");
    expect(html).not.toContain("</style><script>");
    expect(html).toContain("<title>a&lt;script></title>");
    expect(html).toContain('<body class="vscode-dark onloadx">');
  });
});
