import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bandWidths } from "../../src/timing/band-widths.ts";
import { paddedTokens } from "../../src/timing/mode-costs.ts";
import { gemmSeconds } from "../../src/timing/operators/gemm.ts";
import { gpuRates } from "../../src/timing/operators/rates.ts";
import { shiftStepSeconds } from "../../src/timing/shift-costs.ts";
import { stepModel } from "../../src/timing/step.ts";
import type { Batch, StepModel } from "../../src/timing/step-model.ts";
import { TokenTable } from "../../src/timing/token-table.ts";
import { decoding, mixed, poolOf, prompt, withGpu } from "./pools.ts";

const kinds: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["dense, one GPU", {}],
  ["dense, FP8, TP 4", { weightQuantization: "fp8", pools: [{ parallel: { tensor: 4 } }] }],
  ["dense, PP 4", { pools: [{ parallel: { pipeline: 4 } }] }],
  ["Ulysses", { model: "meta-llama/Llama-3.3-70B-Instruct", pools: [{ parallel: { sequence: 8 } }] }],
  ["Shift", { model: "meta-llama/Llama-3.3-70B-Instruct", shiftThreshold: 256, pools: [{ parallel: { tensor: 4, sequence: 2 } }] }],
  ["experts by tensor", { model: "Qwen/Qwen3-30B-A3B", pools: [{ parallel: { tensor: 2 } }] }],
  [
    "experts in parallel, attention replicas",
    { model: "deepseek-ai/DeepSeek-R1", gpu: "H200", pools: [{ parallel: { attentionData: 8, expert: 8 } }] },
  ],
  ["sliding windows", { model: "openai/gpt-oss-120b", pools: [{ parallel: { tensor: 2 } }] }],
  ["eager on PCIe", { gpu: "L40S", settings: { "enforce-eager": true }, pools: [{ parallel: { tensor: 2 } }] }],
  ["over two nodes", { gpusPerNode: 8, pools: [{ parallel: { tensor: 16 } }] }],
  ["not measured", { gpu: "MI300X" }],
];

const models = new Map<string, StepModel>();
function modelOf(name: string): StepModel {
  const known = models.get(name);
  if (known) return known;
  const { model, pool } = poolOf(kinds.find(([kind]) => kind === name)?.[1]);
  const made = stepModel(model, pool);
  models.set(name, made);
  return made;
}

const batches = fc
  .record({
    sequences: fc.nat(1024),
    context: fc.integer({ min: 1, max: 100_000 }),
    chunk: fc.nat(8192),
    before: fc.nat(60_000),
  })
  .filter(({ sequences, chunk }) => sequences + chunk > 0)
  .map(({ sequences, context, chunk, before }) => {
    const decode = decoding(sequences, context);
    return chunk > 0 ? mixed(decode, prompt(chunk, before)) : decode;
  });

