import { describe, expect, test } from "vitest";
import { drafterBytes } from "../../src/memory/draft-weights.ts";
import { stagesOf } from "../../src/memory/stages.ts";
import { formatOf } from "./plain-pool.ts";
import { model, oneGpu, pool } from "./pools.ts";

const last = (id: string, pipeline = 1) => {
  const stages = stagesOf(model(id), { pipeline });
  const stage = stages.at(-1);
  if (!stage) throw new Error("no stage");
  return stage;
};

describe("what speculation loads", () => {
  // Qwen3.5-27B: queries with their gate 2 · 24 · 256, keys and values of 4 heads, output; MLP 3 · 5120 · 17408; norms; two hidden states to one.
  test("a further layer of the model's own", () => {
    const qwen = model("Qwen/Qwen3.5-27B");
    const attention = 5120 * (2 * 24 * 256 + 2 * 4 * 256 + 24 * 256);
    const elements = attention + 3 * 5120 * 17_408 + 2 * 5120 + 2 * 5120 ** 2;
    const drafter = { kind: "own-layers", layers: 1 } as const;
    expect(drafterBytes(qwen, pool({ weights: formatOf(qwen), drafter }), last(qwen.id))).toBe(2 * elements);
    // On four ranks a quarter of it, the norms and the joining matrix whole.
    const copied = 2 * 5120 + 2 * 5120 ** 2;
    const four = drafterBytes(qwen, pool({ weights: formatOf(qwen), drafter, layout: { ...oneGpu, tensor: 4 } }), last(qwen.id));
    expect(four).toBe(2 * ((elements - copied) / 4 + copied));
  });

  // Llama-3.2-1B: 1,235,814,400 parameters of 16 bit (its card: 1.23 billion), the head tied.
  test("a model of its own, on as many ranks as it is given", () => {
    const target = model("meta-llama/Llama-3.1-8B-Instruct");
    const small = model("meta-llama/Llama-3.2-1B-Instruct");
    const drafter = (tensor: number) => ({ kind: "model", model: small, weights: formatOf(small), tensor }) as const;
    const bytes = (tensor: number) =>
      drafterBytes(target, pool({ drafter: drafter(tensor), layout: { ...oneGpu, tensor: 2 } }), last(target.id));
    expect(bytes(1)).toBe(2 * 1_235_814_400);
    expect(bytes(2) / bytes(1)).toBeCloseTo(0.5, 3);
  });

  test("is on the last stage alone, and nothing where nobody knows its size", () => {
    const qwen = model("Qwen/Qwen3.5-27B");
    const drafter = { kind: "own-layers", layers: 1 } as const;
    const [first] = stagesOf(qwen, { pipeline: 2 });
    if (!first) throw new Error("no stage");
    expect(drafterBytes(qwen, pool({ drafter }), first)).toBe(0);
    expect(drafterBytes(qwen, pool({ drafter: { kind: "unsized", name: "own/head" } }), last(qwen.id))).toBe(0);
    expect(drafterBytes(qwen, pool(), last(qwen.id))).toBe(0);
  });
});
