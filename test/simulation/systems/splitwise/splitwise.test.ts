import { describe, expect, it } from "vitest";
import type { Settled } from "../../../../src/deployment/settled.ts";
import { servedBySystem } from "../../../../src/deployment/systems/served.ts";
import { caseSystem } from "../../../../src/deployment/systems/system.ts";
import type { Report } from "../../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../../src/simulation/simulate-with.ts";
import { kvTransfer, transferSeconds } from "../../../../src/timing/collectives/kv-transfer.ts";
import { type PairSetup, planOf, reportFrom, settledPair, timing } from "../../fixtures.ts";

/** 0.1 ms a prompt token, 10 ms a decode step. */
const steps = timing((batch) => 1e-4 * batch.prefillTokens + (batch.decodeSequences > 0 ? 0.01 : 0));

/** `[arrival in seconds, prompt, output]`. */
type Row = readonly [arrivalSeconds: number, promptTokens: number, outputTokens: number];

function served(setup: PairSetup, systemSettings: Readonly<Record<string, unknown>>): Settled {
  const { settled } = servedBySystem({ ...settledPair(setup), system: caseSystem("splitwise", systemSettings) });
  if (!settled) throw new Error("not served");
  return settled;
}

function run(rows: readonly Row[], setup: PairSetup = {}, systemSettings: Readonly<Record<string, unknown>> = {}): Report {
  const requests = rows.map(([arrivalSeconds, promptTokens, outputTokens]) => ({ arrivalSeconds, promptTokens, outputTokens }));
  const plans = [planOf(setup.prefill), planOf(setup.decode)];
  const workload = { kind: "requests" as const, requests };
  return reportFrom(simulateWith(served(setup, systemSettings), plans, [steps, steps], workload, 1));
}

/** Seconds between the first and the second token, beyond a decode step. */
function residue(promptTokens: number, linkBytesPerSecond: number, systemSettings: Readonly<Record<string, unknown>> = {}): number {
  const { requests } = run([[0, promptTokens, 2]], { linkBytesPerSecond }, systemSettings);
  return Number(requests.finished[0]) - Number(requests.firstToken[0]) - 0.01;
}

describe("a cache that Splitwise sends", () => {
  it("layer by layer leaves the last of 32 layers and what it takes to be told of it", () => {
    // 131,072 B a token; 80 % of 5 GB/s: 1,000 tokens in 33 ms, while the prompt takes 100 ms.
    const [prefill, decode] = settledPair({ linkBytesPerSecond: 5e9 }).pools;
    if (!prefill || !decode) throw new Error("no pools");
    const link = kvTransfer({ pool: prefill, plan: planOf() }, { pool: decode, plan: planOf() }, false);
    const whole = transferSeconds(link, 1000) - link.latencySeconds;
    expect(residue(1000, 5e9)).toBeCloseTo(0.006 + link.latencySeconds + whole / 32, 7);
  });

  it("leaves more where the link is slower than the prompt's computation", () => {
    // 1,000 tokens need 328 ms of 400 MB/s, of which the prompt takes 100; the rest goes on while the token machine is told.
    expect(residue(1000, 5e8)).toBeCloseTo((1000 * 131_072) / 4e8 - 0.1, 4);
  });

  it("in one piece where the prompt is short", () => {
    expect(residue(500, 5e9)).toBeCloseTo(1e-5 + (500 * 131_072) / 4e9, 7);
    expect(residue(500, 5e9, { serialBelowTokens: 0 })).toBeLessThan(0.007);
  });
});

describe("Splitwise's machines", () => {
  it("are chosen at arrival: the fewest pending prompt tokens, the least memory spoken for", () => {
    const rows: Row[] = [
      [0, 900, 50],
      [0.001, 600, 50],
      [0.002, 100, 50],
    ];
    const { requests } = run(rows, { prefill: { instances: 2 }, decode: { instances: 2 } });
    // Replicas 2 and 3 decode: the third request goes where 600 and not 900 tokens are spoken for.
    expect([...requests.instance]).toEqual([2, 3, 3]);
    // 600 tokens are fewer than 900, so the third waits behind the second: until 61 ms.
    expect(requests.firstScheduled[2]).toBeCloseTo(0.061, 6);
  });

  it("batch whole prompts of at most 2,048 tokens together", () => {
    const rows: Row[] = [1000, 1000, 1000, 3000].map((prompt) => [0, prompt, 1]);
    const { requests } = run(rows, {}, { pendingTokens: 100_000 });
    expect([...requests.firstToken].map((time) => Number(time.toFixed(6)))).toEqual([0.2, 0.2, 0.3, 0.6]);
  });

  it("of the token pool help with prompts where the queue is too long, and go back when they are empty", () => {
    const rows: Row[] = [...Array.from({ length: 6 }, (): Row => [0, 2000, 2]), [5, 2000, 2]];
    const { requests } = run(rows, {}, { pendingTokens: 6000 });
    // Three prompts make 6,000 pending tokens; the fourth finds the token machine, which computes and decodes it, and so on.
    const spans = [...requests.firstScheduled].slice(0, 6);
    expect(spans.filter((start) => start < 0.001)).toHaveLength(2);
    expect(requests.instance[3]).toBe(1);
    // Later the pools are as they were: prompt on the first, tokens on the second.
    expect(requests.firstToken[6]).toBeCloseTo(5.2, 6);
    expect(requests.instance[6]).toBe(1);
    expect(Number.isNaN(requests.decodeQueue[6] ?? Number.NaN)).toBe(false);
  });
});
