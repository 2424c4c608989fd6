import { describe, expect, it, test } from "vitest";
import { type RoutingPolicy, routingPolicies, routingRule } from "../../../src/deployment/routing.ts";
import { clusterPlan } from "../../../src/simulation/placement/cluster-plan.ts";
import { EnginePlacement } from "../../../src/simulation/placement/engine-placement.ts";
import type { Routing } from "../../../src/simulation/placement/router.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import { Requests } from "../../../src/simulation/requests.ts";
import { Run } from "../../../src/simulation/run.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import { drawLoad } from "../../../src/simulation/workload/load.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import { planOf, plausible, reportFrom, type Setup, settledOf, settledPair } from "../fixtures.ts";

const uneven: Workload = {
  kind: "open-loop",
  ratePerSecond: 34,
  requests: 3000,
  promptTokens: { lognormal: [2000, 4000, 10, 15_000] },
  outputTokens: 20,
};
const conversations: Workload = {
  kind: "open-loop",
  ratePerSecond: 12,
  requests: 1500,
  promptTokens: 1,
  outputTokens: 1,
  sharedPrefix: { groups: 40, usersPerGroup: 10, systemPromptTokens: 2000, questionTokens: 200, outputTokens: 60, multiTurn: true },
};
const four: Setup = { instances: 4, blocks: 6000, settings: { prefixCaching: true } };

function routed(policy: RoutingPolicy, workload: Workload, setup: Setup, seed = 1): Report {
  return reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [plausible], workload, seed, {}, routing(policy)));
}

function routing(policy: RoutingPolicy): Routing {
  const rule = routingRule(policy);
  if (!rule) throw new Error(policy);
  return { replicas: rule, cores: "least-requests" };
}

describe("prompts of very different lengths over four instances", () => {
  const p99 = (policy: RoutingPolicy) => routed(policy, uneven, four).summary.ttftSeconds.p99;
  it("wait least where the shortest queue is joined, longest where chance decides, and between with two chances", () => {
    const [random, two, shortest] = [p99("random"), p99("power-of-two"), p99("join-shortest-queue")];
    expect(shortest).toBeLessThan(two);
    expect(two).toBeLessThan(random);
  });
});

describe("conversations over four instances", () => {
  const hits = (policy: RoutingPolicy) => routed(policy, conversations, four).summary.kvCache.prefixHitRate;
  const byTurns = hits("round-robin");
  it.each(["prefix", "kv-cost", "least-ttft", "cache-aware", "session"] as const)("are found in caches more often with %s", (policy) => {
    expect(hits(policy)).toBeGreaterThan(byTurns + 0.1);
  });

  it("stay on one instance by session", () => {
    const report = routed("session", conversations, four);
    const { load } = drawLoad(conversations, 1);
    const places = new Map<number, Set<number>>();
    report.requests.instance.forEach((instance, r) => {
      const session = load?.sessions[r] ?? -1;
      places.set(session, (places.get(session) ?? new Set()).add(instance));
    });
    expect([...places.values()].every(({ size }) => size === 1)).toBe(true);
  });
});

test.each(routingPolicies)("with %s every request is routed once and let go once, over pools that hand over, too", (policy) => {
  const setups = [
    { settled: settledOf({ ...four, layout: { data: 2 } }), plans: [planOf(four)] },
    { settled: settledPair({ prefill: four, decode: four }), plans: [planOf(four), planOf(four)] },
  ];
  for (const { settled, plans } of setups) {
    const { load } = drawLoad({ ...conversations, requests: 300 }, 3);
    const { plan } = clusterPlan(
      settled,
      plans,
      settled.pools.map(() => plausible),
    );
    if (!load || !plan) throw new Error("no run");
    const { placement, finished, requests } = new Run(new Requests(load), plan, routing(policy), 3, {}).run();
    expect(finished).toBe(300);
    expect(requests.instance.every((instance) => instance >= 0)).toBe(true);
    if (!(placement instanceof EnginePlacement)) throw new Error("no routers");
    const { entry, decode } = placement.fleets;
    for (const fleet of decode ? [entry, decode] : [entry]) {
      const { outstanding } = fleet.chooser;
      expect([...outstanding.requests, ...outstanding.promptTokens].every((left) => left === 0)).toBe(true);
    }
  }
});

test.each(routingPolicies)("one seed gives the same run with %s", (policy) => {
  const runs = [1, 2].map(() => routed(policy, { ...conversations, requests: 200 }, four, 7).requests);
  expect(runs[0]).toEqual(runs[1]);
});