describe.each(kinds.map(([name]) => name))("a step: %s", (name) => {
  it("has parts that sum to its time, all of them finite and none negative", () => {
    const model = modelOf(name);
    fc.assert(
      fc.property(batches, (batch) => {
        const { seconds, total } = model.breakdown(batch);
        const parts = Object.values(seconds);
        expect(parts.every((part) => Number.isFinite(part) && part >= 0)).toBe(true);
        const whole = model.stepSeconds(batch);
        expect(whole).toBeGreaterThan(0);
        expect(Math.abs(total - whole)).toBeLessThanOrEqual(1e-12);
        expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) - whole)).toBeLessThanOrEqual(1e-9 * whole);
        let stages = (model.stages - 1) * model.transferSeconds(batch);
        for (let stage = 0; stage < model.stages; stage++) stages += model.stageSeconds(batch, stage);
        expect(Math.abs(stages - whole)).toBeLessThanOrEqual(1e-9 * whole);
      }),
      { numRuns: 200 },
    );
  });

  it("is made of operators whose seconds sum to its time", () => {
    const model = modelOf(name);
    fc.assert(
      fc.property(batches, (batch) => {
        const shares = model.anatomy(batch);
        const whole = model.stepSeconds(batch);
        expect(Math.abs(shares.reduce((sum, { seconds }) => sum + seconds, 0) - whole)).toBeLessThanOrEqual(1e-9 * whole);
        expect(
          shares.flatMap(({ seconds, flops, bytes }) => [seconds, flops, bytes]).every((one) => Number.isFinite(one) && one >= 0),
        ).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("never takes less time for longer contexts", () => {
    const model = modelOf(name);
    fc.assert(
      fc.property(batches, fc.nat(100_000), (batch, more) => {
        const longer = { ...batch, decodeContext: batch.decodeSequences > 0 ? batch.decodeContext + more : 0 };
        expect(model.stepSeconds(longer)).toBeGreaterThanOrEqual(model.stepSeconds(batch));
      }),
    );
  });

  it("never takes less time for more sequences or a longer chunk, within one mode", () => {
    const model = modelOf(name);
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 500 }), (batch, more) => {
        const grown = mixed(batch, decoding(more, 100));
        const longer = batch.prefillChunks > 0 ? mixed(batch, { ...prompt(more, 10), prefillChunks: 0 }) : grown;
        for (const larger of [grown, longer]) {
          if (model.mode(larger.tokens) !== model.mode(batch.tokens)) continue;
          // A captured batch has no launches to wait for; a prompt joining it can end that, never the other way round.
          expect(model.stepSeconds(larger)).toBeGreaterThanOrEqual(model.stepSeconds(batch) * (1 - 1e-12));
        }
      }),
    );
  });

  it("does no more than the peaks allow", () => {
    const model = modelOf(name);
    for (const batch of [decoding(1, 1000), decoding(256, 4000), prompt(8192), mixed(decoding(64, 2000), prompt(2048))]) {
      const seconds = model.stepSeconds(batch);
      expect(model.flops(batch) / seconds / model.peakFlops).toBeLessThan(1);
      expect(model.bytes(batch) / seconds / model.peakBytesPerSecond).toBeLessThan(1);
      expect(model.bytes(batch)).toBeGreaterThan(0);
    }
  });
});

describe("work against the peaks", () => {
  it("reads no more than the window of sliding layers", () => {
    // gpt-oss-120b: 18 of 36 layers keep everything, 18 a window of 128; a token holds 2 · 8 heads · 64 · 2 B = 2,048 B in a layer.
    const { model, pool } = poolOf({ model: "openai/gpt-oss-120b" });
    const step = stepModel(model, pool);
    const grown = (what: "bytes" | "flops") => step[what](decoding(64, 100_000)) - step[what](decoding(64, 50_000));
    expect(grown("bytes")).toBeCloseTo(18 * 64 * 50_000 * 2048, -3);
    // 64 heads · 2 · (64 + 64) FLOP a pair.
    expect(grown("flops")).toBeCloseTo(18 * 64 * 50_000 * 64 * 2 * 128, -6);
  });

  it("counts a format's own peak only where the GPU multiplies in it", () => {
    const peak = (deployment: Readonly<Record<string, unknown>>) => {
      const { model, pool } = poolOf(deployment);
      return stepModel(model, pool).peakFlops;
    };
    expect(peak({ weightQuantization: "fp8" })).toBe(1978e12);
    // Eight-bit integers of GPTQ are widened to 16 bit before they are multiplied.
    expect(peak({ weightQuantization: "int8_wo" })).toBe(989e12);
    expect(peak({ weightQuantization: "awq" })).toBe(989e12);
    expect(peak({ weightQuantization: "int8" })).toBe(1978e12);
  });
});

