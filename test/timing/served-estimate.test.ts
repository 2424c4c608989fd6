import { describe, expect, it } from "vitest";
import { readCase } from "../../src/deployment/case.ts";
import { isOneNode } from "../../src/deployment/pool-pair.ts";
import { settle } from "../../src/deployment/settle.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { servedPlans } from "../../src/memory/served-plans.ts";
import { estimate } from "../../src/timing/closed-form.ts";
import { kvTransfer, transferSeconds } from "../../src/timing/collectives/kv-transfer.ts";
import type { Estimate } from "../../src/timing/estimate.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
const lengths = { promptTokens: 2000, outputTokens: 200 };

function settledCase(members: Readonly<Record<string, unknown>>) {
  const deployment = {
    engine: "vllm",
    engineVersion: "0.19.0",
    model: "meta-llama/Llama-3.1-8B-Instruct",
    gpu: "H100-SXM-80GB",
    ...members,
  };
  const read = readCase({ id: "e", deployment: { gpusPerNode: 8, ...deployment } }, { catalog });
  const settled = read.deployment && settle(read.deployment, catalog).settled;
  if (!settled) throw new Error("not settled");
  return { settled, plans: settled.pools.map((pool) => memoryPlan(settled.model, pool)) };
}

function estimateOf(members: Readonly<Record<string, unknown>>): Estimate {
  const { settled, plans } = settledCase(members);
  return estimate(settled, plans, lengths);
}

describe("the estimate of a system", () => {
  const pair = ["prefill", "decode"].map((role) => ({ role, instances: 1 }));

  it("is that of the pools it serves in", () => {
    const split = estimateOf({ system: "distserve", pools: [{ instances: 2 }] });
    expect(split).toEqual(estimateOf({ system: "distserve", pools: pair }));
  });

  it("has no transfer in its first token, and no agreement, and has the transfer in the whole answer", () => {
    const system = estimateOf({ system: "distserve", pools: pair });
    const router = estimateOf({ pools: pair });
    const { settled, plans } = settledCase({ system: "distserve", pools: pair });
    const served = servedPlans(settled, plans);
    if (!served.settled) throw new Error("not served");
    const [from, to] = served.settled.pools.map((pool) => ({ pool, plan: memoryPlan(settled.model, pool) }));
    if (!from || !to) throw new Error("no pools");
    const transfer = transferSeconds(kvTransfer(from, to, isOneNode(settled)), 2000);
    expect(system.ttftSeconds).toBeLessThan(router.ttftSeconds - 0.055);
    expect(system.e2eSeconds - system.ttftSeconds - 199 * system.tpotSeconds).toBeCloseTo(transfer, 9);
  });
});
