import { describe, expect, it } from "vitest";
import { readCase } from "../../src/deployment/case.ts";
import { plain } from "../../src/deployment/message.ts";
import { settle } from "../../src/deployment/settle.ts";
import { placementSweep } from "../../src/planning/placement-sweep.ts";
import { carriedOut, type PlannedRun, simulated } from "../../src/planning/plan.ts";
import type { SweepResult, SweepSite } from "../../src/planning/sweep.ts";
import type { Outcome } from "../../src/simulation/report/report.ts";
import { askedRate } from "../../src/simulation/workload/at-rate.ts";
import type { Length } from "../../src/simulation/workload/workload.ts";
import { testCatalog } from "../support/catalog.ts";
import { reportWith } from "./reports.ts";

const catalog = testCatalog();
const limits = { ttftSeconds: 0.4, tpotSeconds: 0.05 };

function site(members: Readonly<Record<string, unknown>> = {}, slo: typeof limits | null = limits, promptTokens: Length = 1000): SweepSite {
  const plainCase = {
    engine: "vllm",
    model: "meta-llama/Llama-3.1-8B-Instruct",
    gpu: "A100-SXM4-80GB",
    gpusPerNode: 2,
    pools: [{ instances: 2 }],
  };
  const read = readCase({ id: "d", deployment: { ...plainCase, ...members }, slo }, { catalog });
  const settled = read.deployment && settle(read.deployment, catalog).settled;
  if (!settled) throw new Error("not settled");
  const workload = { kind: "open-loop" as const, ratePerSecond: 12, requests: 120, promptTokens, outputTokens: 100 };
  return { deployment: read.deployment, settled, catalog, workload, seed: 1, points: 40 };
}

/** Series, place, name and goodput a GPU. */
function pointsOf(result: SweepResult): readonly string[] {
  if ("problem" in result) return [plain(result.problem)];
  return result.points.map(({ series, x, name, values }) => `${series}/${x} ${name}: ${values.goodput?.toFixed(2)}`);
}

describe("DistServe's placement of a deployment", () => {
  it("looks at each phase by itself, bisects its rate and takes the best a GPU", () => {
    /** Prompts hold three requests a second and GPU, answers five, and two GPUs less than twice as much. */
    const run = ({ settled, workload }: PlannedRun): Outcome => {
      const pool = settled.pools.at(-1);
      if (!pool) throw new Error("no pool");
      const gpus = pool.layout.tensor * pool.layout.pipeline;
      const most = (pool.role === "decode" ? 5 : 3) * gpus ** (pool.layout.pipeline > 1 ? 0.95 : 0.9);
      return { report: reportWith({ attainment: (askedRate(workload) ?? 0) <= most ? 1 : 0.1 }) };
    };
    const result = carriedOut(placementSweep(site()), run);
    // Nine rates each: 2 … 16 by doubling and five halvings, so that 5.80 and 9.66 of two GPUs are found as 5.75 and 9.50.
    expect(pointsOf(result)).toEqual(["0/1 TP 1: 3.00", "0/2 TP 1 × PP 2: 2.88", "1/1 TP 1: 5.00", "1/2 TP 1 × PP 2: 4.75"]);
    expect("problem" in result ? "" : result.findings.map(plain)).toEqual([
      "For 12 requests a second DistServe takes 4 prefill instances of TP 1 and 3 decode instances of TP 1",
    ]);
  });

  it("keeps both phases on a node where caches may not leave it", () => {
    const low = { system: "distserve", systemSettings: { affinity: "low" }, gpusPerNode: 4, pools: [{ instances: 4 }] };
    const run = ({ settled, workload }: PlannedRun): Outcome => {
      const [prefill, decode] = settled.pools.map(({ layout }) => layout.tensor);
      const most = Math.min(3 * (prefill ?? 0), 6 * (decode ?? 0));
      return { report: reportWith({ attainment: (askedRate(workload) ?? 0) <= most ? 1 : 0.1 }) };
    };
    expect(pointsOf(carriedOut(placementSweep(site(low)), run))).toEqual([
      "0/2 TP 1 + TP 1: 1.50",
      "0/3 TP 2 + TP 1: 2.00",
      "0/4 TP 2 + TP 2: 1.50",
    ]);
  });

  it("says what it needs", () => {
    expect(pointsOf(carriedOut(placementSweep(site({}, null))))).toEqual([
      "DistServe's placement needs a limit for the first token and one for the others",
    ]);
    const large = site({ model: "meta-llama/Llama-3.1-405B-Instruct" });
    expect(pointsOf(carriedOut(placementSweep(large)))).toEqual(["The model does not fit these GPUs in any layout"]);
  });

  it("rests on simulations of the deployment's own load", () => {
    // Prompts whose mean is no whole number.
    const result = carriedOut(placementSweep(site({}, limits, { values: [999, 1000, 1000] })), simulated);
    const [prompts, , answers] = "problem" in result ? [] : result.points.map(({ values }) => values.goodput ?? 0);
    // An answer of 100 tokens costs far less than its prompt of 1,000.
    expect(prompts).toBeGreaterThan(2);
    expect(answers).toBeGreaterThan(prompts ?? 0);
  }, 60_000);
});