describe("hardware", () => {
  it("is never slower with more bandwidth, more FLOP/s or a faster link", () => {
    const { model, pool } = poolOf({ pools: [{ parallel: { tensor: 4 } }] });
    const base = stepModel(model, pool);
    const flops = Object.fromEntries(Object.entries(pool.gpu.flops).map(([type, peak]) => [type, peak * 1.5]));
    const faster = [
      withGpu(pool, { memoryBytesPerSecond: pool.gpu.memoryBytesPerSecond * 1.5 }),
      withGpu(pool, { flops }),
      { ...pool, links: { ...pool.links, intraNode: { ...pool.links.intraNode, bytesPerSecond: 900e9 } } },
    ].map((one) => stepModel(model, one));
    for (const batch of [decoding(1, 500), decoding(200, 3000), prompt(4096), mixed(decoding(64, 1000), prompt(1000))]) {
      for (const one of faster) expect(one.stepSeconds(batch)).toBeLessThanOrEqual(base.stepSeconds(batch));
    }
  });

  it("cannot stream weights faster than they can be read", () => {
    // Llama-3.1-8B: 8.03e9 parameters less the 0.525e9 of the embedding that is only looked up, × 2 B = 15.0 GB; / 3.35 TB/s = 4.48 ms.
    const { model, pool } = poolOf();
    const seconds = stepModel(model, pool).stepSeconds(decoding(1, 100));
    expect(seconds).toBeGreaterThan(4.48e-3);
    expect(seconds).toBeLessThan(4.48e-3 * 1.6);
  });

  it.each(["A100-SXM4-80GB", "A40", "RTX-3090"])("widens narrow floats without units for them on the way: %s", (gpu) => {
    const seconds = (weightQuantization: string | null, batch: Batch): number => {
      const { model, pool } = poolOf({ gpu, weightQuantization, settings: { "max-model-len": 4096 } });
      return stepModel(model, pool).stepSeconds(batch);
    };
    for (const format of ["fp8", "nvfp4"]) {
      // Prompts multiply in 16 bit, with the widening on top; answers wait for half of the bytes or a quarter.
      const computing = seconds(format, prompt(2048)) / seconds(null, prompt(2048));
      expect(computing).toBeGreaterThan(0.85);
      expect(computing).toBeLessThan(1.45);
      expect(seconds(format, decoding(1, 1024)) / seconds(null, decoding(1, 1024))).toBeLessThan(0.8);
    }
  });

  it("says how sure it is", () => {
    const measured = poolOf();
    expect(stepModel(measured.model, measured.pool)).toMatchObject({ basis: "measured", band: bandWidths.vllm.step });
    const other = poolOf({ gpu: "MI300X" });
    expect(stepModel(other.model, other.pool).band).toBe(0.6);
  });

  it("multiplies matrices by a formula that can be followed", () => {
    const { pool } = poolOf();
    const { plain } = gpuRates(pool, "streamed");
    // m = 1, n = k = 8192: (8192² + 8192 + 8192) · 2 B / (3.35e12 · 0.88) = 45.54 µs of memory; compute is 0.2 µs; floor 3.1 µs.
    expect(gemmSeconds(plain, 1, 8192, 8192) * 1e6).toBeCloseTo(3.1 + 45.54, 1);
  });
});

