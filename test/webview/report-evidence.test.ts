import { describe, expect, it } from "vitest";
import { message } from "../../src/deployment/message.ts";
import { duration } from "../../webview/parts/numbers.ts";
import { certainty, leastSure, wholeCertainty } from "../../webview/report/evidence/confidence.ts";
import { figuresTable } from "../../webview/report/evidence/nearest-runs.ts";
import { anatomyBar, anatomyTable, stepNote, stepTable, stepTitle } from "../../webview/report/evidence/step-anatomy.ts";
import { figures } from "../../webview/report/figures.ts";
import { judge } from "../../webview/report/judged.ts";
import { latencies } from "../../webview/report/latency.ts";
import { decodeStep, promptStep } from "../support/anatomy.ts";
import { close, met, missed, saturated } from "./fixtures/report.ts";
import { bandsOf, evidence, underWay } from "./fixtures/report-evidence.ts";

describe("ranges of a report", () => {
  const report = missed();
  const values = latencies(report.requests);

  it("are the bands once there are any, at the percentile of the limits", () => {
    const [ttft, tpot] = judge(report, values, bandsOf(report));
    expect(ttft.range).toEqual([report.summary.ttftSeconds.p95 * 0.64, report.summary.ttftSeconds.p95 * 2.4]);
    expect(tpot.verdict).toBe("met");
    const shown = figures(report, values, null, bandsOf(report));
    expect(shown.find(({ id }) => id === "output")?.caption).toMatch(/^[\d,]+–[\d,]+\u00a0tok\/s · /);
    expect(shown.find(({ id }) => id === "goodput")?.caption).toMatch(/^\d+–\d+\u00a0req\/s · of 13\.1\u00a0req\/s offered$/);
  });

  it("are the error of a step until then", () => {
    const [ttft] = judge(report, values, null);
    const { p95 } = report.summary.ttftSeconds;
    expect(ttft.range[0]).toBeCloseTo(p95 / 1.08, 9);
    expect(ttft.range[1]).toBeCloseTo(p95 * 1.08, 9);
  });

  it("without an upper end never meet a limit, and say so", () => {
    const good = met();
    const [ttft] = judge(good, latencies(good.requests), bandsOf(good, true));
    expect(ttft.range[1]).toBeNull();
    expect(ttft.verdict).toBe("close");
    const [shown] = figures(good, latencies(good.requests), null, bandsOf(good, true));
    expect(shown?.caption).toBe(`${duration(good.summary.ttftSeconds.p95 * 0.64)} or more · limit 500\u00a0ms`);
    expect(shown?.bullet?.high).toBe(shown?.bullet?.scale);
  });
});

