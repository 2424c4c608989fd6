import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BenchView } from "../../src/protocol/bench-view.ts";
import { benchFigures } from "../../webview/bench/bench-figures.ts";
import { loadPlots, throughputPlots } from "../../webview/bench/bench-plots.ts";
import { benchTable, throughputTable } from "../../webview/bench/bench-table.ts";
import { benchVerdict } from "../../webview/bench/bench-verdict.ts";
import { toldStatistics } from "../../webview/bench/bench-words.ts";
import { csv } from "../../webview/parts/table.ts";
import { benchStates } from "./fixtures/bench-states.ts";
import { settle, Workshop } from "./support/workshop.ts";

function viewOf(state: string): BenchView {
  const [message] = benchStates[state]?.() ?? [];
  if (!message) throw new Error(`no state ${state}`);
  return message.bench;
}

describe("a benchmark as plots", () => {
  it("draws measured solid over predicted dashed with its band, from the least load to the greatest", () => {
    const [ttft, ...others] = loadPlots(viewOf("rates"), "p95");
    expect(others.map(({ id }) => id)).toEqual(["tpot-by-load", "e2e-by-load", "throughput-by-load"]);
    expect(ttft?.title).toBe("TTFT p95 · request rate, req/s");
    expect(ttft?.lines.map(({ name, series, isPredicted = false }) => [name, series, isPredicted])).toEqual([
      ["predicted", 6, true],
      ["with the correction", 2, false],
      ["measured", 1, false],
    ]);
    const [predicted, , measured] = ttft?.lines ?? [];
    expect(measured?.points.map(({ x }) => x)).toEqual([5, 20, 40, 60, 75, 85, 92.2]);
    for (const [i, { low, high }] of (predicted?.band ?? []).entries()) {
      const y = predicted?.points[i]?.y ?? Number.NaN;
      expect([low / y, high / y].map((share) => Number(share.toFixed(6)))).toEqual([0.7, 1.3]);
    }
    expect(ttft?.aria).toMatch(
      /^TTFT p95 · request rate, req\/s: 5\u00a0req\/s measured [\d.]+\u00a0ms, predicted .*worst −79.1\u00a0% at 92.2\u00a0req\/s$/,
    );
  });

  it("lays latency over throughput, measured over measured and predicted over predicted", () => {
    const view = viewOf("rates");
    const [ttft] = throughputPlots(view, "mean");
    const output = view.loads.map(({ rows }) => rows.find(({ metric }) => metric === "throughput"));
    expect(ttft?.lines.find(({ series }) => series === 1)?.points.map(({ x }) => x)).toEqual(output.map((row) => row?.measured));
    expect(ttft?.lines.find(({ isPredicted }) => isPredicted)?.points.map(({ x }) => x)).toEqual(output.map((row) => row?.predicted));
  });

  it("offers the statistics that a file tells, and says what the loads are told apart by", () => {
    expect(toldStatistics(viewOf("rates"))).toEqual(["mean", "p50", "p90", "p95", "p99"]);
    expect(toldStatistics(viewOf("means-alone"))).toEqual(["mean"]);
    expect(loadPlots(viewOf("in-flight"), "p95")[0]?.title).toBe("TTFT p95 · requests in flight");
    expect(loadPlots(viewOf("mixed"), "p95")[0]?.title).toBe("TTFT p95 · requests answered, req/s");
    expect(loadPlots(viewOf("nothing"), "p95")).toEqual([]);
  });

  it("says the worst gap of all statistics, and has its number in the table", () => {
    const view = viewOf("rates");
    expect(benchVerdict(view).title).toBe("TTFT p99 differs most: at 92.2\u00a0req/s it is predicted 79.3\u00a0% too low");
    const { rows } = benchTable(view);
    const from = rows.findIndex(([load]) => load === "92.2 req/s");
    const p99 = rows.slice(from).find(([, figure]) => figure === "TTFT p99");
    expect(p99?.[5]).toBe("−79.3\u00a0%");
    expect(csv(benchTable(view)).split("\r\n")).toHaveLength(7 * 16 + 2);
    expect(throughputTable(view, "p95").columns.map(({ title }) => title)).toEqual([
      "Load",
      "Output, measured",
      "predicted",
      "TTFT p95, measured",
      "predicted",
      "TPOT p95, measured",
      "predicted",
      "E2E p95, measured",
      "predicted",
    ]);
  });

  it("means over the loads in its figures, with the worst of them", () => {
    const [ttft] = benchFigures(viewOf("one"), "p95");
    expect(ttft).toMatchObject({ label: "TTFT p95 off by", value: "20.1", unit: "%", caption: "worst −20.1\u00a0% at 40\u00a0req/s" });
    expect(benchVerdict(viewOf("within")).sign.glyph).toBe("✓");
    expect(benchVerdict(viewOf("nothing")).title).toBe("Nothing can be compared");
  });
});

describe("the page of a benchmark", () => {
  let workshop: Workshop;
  beforeAll(async () => {
    workshop = await Workshop.start();
  }, 60_000);
  afterAll(() => workshop?.stop());

  it("keeps the statistic and open tables, saves pictures, and asks the host to keep the correction", async () => {
    await workshop.withPage("bench", "rates", {}, async ({ page, posted }) => {
      await page.getByRole("button", { name: "p50", exact: true }).click();
      await settle(page);
      expect(await page.locator("#by-load .distribution-head").first().innerText()).toContain("TTFT p50");
      await page.locator("#by-load").getByRole("button", { name: "Save PNG" }).click();
      await page.locator("#by-load").getByRole("button", { name: "Table" }).click();
      expect(await page.locator("#by-load table tbody tr").count()).toBe(7 * 16);
      await page.getByRole("button", { name: "Copy as Markdown" }).click();
      await page.getByRole("button", { name: "Keep as calibration" }).click();
      const kinds = (await posted()).map(({ kind }) => kind);
      expect(kinds).toEqual(["ready", "save-picture", "copy", "keep"]);
      expect(await page.evaluate(() => window.lensKept)).toMatchObject({ statistic: "p50", byLoad: true, byOutput: false });
    });
    await workshop.withPage("bench", "rates", { kept: { statistic: "mean", byOutput: true } }, async ({ page }) => {
      expect(await page.getByRole("button", { name: "mean", exact: true }).getAttribute("aria-pressed")).toBe("true");
      expect(await page.locator("#by-output table").isVisible()).toBe(true);
    });
  });
});