describe("Ulysses and Shift (V3)", () => {
  const shift = poolOf({
    model: "meta-llama/Llama-3.3-70B-Instruct",
    gpu: "H200",
    shiftThreshold: 512,
    pools: [{ parallel: { sequence: 8 } }],
  });

  it("runs steps of 511 and 512 tokens as tensor, 513 and 1,200 as sequence parallel", () => {
    const model = stepModel(shift.model, shift.pool);
    expect([511, 512, 513, 1200].map((tokens) => model.mode(tokens))).toEqual(["tensor", "tensor", "sequence", "sequence"]);
    const alone = stepModel(shift.model, { ...shift.pool, shiftThreshold: null });
    expect([1, 512, 513].map((tokens) => alone.mode(tokens))).toEqual(["sequence", "sequence", "sequence"]);
  });

  it("pads 9 tokens over 8 ranks to 16, captured sizes times the ranks, larger ones to a multiple", () => {
    const padded = paddedTokens(512, 8);
    expect([9, 8, 17, 33, 100, 4096, 4097]).toHaveLength(7);
    // Sizes 1, 2, 4, 8, 16 … times 8: 8, 16, 32, 64, 128; 512 · 8 = 4096; beyond it multiples of 8.
    expect([9, 8, 17, 33, 100, 4096, 4097].map(padded)).toEqual([16, 8, 32, 64, 128, 4096, 4104]);
    const { model, pool } = shift;
    const sequence = stepModel(model, { ...pool, shiftThreshold: null });
    expect(sequence.stageSeconds(decoding(9, 100), 0) - sequence.stageSeconds(decoding(16, 100), 0)).toBeLessThan(0);
  });

  it("prices each mode as the layout it stands for, and choosing it on top", () => {
    const both = stepModel(shift.model, shift.pool);
    const tensorOnly = poolOf({ model: "meta-llama/Llama-3.3-70B-Instruct", gpu: "H200", pools: [{ parallel: { tensor: 8 } }] });
    const tensorSeconds = stepModel(tensorOnly.model, tensorOnly.pool).stepSeconds(decoding(32, 1000));
    expect(both.stepSeconds(decoding(32, 1000))).toBeCloseTo(tensorSeconds + shiftStepSeconds, 12);
    const sequenceOnly = stepModel(shift.model, { ...shift.pool, shiftThreshold: null });
    expect(both.stepSeconds(prompt(4096))).toBeCloseTo(sequenceOnly.stepSeconds(prompt(4096)) + shiftStepSeconds, 12);
    // systems.md 5: a decode step in sequence mode reads W / TP on each GPU, so it is far slower; a prefill step exchanges less, so it is faster.
    expect(sequenceOnly.stepSeconds(decoding(8, 1000))).toBeGreaterThan(2 * both.stepSeconds(decoding(8, 1000)));
    expect(sequenceOnly.stepSeconds(prompt(8192))).toBeLessThan(stepModel(tensorOnly.model, tensorOnly.pool).stepSeconds(prompt(8192)));
  });
});

describe("pipelines", () => {
  it("split layers as the engine does, the head on the last stage, the host on the first", () => {
    // VP07: 32 layers over 3 stages: 10, 11, 11 with the remainder from the second-last backwards → 11, 11, 10.
    const { model, pool } = poolOf({ pools: [{ parallel: { pipeline: 3 } }] });
    const step = stepModel(model, pool);
    const batch = decoding(8, 500);
    const [first, middle, last] = [0, 1, 2].map((stage) => step.stageSeconds(batch, stage));
    expect(step.stages).toBe(3);
    // The middle stage has neither embedding nor head nor host.
    expect(middle).toBeLessThan(first ?? 0);
    expect(last).toBeGreaterThan((middle ?? 0) * (10 / 11));
    expect(step.stageSeconds(batch, 3)).toBe(0);
  });

  it("hand over hidden states and residual at the link's rate", () => {
    const { model, pool } = poolOf({
      gpusPerNode: 1,
      nodes: 2,
      pools: [{ parallel: { pipeline: 2 } }],
      links: { interNodeBytesPerSecond: 10e9, latencySeconds: 1e-5 },
    });
    const step = stepModel(model, pool);
    // 8192 tokens · 2 · 4096 · 2 B = 134.2 MB at 10 GB/s · 0.8 = 16.8 ms.
    expect(step.transferSeconds(prompt(8192)) * 1000).toBeCloseTo(16.8, 1);
  });
});

