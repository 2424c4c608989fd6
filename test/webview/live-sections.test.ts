import { describe, expect, it } from "vitest";
import type { Histogram } from "../../src/live/snapshot.ts";
import { absentLines } from "../../webview/live/absent-lines.ts";
import { differing, driftLines, driftNote } from "../../webview/live/drift/drift-model.ts";
import { gapModel, gapTable } from "../../webview/live/gap/gap-model.ts";
import { distributionOf, distributionTable } from "../../webview/live/lengths/lengths-model.ts";
import { memberLines, membersTable, spreadLines } from "../../webview/live/members/members-model.ts";
import { standingPlot, standingTable } from "../../webview/live/standing/standing-plot.ts";
import { stepsModel, stepsTable, thresholdTable } from "../../webview/live/steps/steps-model.ts";
import { header } from "./fixtures/live.ts";
import { drift, gap, nothingToTell, pods, pools, ranks, standing, steps } from "./fixtures/live-evidence.ts";

describe("gap explained", () => {
  it("leads from predicted to live, each step beginning where the one before ended", () => {
    const { rows, metric } = gapModel(gap);
    expect(metric).toBe("TTFT p95");
    expect(rows.map(({ name, text }) => [name, text])).toEqual([
      ["Predicted for the file", "194\u00a0ms"],
      ["Load", "+12.0\u00a0ms"],
      ["Lengths", "+4.00\u00a0ms"],
      ["Prefix hits", "0\u00a0ms"],
      ["Server settings", "+15.0\u00a0ms"],
      ["Step time", "+51.0\u00a0ms"],
      ["Not explained", "+14.0\u00a0ms"],
      ["Live", "290\u00a0ms"],
    ]);
    const moved = rows.slice(1, -1);
    for (const [i, row] of moved.entries()) expect(row.from).toBeCloseTo(moved[i - 1]?.to ?? rows[0]?.to ?? Number.NaN, 9);
    expect(rows.at(-1)?.from).toBeCloseTo(moved.at(-1)?.to ?? Number.NaN, 9);
    for (const { from, to } of rows) expect(from >= 0 && to <= 1 && to >= from).toBe(true);
  });

  it("has the parts of the change add up to it in the table", () => {
    const raw = gapTable(gap).raw?.rows() ?? [];
    expect(raw[0]).toEqual(["predicted", 0.194]);
    expect(raw.at(-1)).toEqual(["live", 0.29]);
    expect(raw.at(-2)?.[1]).toBe(0.29);
  });

  it("says what lies in one bucket cannot be told apart, and where the bucket is", () => {
    expect(gapModel(gap).cannotTell).toBeNull();
    const { cannotTell, rows } = gapModel(nothingToTell);
    expect(cannotTell).toMatch(/cannot be told apart/);
    expect(rows.at(-1)).toMatchObject({ evidence: "between 250\u00a0ms and 500\u00a0ms" });
    expect(rows.at(-1)?.bucket?.[0]).toBeLessThan(rows.at(-1)?.bucket?.[1] ?? 0);
  });

  it("takes a bucket without an upper end and a change of a share", () => {
    const open = gapModel({ ...gap, bucket: [0.25, Number.POSITIVE_INFINITY] });
    expect(open.rows.at(-1)).toMatchObject({ evidence: "above 250\u00a0ms" });
    expect(open.rows.at(-1)?.bucket?.[1]).toBe(1);
    const share = gapModel({
      ...gap,
      metric: "kv_cache_usage",
      unit: "share",
      predicted: 0.3,
      live: 0.28,
      bucket: null,
      steps: [{ term: "load", value: 0.28, evidence: null }],
    });
    expect(share.rows[1]).toMatchObject({ text: "\u22122.00 points" });
  });
});

describe("on the predicted curve", () => {
  it("draws what is predicted apart from where the server is, with the limit and the last rate that holds", () => {
    const plot = standingPlot(standing, header.slo);
    expect(plot.lines.map(({ name, series, joined }) => [name, series, joined])).toEqual([
      ["predicted", 6, true],
      ["live", 1, false],
    ]);
    expect(plot.lines[0]?.points.length).toBe(standing.points.filter(({ isSaturated }) => !isSaturated).length);
    expect(plot.marks).toEqual([{ value: 15.9, text: "holds to here" }]);
    expect(plot.limit?.value).toBe(0.5);
    expect(plot.note).toBe("holds to 15.9\u00a0req/s");
  });

  it("has saturated rates in words, and the server in the last row", () => {
    const { rows } = standingTable(standing);
    expect(rows.at(-2)?.[1]).toBe("queue grows");
    expect(rows.at(-1)?.[0]).toBe("live, 13.6\u00a0req/s");
    expect(standingTable({ ...standing, at: { ...standing.at, ttftP95: null } }).rows.at(-1)?.[1]).toBe("not offered");
  });
});

