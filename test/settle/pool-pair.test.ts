import { describe, expect, it } from "vitest";
import { isOneNode, isPair, missingRole } from "../../src/deployment/pool-pair.ts";
import { settledCase } from "../timing/pools.ts";

const pair = [{ role: "prefill" }, { role: "decode" }];

describe("pools of prefill and decode", () => {
  it("are a pair, and half of one misses the other", () => {
    expect([isPair(settledCase({ pools: pair })), missingRole(settledCase({ pools: pair }))]).toEqual([true, undefined]);
    expect([isPair(settledCase()), missingRole(settledCase())]).toEqual([false, undefined]);
    expect(missingRole(settledCase({ pools: [{ role: "prefill" }] }))).toBe("decode");
    expect(missingRole(settledCase({ pools: [{ role: "decode" }] }))).toBe("prefill");
  });

  it("stand on one node where it holds all their GPUs", () => {
    const of = (instances: number): boolean =>
      isOneNode(
        settledCase({
          gpusPerNode: 8,
          pools: [
            { role: "prefill", instances },
            { role: "decode", parallel: { tensor: 4 } },
          ],
        }),
      );
    expect([of(4), of(5)]).toEqual([true, false]);
  });

  it("stand on several where their cards differ", () => {
    expect(isOneNode(settledCase({ gpusPerNode: 8, pools: [{ role: "prefill", gpu: "A100-SXM4-80GB" }, { role: "decode" }] }))).toBe(false);
  });
});

describe("the network between pools", () => {
  const assumed = (deployment: Readonly<Record<string, unknown>>): boolean =>
    settledCase(deployment).assumed.some(({ what }) => what === "link");

  it("is assumed where caches cross it and nobody says how fast it is", () => {
    expect(assumed({ pools: pair })).toBe(true);
    expect(assumed({ pools: pair, links: { interNodeBytesPerSecond: 2.5e10 } })).toBe(false);
    expect(assumed({ pools: pair, gpusPerNode: 8 })).toBe(false);
    expect(assumed({})).toBe(false);
  });
});
