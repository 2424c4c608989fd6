/**
 * V13: how a prompt's KV cache reaches its token machine in Splitwise (arXiv 2311.18677, figures 14 and 15), in one piece or layer by
 * layer: what is left over behind the prompt, and what the second token and the whole answer pay for it.
 */
import { describe, expect, it } from "vitest";
import type { Settled } from "../../src/deployment/settled.ts";
import { servedBySystem } from "../../src/deployment/systems/served.ts";
import { caseSystem } from "../../src/deployment/systems/system.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { networkShare } from "../../src/timing/constants.ts";
import { planOf, reportFrom, settledPair, timing } from "../simulation/fixtures.ts";

/** BLOOM-176B: 70 layers of 112 heads of 128, keys and values in 16 bits, on eight GPUs. */
const layers = 70;
const bytesPerToken = 2 * layers * 112 * 128 * 2;
const gpus = 8;
const plan: MemoryPlan = { ...planOf({ blocks: 20_000 }), kvBytesPerToken: bytesPerToken / gpus };

/** 1,500 prompt tokens take as long as six output tokens (section 3.5 of the paper); one takes 50 ms. */
const tokenSeconds = 0.05;
const steps = timing((batch) => (batch.prefillTokens * 6 * tokenSeconds) / 1500 + (batch.decodeSequences > 0 ? tokenSeconds : 0));

function served(gbits: number, serialBelowTokens: number): Settled {
  const layout = { tensor: gpus };
  // What a port carries in the end.
  const linkBytesPerSecond = (gbits * 1e9) / 8 / networkShare;
  const pair = settledPair({ prefill: { layout }, decode: { layout }, linkBytesPerSecond });
  const settled = { ...pair, model: { ...pair.model, layers }, system: caseSystem("splitwise", { serialBelowTokens }) };
  const { settled: made } = servedBySystem(settled);
  if (!made) throw new Error("not served");
  return made;
}

const byLayer = 0;
const whole = 1e9;

/** Milliseconds between the first and the second token that a single machine would not have taken, and of the whole answer. */
function penalty(promptTokens: number, outputTokens: number, gbits: number, serialBelowTokens: number) {
  const requests = [{ arrivalSeconds: 0, promptTokens, outputTokens }];
  const outcome = simulateWith(served(gbits, serialBelowTokens), [plan, plan], [steps, steps], { kind: "requests", requests }, 1);
  const { firstToken, finished } = reportFrom(outcome).requests;
  const answer = Number(finished[0]) - Number(firstToken[0]);
  return { milliseconds: 1000 * (answer - (outputTokens - 1) * tokenSeconds), endToEnd: Number(finished[0]) };
}

const residue = (promptTokens: number, gbits: number, mode: number): number => penalty(promptTokens, 2, gbits, mode).milliseconds;

describe("V13: Splitwise's transfer", () => {
  const prompts = [512, 1024, 2048, 4096];

  it("layer by layer leaves about 8 ms over 200 Gbit/s and 5 ms over 400, whatever the prompt's length", () => {
    for (const [gbits, published] of [
      [200, 8],
      [400, 5],
    ] as const) {
      const left = prompts.map((tokens) => residue(tokens, gbits, byLayer));
      for (const one of left) expect(Math.abs(one / published - 1)).toBeLessThan(0.5);
      expect(Math.max(...left) - Math.min(...left)).toBeLessThan(1.3);
    }
  });

  it("in one piece grows with the prompt's length, and halves with twice the link", () => {
    const slow = prompts.map((tokens) => residue(tokens, 200, whole));
    const quick = prompts.map((tokens) => residue(tokens, 400, whole));
    // 4 MB a token over eight ports of 25 GB/s: 20 µs of it.
    for (const [i, tokens] of prompts.entries()) {
      expect(slow[i]).toBeCloseTo((1000 * tokens * bytesPerToken) / (gpus * 25e9), 1);
      expect(Number(slow[i]) / Number(quick[i])).toBeCloseTo(2, 1);
    }
  });

  it("costs the second token 64 % in one piece and 16.5 % by layers, the whole answer 3 % and less than 1 %", () => {
    // The coding trace's median: 1,500 tokens and 13 of answer.
    const one = penalty(1500, 13, 200, whole);
    const many = penalty(1500, 13, 200, byLayer);
    expect(one.milliseconds / 1000 / tokenSeconds).toBeGreaterThan(0.64 * 0.5);
    expect(one.milliseconds / 1000 / tokenSeconds).toBeLessThan(0.64 * 1.5);
    expect(many.milliseconds / 1000 / tokenSeconds).toBeGreaterThan(0.165 * 0.5);
    expect(many.milliseconds / 1000 / tokenSeconds).toBeLessThan(0.165 * 1.5);
    expect(one.milliseconds / 1000 / one.endToEnd).toBeGreaterThan(0.03 * 0.5);
    expect(one.milliseconds / 1000 / one.endToEnd).toBeLessThan(0.03 * 1.5);
    expect(many.milliseconds / 1000 / many.endToEnd).toBeLessThan(0.01);
  });
});