describe("what a step is made of", () => {
  it("fills its bar, each kind of work told by colour and pattern", () => {
    for (const step of [decodeStep, promptStep]) {
      const bar = anatomyBar(step);
      expect(bar.segments.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(bar.scale, 9);
      const looks = bar.segments.map(({ series, pattern }) => `${series}/${pattern ?? 0}`);
      expect(new Set(looks).size).toBe(looks.length);
      for (const { name, text } of bar.segments) expect(bar.aria).toContain(`${name} ${text}`);
    }
  });

  it("says which steps they are", () => {
    expect([stepTitle(decodeStep), stepNote(decodeStep)]).toEqual(["Decode step of 246", "2,560 tokens of context each, as TP 8"]);
    expect([stepTitle(promptStep), stepNote(promptStep)]).toEqual([
      "Step with 7,946 prompt tokens",
      "beside 246 that decode, as TP 2 × SP 4",
    ]);
    expect(stepNote({ ...promptStep, decodeSequences: 0 })).toBe("as TP 2 × SP 4");
  });

  it("gives time, share, the nearer limit and the basis of each", () => {
    // 11.4 GB in 5.1 ms: 2.24 TB/s, 67 % of 3.35; 3,480 GFLOP in 5.1 ms: 682 TFLOP/s, 69 % of 989.
    expect(stepTable(decodeStep).rows[1]).toEqual(["MLP", "5.10\u00a0ms", "34\u00a0%", "682\u00a0TFLOP/s", "69\u00a0%", "●\u00a0measured"]);
    expect(stepTable(decodeStep).rows.at(-1)).toEqual(["Host", "1.50\u00a0ms", "10\u00a0%", "", "", "○\u00a0analytical"]);
    const exchange = stepTable(decodeStep).rows.find(([name]) => name === "All-reduce");
    expect(exchange?.slice(3, 5)).toEqual(["430\u00a0GB/s", ""]);
  });

  it("has everything in its table, raw where it is copied", () => {
    const table = anatomyTable(missed());
    expect(table.rows).toHaveLength(decodeStep.operators.length + promptStep.operators.length);
    const [first] = table.raw?.rows() ?? [];
    expect(first).toEqual([
      "decode",
      "attention-projections",
      0.0016,
      3.1e9,
      7.4e11,
      expect.any(Number),
      expect.any(Number),
      expect.closeTo(0.578, 3),
      expect.any(Number),
      "measured",
    ]);
    expect(table.raw?.head).toHaveLength(first?.length ?? 0);
  });
});

describe("how sure it is", () => {
  it("begins with the whole", () => {
    const report = missed();
    expect(wholeCertainty(report, evidence(report))).toMatch(/^TTFT p95 [\d.]+–[\d.]+\u00a0s, TPOT p95 \d+–\d+\u00a0ms in 8 of 10 cases$/);
    expect(wholeCertainty(met(), underWay())).toBe("Steps ±\u00a030\u00a0%, TTFT ×\u00a00.77–1.3 in 8 of 10 cases; ranges: 2 of 4 runs");
    expect(wholeCertainty(saturated(), { ...underWay(), bandRuns: { done: 0, total: 0 } })).toBe(
      "Steps ±\u00a08\u00a0%, TTFT ±\u00a08\u00a0% in 8 of 10 cases",
    );
  });

  it("tells each part of a step with its basis and weight, which sum to a step", () => {
    const rows = certainty(close(), evidence(close())).rows;
    const parts = rows.filter((row) => row[2]?.endsWith("of a step"));
    expect(parts.map(([name]) => name)).toEqual([
      "● Matrix products",
      "◐ Attention",
      "● Exchanges between GPUs",
      "○ Norms and activations",
      "○ Host",
    ]);
    expect(parts[2]?.[1]).toBe("measured 85\u00a0%, analytical 15\u00a0%");
    const sum = parts.reduce((total, row) => total + Number.parseFloat(row[2] ?? ""), 0);
    expect(sum).toBeGreaterThan(99);
    expect(sum).toBeLessThan(101);
    expect(rows.at(-1)?.[2]).toBe("5 seeds");
  });

  it("names the least sure part that counts", () => {
    expect(leastSure(missed())).toBe("Least sure of what counts: Host, analytical, 10\u00a0% of a decode step.");
    const sure = { ...decodeStep, operators: decodeStep.operators.map((one) => ({ ...one, basis: "measured" as const })) };
    expect(leastSure({ anatomy: [sure] })).toBeUndefined();
  });
});

describe("nearest measured runs", () => {
  const [near, offline] = evidence(missed()).nearest ?? [];

  it("stand measured beside predicted", () => {
    expect(near && figuresTable(near).rows).toEqual([
      ["TTFT", "256\u00a0ms", "269\u00a0ms", "+5\u00a0%"],
      ["TPOT", "19.5\u00a0ms", "17.8\u00a0ms", "−9\u00a0%"],
    ]);
    expect(offline && figuresTable(offline).rows).toEqual([["Output", "42,500\u00a0tok/s", "not predicted", ""]]);
    expect(offline?.problem).toEqual(message("The run's lengths are not published."));
  });

  it("say that a prediction is under way", () => {
    const [pending] = underWay().nearest ?? [];
    expect(pending && figuresTable(pending).rows[0]).toEqual(["TTFT", "256\u00a0ms", "under way", ""]);
  });
});