describe("groups over nodes", () => {
  it("exchange over the network where sequence ranks lie on different nodes", () => {
    // TP 8 fills a node, so the two SP ranks of each head lie a node apart.
    const over = (interNodeBytesPerSecond: number) => {
      const { model, pool } = poolOf({
        model: "meta-llama/Llama-3.3-70B-Instruct",
        gpusPerNode: 8,
        nodes: 2,
        pools: [{ parallel: { tensor: 8, sequence: 2 } }],
        links: { interNodeBytesPerSecond, latencySeconds: 0 },
      });
      return stepModel(model, pool).breakdown(prompt(8192)).seconds.collectives;
    };
    // Each rank sends half of its (64 / 8 + 2 · 2) and 64 / 8 heads of 128 · 2 B for 4,096 tokens, in 80 layers, and gathers half of the
    // 8,192 · 8,192 · 2 B once: (80 · 4,096 · 20 · 256 + 134.2 MB) / 2 = 0.906 GB; at 10 GB/s · 0.8 that is 113 ms, at twice the rate half.
    expect(over(10e9) - over(20e9)).toBeCloseTo(0.0566, 3);
  });
});

describe("chunked prefill (V9)", () => {
  // Two of the paper's own deployments, with NVLink inside the server (arXiv 2403.02310, section 5).
  it.each([
    { model: "mistralai/Mistral-7B-v0.1", tensor: 1 },
    { model: "01-ai/Yi-34B", tensor: 2 },
  ])("bounds a step that carries a chunk, where a whole prompt would stall the decodes: $model", ({ model: name, tensor }) => {
    const { model, pool } = poolOf({ model: name, gpu: "A100-SXM4-80GB", pools: [{ parallel: { tensor } }] });
    const step = stepModel(model, pool);
    // Its reference step: 32 sequences of 4k tokens each.
    const decode = decoding(32, 4096);
    const alone = step.stepSeconds(decode);
    expect(step.stepSeconds(mixed(decode, prompt(4096))) / alone).toBeGreaterThanOrEqual(10);
    expect(step.stepSeconds(mixed(decode, prompt(480))) / alone).toBeLessThanOrEqual(3);
  });
});

describe("experts of attention replicas in lock-step", () => {
  const model = modelOf("experts in parallel, attention replicas");
  const seconds = (tokens: number, meanTokens: number): number => model.stepSeconds({ ...prompt(tokens), meanTokens });

  it("work for what all replicas bring: as many as this one unless it is told", () => {
    expect(seconds(1024, 1024)).toBe(seconds(1024, 0));
    expect(seconds(1024, 129)).toBeLessThan(seconds(1024, 512));
    expect(seconds(1024, 512)).toBeLessThan(seconds(1024, 1024));
  });

  it("make an idle replica's step as long as theirs", () => {
    expect(seconds(1, 512)).toBeGreaterThan(seconds(1, 1));
  });

  it("are no matter of a model or a layout without", () => {
    const dense = modelOf("dense, one GPU");
    expect(dense.stepSeconds({ ...prompt(1024), meanTokens: 8 })).toBe(dense.stepSeconds(prompt(1024)));
  });
});

describe("tables", () => {
  it("are exact at knots and padded sizes, and never fall", () => {
    const table = new TokenTable(
      4096,
      (count) => (count <= 64 ? Math.ceil(count / 8) * 8 : count),
      (count) => count * 2 + (count === 24 ? -10 : 0),
    );
    expect(table.at(0)).toBe(0);
    expect(table.at(9)).toBe(32);
    expect(table.at(17)).toBe(38);
    expect(table.at(4096)).toBe(8192);
    // Beyond the table the last slope goes on.
    expect(table.at(8192)).toBeCloseTo(16_384, 6);
    let before = 0;
    for (let count = 1; count <= 5000; count++) {
      expect(table.at(count)).toBeGreaterThanOrEqual(before);
      before = table.at(count);
    }
  });

  it("are built in well under a hundred milliseconds", () => {
    const { model, pool } = poolOf({
      model: "meta-llama/Llama-3.3-70B-Instruct",
      shiftThreshold: 512,
      pools: [{ parallel: { tensor: 4, sequence: 2 } }],
    });
    stepModel(model, pool);
    const started = performance.now();
    for (let i = 0; i < 5; i++) stepModel(model, pool);
    expect((performance.now() - started) / 5).toBeLessThan(100);
  });
});
