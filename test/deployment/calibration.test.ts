import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyCalibration } from "../../src/deployment/apply-calibration.ts";
import type { Calibration, MeasuredMemory } from "../../src/deployment/calibration.ts";
import { conditionsOf } from "../../src/deployment/conditions.ts";
import { plain } from "../../src/deployment/message.ts";
import { readCalibration } from "../../src/deployment/read-calibration.ts";
import { calibrationFileName, withMemory } from "../../src/deployment/write-calibration.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { gpu, model, pool, version } from "../memory/pools.ts";

const GiB = 2 ** 30;
const llama = model("meta-llama/Llama-3.1-8B-Instruct");

function measured(changes: Parameters<typeof pool>[0] = {}): MeasuredMemory {
  return {
    source: "log",
    date: "2026-11-28",
    conditions: conditionsOf(llama, pool(changes)),
    stages: [
      { stage: 0, total: 79 * GiB, weights: 15 * GiB, activation: 2 * GiB, nonTorch: 0.5 * GiB, graphs: 1 * GiB, kvCache: 53 * GiB },
    ],
    kvCacheTokens: 434_176,
    kvCacheBlocks: 27_136,
  };
}

const calibration = (memory: MeasuredMemory): Calibration => ({ file: "deploy.yaml", deployment: "llama", memory, timing: null });

const written = (existing: string, memory = measured(), evidence: readonly string[] = []): string => {
  const { text, problem } = withMemory(existing, { file: "deploy.yaml", deployment: "llama", memory, evidence });
  if (text === undefined) throw new Error(plain(problem));
  return text;
};

