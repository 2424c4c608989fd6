import { describe, expect, it } from "vitest";
import { servedBySystem } from "../../../../src/deployment/systems/served.ts";
import { caseSystem } from "../../../../src/deployment/systems/system.ts";
import { packedNodes } from "../../../../src/simulation/placement/packed-nodes.ts";
import type { Report } from "../../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../../src/simulation/simulate-with.ts";
import { kvTransfer, transferSeconds } from "../../../../src/timing/collectives/kv-transfer.ts";
import { type PairSetup, planOf, reportFrom, settledPair, timing } from "../../fixtures.ts";

/** 0.1 ms a prompt token, 10 ms a decode step. */
const steps = timing((batch) => 1e-4 * batch.prefillTokens + (batch.decodeSequences > 0 ? 0.01 : 0));

/** `[arrival in seconds, prompt, output]`. */
type Row = readonly [arrivalSeconds: number, promptTokens: number, outputTokens: number];

function run(rows: readonly Row[], setup: PairSetup = {}, systemSettings: Readonly<Record<string, unknown>> = {}): Report {
  const system = caseSystem("distserve", { batchTokens: 512, ...systemSettings });
  const { settled } = servedBySystem({ ...settledPair(setup), system });
  if (!settled) throw new Error("not served");
  const requests = rows.map(([arrivalSeconds, promptTokens, outputTokens]) => ({ arrivalSeconds, promptTokens, outputTokens }));
  return reportFrom(
    simulateWith(settled, [planOf(setup.prefill), planOf(setup.decode)], [steps, steps], { kind: "requests", requests }, 1),
  );
}

const firstTokens = (report: Report): number[] => [...report.requests.firstToken].map((time) => Number(time.toFixed(6)));

describe("DistServe", () => {
  it("answers with the first token when the prompt is computed, and with the second when the cache has moved", () => {
    const [prefill, decode] = settledPair().pools;
    if (!prefill || !decode) throw new Error("no pools");
    const link = kvTransfer({ pool: prefill, plan: planOf() }, { pool: decode, plan: planOf() }, false);
    const { requests, summary, served } = run([[0, 1000, 11]]);
    expect(requests.firstToken[0]).toBeCloseTo(0.1, 9);
    expect(requests.finished[0]).toBeCloseTo(0.1 + transferSeconds(link, 1000) + 10 * 0.01, 7);
    // The gap before the second token is the transfer and a step.
    expect(10 * summary.itlSeconds.mean).toBeCloseTo(transferSeconds(link, 1000) + 10 * 0.01, 7);
    expect(served).toMatchObject({ system: "DistServe" });
    expect(served?.firstToken.text).toContain("does not include the transfer");
  });

  it("packs whole prompts up to what saturates the instance, a longer one alone", () => {
    const rows: Row[] = [200, 200, 200, 900, 100].map((prompt) => [0, prompt, 1]);
    // 200 and 200 in 40 ms, 200 alone as 900 does not fit beside it, 900 alone in 90 ms, 100.
    expect(firstTokens(run(rows))).toEqual([0.04, 0.04, 0.06, 0.15, 0.16]);
  });

  it("sends a request where the fewest are", () => {
    const rows: Row[] = [
      [0, 400, 1],
      [0.001, 400, 1],
      [0.041, 400, 1],
      [0.041, 400, 1],
    ];
    // Both instances are idle, then the first is done and the second is not.
    const { requests } = run(rows, { prefill: { instances: 2 } });
    expect([...requests.instance]).toEqual([0, 1, 0, 0]);
    expect([...requests.firstScheduled].map((time) => Number(time.toFixed(6)))).toEqual([0, 0.001, 0.041, 0.081]);
  });

  it("takes nobody out: a request waits until its whole answer fits", () => {
    // 20 blocks of 16 tokens: 100 + 60 tokens take 10, so that two decode at a time; a third waits with its cache at its prefill instance.
    const rows: Row[] = Array.from({ length: 4 }, () => [0, 100, 61]);
    const { requests, summary } = run(rows, { decode: { blocks: 20 } });
    expect(summary.preemptions).toBe(0);
    expect(requests.firstToken[3]).toBeLessThan(0.1);
    expect(requests.decodeQueue[1]).toBeLessThan(0.1);
    expect(requests.decodeQueue[2]).toBeGreaterThan(0.5);
    expect(summary.requests).toBe(4);
  });
});

describe("instances of a system on nodes", () => {
  const pools = settledPair({ prefill: { instances: 3, layout: { tensor: 2 } }, decode: { instances: 3 } }).pools.map((pool) => ({
    ...pool,
    gpusPerNode: 4,
  }));

  it("fill one node after the other, pool by pool", () => {
    // 2 + 2 GPUs, 2 + 1 + 1, 1.
    expect(packedNodes(pools, false)).toEqual([0, 0, 1, 1, 1, 2]);
  });

  it("or in turns, so that caches move within a node", () => {
    // 2 + 1, then 2 + 1, 2 + 1: one GPU of each node is left over.
    expect(packedNodes(pools, true)).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it("begin a node of their own where they need several", () => {
    const wide = settledPair({ prefill: { instances: 2 }, decode: { instances: 1, layout: { tensor: 8 } } }).pools;
    expect(
      packedNodes(
        wide.map((pool) => ({ ...pool, gpusPerNode: 4 })),
        false,
      ),
    ).toEqual([0, 0, 1]);
  });
});
