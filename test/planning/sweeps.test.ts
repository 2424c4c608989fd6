import { describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { applyEdits } from "../../src/language/edits.ts";
import { writtenChange } from "../../src/language/written-change.ts";
import { saturates } from "../../src/planning/batch-tokens-sweep.ts";
import { carriedOut, type PlannedRun, simulated } from "../../src/planning/plan.ts";
import { splitOf } from "../../src/planning/split.ts";
import type { Sweep, SweepSite } from "../../src/planning/sweep.ts";
import { type SweepKind, sweepPlan } from "../../src/planning/sweeps.ts";
import { alternatives } from "../../src/planning/what-if.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { only, prefillAndDecode, yaml } from "../language/deployments.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
const h100 = "H100-SXM5-80GB";
const workload: Workload = { kind: "open-loop", ratePerSecond: 4, requests: 120, promptTokens: 800, outputTokens: 60 };

function siteOf(text: string, more: Partial<SweepSite> = {}): SweepSite {
  const { deployment, settled } = only(text);
  if (!settled) throw new Error("does not settle");
  return { deployment, settled, catalog, workload, seed: 1, points: 8, ...more };
}

/** A sweep with the runs that it asked for. */
function swept(kind: SweepKind, site: SweepSite): { readonly sweep: Sweep; readonly runs: readonly PlannedRun[] } {
  const runs: PlannedRun[] = [];
  const result = carriedOut(sweepPlan(kind, site), (run) => {
    runs.push(run);
    return simulated(run);
  });
  if ("problem" in result) throw new Error(plain(result.problem));
  return { sweep: result, runs };
}

function refusal(kind: SweepKind, site: SweepSite): string {
  const result = carriedOut(sweepPlan(kind, site));
  return "problem" in result ? plain(result.problem) : "";
}

const one = yaml({ gpu: h100 });
const four = yaml({ gpu: h100, gpus: 4, args: ["--tensor-parallel-size=4"] });

describe("sweeps over one setting", () => {
  test("chunk size goes in doublings from what vLLM accepts, through the file's own value, all on the same load and seed", () => {
    const { sweep, runs } = swept("chunk", siteOf(yaml({ gpu: h100, args: ["--max-num-batched-tokens=3000", "--max-num-seqs=700"] })));
    // vLLM stops where a step has fewer tokens than sequences: 1,024 is the first power of two from 700 on.
    expect(sweep.points[0]?.x).toBe(1024);
    expect(sweep.points.filter(({ isFile }) => isFile).map(({ x }) => x)).toEqual([3000]);
    expect(runs.every(({ workload: load, seed }) => load === workload && seed === 1)).toBe(true);
    for (const [i, { settled }] of runs.entries()) expect(settled.pools[0]?.settings.maxNumBatchedTokens).toBe(sweep.points[i]?.x);
  });

  test("every other point says which flag leads there", () => {
    const { sweep } = swept("chunk", siteOf(one));
    for (const { change, isFile, x } of sweep.points) {
      expect(change === null).toBe(isFile);
      if (change) expect(change.parts[0]?.flags).toEqual({ "max-num-batched-tokens": String(x) });
    }
  });

  test("a threshold needs sequence parallelism", () => {
    expect(refusal("shift-threshold", siteOf(one))).toBe("The deployment has no sequence parallelism");
  });
});

describe("sweeps over layouts", () => {
  test("every layout of four GPUs, those that do not fit said so", () => {
    const { sweep, runs } = swept("layouts", siteOf(four));
    // 2² over TP, PP and DP: C(4, 2) = 6.
    expect(sweep.points.map(({ name }) => name)).toEqual([
      "TP 1 × DP 4",
      "TP 1 × PP 2 × DP 2",
      "TP 1 × PP 4",
      "TP 2 × DP 2",
      "TP 2 × PP 2",
      "TP 4",
    ]);
    expect(runs).toHaveLength(6);
    expect(sweep.points.filter(({ isFile }) => isFile).map(({ name }) => name)).toEqual(["TP 4"]);
  });

  test("what a layer sends follows from the layout: nothing on one rank, two reductions of a token otherwise", () => {
    const { sweep } = swept("layouts", siteOf(four));
    const sent = (name: string) => sweep.points.find((point) => point.name === name)?.values.traffic ?? Number.NaN;
    expect(sent("TP 1 × DP 4")).toBe(0);
    // Ring all-reduce: 2 (t − 1) / t of 4,096 × 2 B, twice a layer; the embedding's is one more in 32 layers.
    const reduced = (ranks: number): number => ((2 * (ranks - 1)) / ranks) * 4096 * 2 * 2;
    expect(sent("TP 4") / reduced(4)).toBeGreaterThan(0.99);
    expect(sent("TP 4") / reduced(4)).toBeLessThan(1.05);
    expect(sent("TP 2 × DP 2")).toBeLessThan(sent("TP 4"));
  });

  test("TP against PP has one curve a layout over the same rates", () => {
    const { sweep } = swept("tensor-pipeline", siteOf(four));
    expect(sweep.series.map(plain)).toEqual(["TP 1 × PP 4", "TP 2 × PP 2", "TP 4"]);
    const rates = (series: number) => sweep.points.filter((point) => point.series === series).map(({ x }) => x);
    expect(rates(0)).toEqual(rates(2));
    expect(new Set(rates(0)).size).toBe(6);
  });
});

describe("prompts and answers apart", () => {
  test("the GPUs of one instance are split into as many that fit as leave ratios to choose", () => {
    const { deployment, settled } = siteOf(four);
    const split = splitOf(deployment, settled, catalog);
    expect(split?.instances).toBe(4);
    expect(split?.settled.pools[0]?.layout.tensor).toBe(1);
    expect(splitOf(siteOf(one).deployment, siteOf(one).settled, catalog)).toBeUndefined();
  });

  test("ratios stand beside the file as it is", () => {
    const { sweep, runs } = swept("pool-ratio", siteOf(four));
    expect(sweep.points.map(({ name }) => name)).toEqual(["TP 4", "1P : 3D, 1 GPU", "2P : 2D, 1 GPU", "3P : 1D, 1 GPU"]);
    expect(runs.slice(1).every(({ settled }) => settled.pools.map(({ role }) => role).join() === "prefill,decode")).toBe(true);
    expect(refusal("pool-ratio", siteOf(one))).toBe("The GPUs are too few for several instances of prefill and decode");
  });

  test("a pair of pools is counted out over the same GPUs, and each count is an edit", () => {
    const text = prefillAndDecode(["--tensor-parallel-size=2"], []).replaceAll("replicas: 1", "replicas: 2");
    const { sweep } = swept("pool-ratio", siteOf(text));
    // 2 × 2 + 2 × 1 = 6 GPUs: one prefill instance leaves room for four that decode.
    expect(sweep.points.map(({ name }) => name)).toEqual(["1P : 4D", "2P : 2D"]);
    const [other, file] = sweep.points;
    expect(file?.isFile).toBe(true);
    const written = other?.change && writtenChange(only(text).deployment, other.change, text);
    expect(applyEdits(text, written?.edits ?? [])).toBe(text.replace("replicas: 2", "replicas: 1").replace("replicas: 2", "replicas: 4"));
  });

  test("the gain by prompt length compares both ways at every length", () => {
    const { sweep } = swept("prompt-length", siteOf(four));
    const lengths = (series: number) => sweep.points.filter((point) => point.series === series).map(({ x }) => x);
    expect(lengths(0)).toEqual(lengths(1));
    expect(lengths(0)[0]).toBe(128);
    for (const { series, x, values } of sweep.points) {
      const together = sweep.points.find((point) => point.series === 0 && point.x === x)?.values.e2e;
      if (series === 1 && values.gain !== undefined) expect(values.gain).toBeCloseTo((together ?? 0) / (values.e2e ?? 1), 12);
    }
  });
});

describe("where a batch saturates", () => {
  test("is the smallest that no larger one beats by a tenth", () => {
    const points = [100, 200, 390, 500, 540, 545].map((perSecond, i) => ({ tokens: 2 ** i, perSecond }));
    // 500 · 1.1 = 550: neither 540 nor 545 reaches it; 390 · 1.1 = 429 is passed.
    expect(saturates(points)).toBe(8);
    expect(saturates(points.slice(0, 3))).toBeUndefined();
  });

  test("is told of prompts and of answers without a simulation", () => {
    const { sweep, runs } = swept("batch-tokens", siteOf(one));
    expect(runs).toEqual([]);
    expect(sweep.series.map(plain)).toEqual(["prompts", "answers"]);
    const prompts = sweep.points.filter(({ series }) => series === 0).map(({ values }) => values["prefill-tokens"] ?? 0);
    expect(Math.max(...prompts)).toBeGreaterThan(5 * (prompts[0] ?? Number.POSITIVE_INFINITY));
  });
});

describe("what if", () => {
  test("offers other systems, routings of several replicas and layouts, each on the same GPUs", () => {
    const { deployment, settled } = siteOf(four);
    const lengths = { promptTokens: 800, outputTokens: 60 };
    const made = alternatives({ deployment, settled, catalog, lengths });
    expect(made.map(({ id }) => id)).toEqual(expect.arrayContaining(["system/apart", "system/distserve", "layout/TP 2 × PP 2"]));
    expect(made.some(({ group }) => group === "routing")).toBe(false);
    const two = alternatives({
      deployment,
      settled: { ...settled, pools: settled.pools.map((pool) => ({ ...pool, instances: 2 })) },
      catalog,
      lengths,
    });
    expect(two.filter(({ group }) => group === "routing").length).toBeGreaterThan(5);
    for (const one of made) if (one.group === "system") expect(one.settled()).toBeDefined();
  });
});
