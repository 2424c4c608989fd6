import { describe, expect, test } from "vitest";
import { measuredGpus } from "../../src/catalog/kernels.ts";
import { answerLine } from "../../src/cli/cases.ts";
import { estimateCase } from "../../src/cli/commands/estimate.ts";
import { bandWidths } from "../../src/timing/band-widths.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
const cards = catalog.gpus();

/** 0.36 B parameters behind the embedding of Qwen2.5-0.5B and its head of 0.136 B, in 16 bit: what one token reads. */
const bytesRead = 2 * (0.358e9 + 0.136e9);
/** The same of Llama-3.1-8B, whose embedding is looked up: 8.03 − 0.525 B. */
const largeBytesRead = 2 * 7.505e9;

function estimated(gpu: string, model: string, tensor = 1) {
  const deployment = {
    engine: "vllm",
    engineVersion: "0.19.0",
    model,
    gpu,
    settings: { "max-model-len": 4096 },
    pools: [{ parallel: { tensor } }],
  };
  const workload = { kind: "closed-loop", concurrency: 1, requests: 1, promptTokens: 1024, outputTokens: 128 };
  const answer = answerLine(JSON.stringify({ id: gpu, deployment, workload }), { folder: ".", catalog }, estimateCase);
  if (!("summary" in answer)) throw new Error(`${gpu}: ${JSON.stringify(answer)}`);
  return answer;
}

describe.each(cards.map((gpu) => [gpu.id, gpu] as const))("%s", (id, gpu) => {
  test("has the figures that memory and timing rest on, each with a source", () => {
    expect(gpu.memoryBytes).toBeGreaterThanOrEqual(gpu.driverBytes);
    expect(gpu.driverBytes).toBeGreaterThan(0.85 * gpu.memoryBytes);
    expect(gpu.flops.bf16 ?? gpu.flops.fp16).toBeGreaterThan(1e13);
    expect(gpu.pcie.bytesPerSecond).toBeGreaterThanOrEqual(8e9);
    expect(gpu.sources.length).toBeGreaterThan(0);
    expect(gpu.scaleUp === null).toBe(gpu.scaleUpGpus === 1);
    if (gpu.scaleUp) expect(gpu.scaleUp.bytesPerSecond).toBeGreaterThan(gpu.pcie.bytesPerSecond);
  });

  test("decodes no faster than it reads weights, nor far slower, and says how sure that is", () => {
    const { summary, confidence } = estimated(id, "Qwen/Qwen2.5-0.5B-Instruct");
    expect(summary.tpotSeconds.mean).toBeGreaterThan(bytesRead / gpu.memoryBytesPerSecond);
    // Launches and floors of 24 layers, a few milliseconds at most.
    expect(summary.tpotSeconds.mean).toBeLessThan(2 * (bytesRead / gpu.memoryBytesPerSecond) + 6e-3);
    const hasKernels = catalog.kernels(gpu).length > 0;
    expect(confidence.timing).toBe(measuredGpus.includes(id) ? "measured" : hasKernels ? "interpolated" : "analytical");
    if (!hasKernels) expect(confidence.timingBand).toBe(0.6);
    else expect(confidence.timingBand).toBeGreaterThanOrEqual(bandWidths.vllm.step);
  });
});

describe.each([
  "MI300X",
  "MI325X",
  "MI355X",
  "Gaudi3",
  "H20",
  "H800",
  "A800",
  "GB200",
  "GB300",
  "GH200",
  "GB10",
  "RTX-PRO-6000-Blackwell-Server",
])("an 8B on %s", (name) => {
  test("decodes within a factor of two of reading its weights", () => {
    const bandwidth = catalog.gpu(name)?.memoryBytesPerSecond ?? Number.NaN;
    const { tpotSeconds } = estimated(name, "meta-llama/Llama-3.1-8B-Instruct").summary;
    expect(tpotSeconds.mean).toBeGreaterThan(largeBytesRead / bandwidth);
    expect(tpotSeconds.mean).toBeLessThan((2 * largeBytesRead) / bandwidth + 5e-3);
  });
});