describe("file and server", () => {
  it("have what differs first, our own figures with how far off, the rest quiet", () => {
    const lines = driftLines(drift);
    expect(lines.map(({ setting }) => setting).slice(0, 3)).toEqual(["enable-prefix-caching", "max-num-seqs", "KV cache tokens"]);
    expect(lines[0]).toMatchObject({ file: "off", server: "on", isDifferent: true, line: 26 });
    expect(lines[2]).toMatchObject({ file: "639,360", server: "624,112 (\u22122.38\u00a0%)", isDifferent: false });
    expect(lines.filter(({ isQuiet }) => isQuiet).map(({ server }) => server)).toEqual(["same", "same", "not offered", "not offered"]);
    expect(differing(drift).length).toBe(2);
    expect(driftNote(drift)).not.toBe("");
    expect(driftNote(drift.filter(({ server }) => server !== null))).toBe("");
  });
});

describe("steps and threshold", () => {
  it("has the bars of both modes parted by the threshold, and shares that are those of the sentence", () => {
    const model = stepsModel(steps);
    expect(model.bars.filter(({ mode }) => mode === "tensor").map(({ label }) => label)).toEqual([
      "1",
      "8",
      "16",
      "32",
      "64",
      "128",
      "256",
    ]);
    // 256 is the seventh of twelve bounds that are shown.
    expect(model.thresholdAt).toBeCloseTo(7 / 12, 9);
    expect(model.below).toBe("67\u00a0% as full tensor parallel");
    expect(model.above).toBe("33\u00a0% as sequence parallel");
    expect(model.bars.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(Math.max(...model.bars.map(({ height }) => height))).toBe(1);
  });

  it("says a range where the threshold lies within a bucket, and marks that bucket as both", () => {
    const model = stepsModel({ ...steps, threshold: 200, shareBelow: 0.65, shareBounds: [0.623, 0.674] });
    expect(model.below).toBe("62–67\u00a0% as full tensor parallel");
    expect(model.bars.find(({ label }) => label === "256")?.mode).toBe("both");
  });

  it("has tables of the steps and of other thresholds", () => {
    expect(stepsTable(steps).rows[4]).toEqual(["64", "4,080", "32\u00a0%"]);
    expect(thresholdTable(steps).rows.map((row) => row[2])).toEqual([
      "",
      "2.40\u00a0s more",
      "6.10\u00a0s less",
      "11.8\u00a0s more",
      "not known",
    ]);
  });
});

describe("engines", () => {
  it("have the one that stands out named with how far", () => {
    expect(
      memberLines(ranks)
        .filter(({ isOutlier }) => isOutlier)
        .map(({ name }) => name),
    ).toEqual(["2"]);
    expect(spreadLines(ranks)).toEqual([{ isWarning: true, text: "2 stands out: its queue is 4.00 times the mean." }]);
  });

  it("have a member that does not answer in words, and its share missing from the sums", () => {
    const lines = memberLines(pods);
    expect(lines.at(-1)).toMatchObject({ name: "llama-70b-6d5f-qz7tn", lost: "Connection refused", engine: null });
    expect(spreadLines(pods)[0]?.text).toBe("llama-70b-6d5f-qz7tn does not answer; its share is missing from all sums.");
    expect(membersTable(pods).raw?.rows().length).toBe(2);
  });

  it("have roles where members have them", () => {
    expect(memberLines(pools).map(({ role }) => role)).toEqual(["prefill", "prefill", "decode"]);
  });
});

describe("how requests are spread", () => {
  const histogram: Histogram = {
    upper: Float64Array.of(10, 100, 1000, Number.POSITIVE_INFINITY),
    count: Float64Array.of(0, 20, 40, 40),
    sum: 8000,
    total: 40,
  };

  it("shows shares at the bounds, no more than is known", () => {
    const made = distributionOf("request_prompt_tokens", histogram, 910, header.slo);
    expect([...made.x]).toEqual([10, 100, 1000]);
    expect([...made.percent]).toEqual([0, 50, 100]);
    // 8,000 tokens in 40 requests.
    expect(made.note).toBe("mean 200 · 40 requests");
    expect(made.limit).toBeNull();
    expect(made.mark).toEqual({ value: 910, percent: 95, text: "p95 910" });
    expect(distributionTable(made).rows).toEqual([
      ["10", "0\u00a0%"],
      ["100", "50\u00a0%"],
      ["1,000", "100\u00a0%"],
    ]);
  });
});

it("rows that have nothing to show are named once a reason", () => {
  expect(
    absentLines([
      { name: "GPU busy", reason: "not offered by vLLM" },
      { name: "KV transfer p95", reason: "appears with the first request" },
      { name: "GPU power", reason: "not offered by vLLM" },
    ]),
  ).toEqual(["GPU busy and GPU power: not offered by vLLM", "KV transfer p95: appears with the first request"]);
});
