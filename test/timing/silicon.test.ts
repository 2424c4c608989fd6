import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { caseOf } from "../../scripts/accuracy/serving/closed-loop-case.ts";
import { readClosedLoopRows } from "../../scripts/accuracy/serving/closed-loop-rows.ts";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { estimate } from "../../src/timing/closed-form.ts";
import { testCatalog } from "../support/catalog.ts";

const path = fileURLToPath(new URL("../../../shared/data/reference/silicon_e2e.csv", import.meta.url));
const rows = existsSync(path) ? readClosedLoopRows(path) : undefined;
if (!rows) console.log("Not run: measured closed-loop rows (silicon_e2e.csv) are not here.");

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

describe.runIf(rows !== undefined)("against measured servers at low concurrency", () => {
  it("is far nearer than a peak roofline (60 % of TPOT, 69 % of TTFT)", () => {
    const tpot: number[] = [];
    const ttft: number[] = [];
    for (const row of rows ?? []) {
      if (row.engine !== "vllm" || row.concurrency > 4) continue;
      const read = readCase(caseOf(row), { catalog: testCatalog() });
      const settled = read.deployment && settle(read.deployment, testCatalog()).settled;
      if (!settled) continue;
      const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
      const alone = estimate(settled, plans, {
        promptTokens: Math.round(0.9 * row.promptTokens),
        outputTokens: Math.round(0.9 * row.outputTokens),
      });
      tpot.push(Math.abs((1000 * alone.tpotSeconds) / row.measured.tpotMs - 1));
      ttft.push(Math.abs((1000 * alone.ttftSeconds) / row.measured.ttftMs - 1));
    }
    console.log(
      `one request alone against ${tpot.length} rows of concurrency ≤ 4: TPOT median ${quantile(tpot, 0.5).toFixed(3)}, 80th ${quantile(tpot, 0.8).toFixed(3)}; TTFT median ${quantile(ttft, 0.5).toFixed(3)}, 80th ${quantile(ttft, 0.8).toFixed(3)}`,
    );
    expect(tpot.length).toBeGreaterThan(40);
    expect(quantile(tpot, 0.5)).toBeLessThan(0.2);
    expect(quantile(ttft, 0.5)).toBeLessThan(0.5);
  });
});