describe("what was measured and still holds", () => {
  const under = (changes: Parameters<typeof pool>[0], memory = measured()) => {
    const one = pool(changes);
    const applied = applyCalibration([calibration(memory)], llama, one);
    const refused = Object.fromEntries(applied?.refused.map(({ term, why }) => [term, plain(why)]) ?? []);
    const { ranks, kvCacheTokens, kvCacheBlocks } = memoryPlan(
      llama,
      applied ? { ...one, observed: { ...one.observed, measured: applied } } : one,
    );
    return { applied: applied?.applied, refused, rank: ranks[0], kvCacheTokens, kvCacheBlocks };
  };

  test("everything as it was: each part is the measured one, and says so", () => {
    const { applied, refused, rank, kvCacheTokens, kvCacheBlocks } = under({});
    expect(applied).toEqual(["total", "weights", "activation", "nonTorch", "graphs", "kvCache", "kvCacheBlocks"]);
    expect(refused).toEqual({});
    expect(rank).toMatchObject({ totalBytes: 79 * GiB, weightsBytes: 15 * GiB, activationBytes: 2 * GiB, nonTorchBytes: 0.5 * GiB });
    expect([rank?.kvCacheBytes, rank?.cudaGraphBytes, kvCacheBlocks, kvCacheTokens]).toEqual([53 * GiB, GiB, 27_136, 434_176]);
    const step = rank?.steps.find(({ part }) => part === "activation");
    expect(step).toMatchObject({ formula: "2.000 GiB", source: "calibration of 2026-11-28", confidence: "engine-law" });
  });

  test("fewer sequences: what they move is predicted again, the weights stay measured", () => {
    const { applied, refused, rank } = under({ settings: { maxNumSeqs: 256 } });
    expect(applied).toEqual(["total", "weights", "nonTorch"]);
    expect(refused).toMatchObject({
      activation: "max-num-seqs was 1024 when this was measured",
      graphs: "max-num-seqs was 1024 when this was measured",
      kvCache: "max-num-seqs was 1024 when this was measured",
    });
    const predicted = memoryPlan(llama, pool({ settings: { maxNumSeqs: 256 } })).ranks[0];
    expect([rank?.weightsBytes, rank?.activationBytes]).toEqual([15 * GiB, predicted?.activationBytes]);
    // 0.9 · 79 GiB, rounded up, less the parts.
    expect(rank?.kvCacheBytes).toBe(Math.ceil(0.9 * 79 * GiB) - 15.5 * GiB - (predicted?.activationBytes ?? 0));
  });

  test("blocks and tokens that contradict each other are predicted", () => {
    for (const wrong of [{ kvCacheBlocks: 999_999 }, { kvCacheTokens: 16 }]) {
      const { refused, kvCacheTokens } = under({}, { ...measured(), ...wrong });
      expect(Object.keys(refused)).toEqual(["kvCacheBlocks"]);
      expect(kvCacheTokens).toBe(434_176);
    }
    expect(under({}, { ...measured(), kvCacheBlocks: 999_999 }).refused.kvCacheBlocks).toBe(
      "999999 blocks hold 15999984 tokens, not 434176",
    );
  });

  test("a stage that the pipeline does not have measures none of its ranks", () => {
    const { applied, refused } = under({}, { ...measured(), stages: [{ stage: 7, weights: 15 * GiB }] });
    expect(applied).toEqual(["kvCacheBlocks"]);
    expect(refused).toEqual({ weights: "there is no pipeline stage 7" });
  });

  test("another utilisation leaves all but the cache measured", () => {
    const { refused, rank } = under({ budget: { gpuMemoryUtilization: 0.95 } });
    expect(refused).toEqual({
      kvCache: "gpu-memory-utilization was 0.9 when this was measured",
      kvCacheBlocks: "gpu-memory-utilization was 0.9 when this was measured",
    });
    expect(rank?.kvCacheBytes).toBe(Math.ceil(0.95 * 79 * GiB) - 17.5 * GiB);
  });

  test("another length moves no bytes", () => {
    expect(under({ settings: { maxModelLen: 4096 } }).refused).toEqual({ kvCacheBlocks: "max-model-len was 8192 when this was measured" });
  });

  test.each([
    ["version", { version: version("0.20.0") }, "version was 0.19.0 when this was measured"],
    ["layout", { layout: { tensor: 2 } }, "tensor parallel size was 1 when this was measured"],
  ])("another %s leaves the card alone", (_, changes, why) => {
    const { applied, refused } = under(changes);
    expect(applied).toEqual(["total"]);
    expect(new Set(Object.values(refused))).toEqual(new Set([why]));
  });

  test("another GPU leaves nothing", () => {
    const { applied, refused } = under({ gpu: gpu("H200") });
    expect(applied).toEqual([]);
    expect(refused.total).toMatch(/^GPU was H100.* when this was measured$/);
  });

  test("a setting that was not set, and a flag that fixes the blocks", () => {
    const { refused } = under({ observed: { gpuTotalBytes: null, kvCacheBlocks: 512 } });
    expect(refused.kvCache).toBe("kv-cache-blocks was not set when this was measured");
  });

  test("blocks follow from tokens where nothing else keeps a share of them", () => {
    expect(under({}, { ...measured(), stages: [], kvCacheBlocks: null }).kvCacheBlocks).toBe(434_176 / 16);
  });

  test("a pool of another role has none of it", () => {
    const prefill = { ...measured(), conditions: { ...measured().conditions, role: "prefill" as const } };
    expect(applyCalibration([calibration(prefill)], llama, pool())).toBeUndefined();
  });
});

describe("the calibration file", () => {
  test("what is written is read as it was", () => {
    const text = written("", measured(), ["(Worker pid=1) INFO Model loading took 15.00 GiB: 'x' # y"]);
    const { calibration: read, problems } = readCalibration(text);
    expect(problems).toEqual([]);
    expect(read).toEqual(calibration(measured()));
    expect(text).toMatch(/weights: 16106127360 # bytes, 15\.00 GiB/);
    expect(written(text, measured(), ["(Worker pid=1) INFO Model loading took 15.00 GiB: 'x' # y"])).toBe(text);
  });

  test("an uneven layout is kept in full", () => {
    const uneven = {
      layout: { pipeline: 2, stageLayers: [10, 22], towers: "whole", shared: { mlp: 8, sharedExperts: 1, head: 8 } },
    } as const;
    const memory = measured(uneven);
    expect(memory.conditions.layout).toEqual({ pipeline: 2 });
    const { calibration: read, problems } = readCalibration(written("", memory));
    expect([problems, read?.memory]).toEqual([[], memory]);
    const other = pool({ layout: { ...uneven.layout, stageLayers: [16, 16] } });
    const refused = applyCalibration(read ? [read] : [], llama, other)?.refused.find(({ term }) => term === "weights");
    expect(refused && plain(refused.why)).toBe("pipeline-layers was 10,22 when this was measured");
  });

  test("a version that looks like a number stays the version", () => {
    const memory = measured({ version: version("0.20") });
    expect(readCalibration(written("", memory)).calibration?.memory?.conditions.engineVersion).toBe("0.20");
  });

  test("keys and comments of others stay; the old memory goes", () => {
    const first = written("", measured())
      .replace("deployment: llama", "deployment: llama # ours\nnote: by hand")
      .replace("memory:", "memory:\n  remark: kept");
    const second = written(first, { ...measured(), source: "live", date: "2026-12-01", stages: [], kvCacheTokens: null });
    expect(second).toContain("deployment: llama # ours");
    expect(second).toContain("note: by hand");
    expect(second).toContain("remark: kept");
    const { memory } = readCalibration(second).calibration ?? {};
    expect([memory?.source, memory?.date, memory?.stages, memory?.kvCacheBlocks]).toEqual(["live", "2026-12-01", [], 27_136]);
  });

  test("another deployment's file, and one that cannot be read, are not written over", () => {
    const other = { file: "deploy.yaml", deployment: "qwen", memory: measured(), evidence: [] };
    expect(plain(withMemory(written(""), other).problem ?? { text: "", args: [] })).toBe(
      "The calibration file belongs to another deployment: llama",
    );
    expect(withMemory("a: [", { ...other, deployment: "llama" }).text).toBeUndefined();
  });

  test.each([
    ["", /A calibration holds/],
    ["- 1", /A calibration holds/],
    ["a: [", /Not valid YAML/],
    ["version: 2\nfile: a\ndeployment: b", /Only version 1/],
    ["version: 1\nfile: a", /“deployment” is missing/],
    ["version: 1\nfile: a\ndeployment: b\nmemory: 3", /“memory” must hold/],
  ])("%j is told, not used", (text, words) => {
    const { calibration: read, problems } = readCalibration(text);
    expect(read).toBeUndefined();
    expect(problems.map(({ message }) => plain(message)).join("\n")).toMatch(words);
  });

  test("figures that contradict themselves are refused at their place", () => {
    const text = written("").replace(/weights: \d+/, "weights: 95000000000");
    const { calibration: read, problems } = readCalibration(text);
    expect(read).toBeUndefined();
    expect(problems.map(({ message, range }) => [plain(message), range.start.line])).toEqual([
      ["The parts of this stage are more than its total.", text.split("\n").findIndex((line) => line.includes("- stage"))],
    ]);
    expect(readCalibration(written("").replace(/weights: \d+/, "weights: much")).problems.length).toBe(1);
  });

  test("any text is read and written over without an exception", () => {
    const pieces = [
      "version: 1",
      "file: deploy.yaml",
      "deployment: llama",
      "memory:",
      "holdsFor:",
      "stages:",
      "  - stage: 0",
      "timing: &a {}",
      "*a",
      "<<: *a",
      "\n",
      "  ",
      "- ",
      ": ",
      "{",
      "}",
      "[",
      "]",
      "'",
      "#",
      "!!binary x",
      "? a",
      "|",
      "1e999",
      ".nan",
      "0x1",
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 6 })), { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        const { calibration: read, problems } = readCalibration(text);
        expect(read === undefined || problems.length === 0).toBe(true);
        const after = withMemory(text, { file: "deploy.yaml", deployment: "llama", memory: measured(), evidence: [] });
        if (after.text !== undefined) expect(readCalibration(after.text).calibration?.memory).toEqual(measured());
      }),
      { numRuns: 400 },
    );
    expect(written("# ours alone\n")).toContain("# ours alone");
  });

  test("its name is the file's path and the deployment", () => {
    expect(calibrationFileName("deploy.yaml", "llama")).toBe("deploy.llama.yaml");
    expect(calibrationFileName("prod/eu west/deploy.yml", "llama#2")).toBe("prod-eu-west-deploy.llama-2.yaml");
    // Names in other scripts tell files apart too.
    expect(calibrationFileName("生产/日本語 モデル.yaml", "größe")).toBe("生产-日本語-モデル.größe.yaml");
  });
});
