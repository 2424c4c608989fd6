import { describe, expect, it } from "vitest";
import { cacheAwareRouting, kvCostRouting, prefixRouting, type RoutingRule, routingRule } from "../../../src/deployment/routing.ts";
import { EventQueue } from "../../../src/simulation/event-queue.ts";
import { Chooser } from "../../../src/simulation/placement/router.ts";
import { PrefixList } from "../../../src/simulation/placement/routing/prefix-list.ts";
import { PromptBlocks } from "../../../src/simulation/placement/routing/prompt-blocks.ts";
import type { Sight } from "../../../src/simulation/placement/routing/sight.ts";
import { randomSource } from "../../../src/simulation/random.ts";
import { Requests } from "../../../src/simulation/requests.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import { drawLoad } from "../../../src/simulation/workload/load.ts";
import type { RequestRow } from "../../../src/simulation/workload/workload.ts";
import { planOf, reportFrom, settledOf, timing } from "../fixtures.ts";

describe("the event queue", () => {
  it("lets equal times leave in the order of their numbers, among others sorted by time", () => {
    const queue = new EventQueue();
    const source = randomSource(5, "arrivals");
    const entries = Array.from({ length: 5000 }, (_, event) => ({ at: Math.floor(source() * 50), event }));
    for (const { at, event } of entries.toReversed()) queue.push(at, event);
    const expected = [...entries].sort((a, b) => a.at - b.at || a.event - b.event).map(({ event }) => event);
    expect(Array.from(entries, () => queue.pop())).toEqual(expected);
    expect([queue.pop(), queue.size, queue.nextTime]).toEqual([-1, 0, Number.POSITIVE_INFINITY]);
  });

  it("keeps that order when events come and go in turn", () => {
    const queue = new EventQueue();
    for (let i = 0; i < 40; i++) queue.push(7, i);
    for (let i = 0; i < 20; i++) expect(queue.pop()).toBe(i);
    for (let i = 40; i < 60; i++) queue.push(7, i);
    for (let i = 20; i < 60; i++) expect(queue.pop()).toBe(i);
  });
});

describe("routing", () => {
  it("takes turns", () => expect(choices("round-robin", 5)).toEqual([0, 1, 2, 0, 1]));
  it("spreads evenly at random", () => {
    const counts = [0, 0, 0];
    for (const choice of choices("random", 3000)) counts[choice] = (counts[choice] ?? 0) + 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(100);
  });
  it("prefers the one with the fewest requests", () => {
    const chooser = chooserOf("least-requests", rowsOf(4));
    const first = [0, 1, 2].map((r) => chooser.pick(r, 0));
    expect(new Set(first).size).toBe(3);
    chooser.release(first.indexOf(1), 1);
    expect(chooser.pick(3, 0)).toBe(1);
  });

  it("counts the tokens of prompts that are not computed", () => {
    // 900 tokens on one, 10 + 10 on the second, 10 on the third.
    const chooser = chooserOf("join-shortest-queue", rowsOf(5, [900, 10, 10, 10, 10]));
    expect([0, 1, 2, 3].map((r) => chooser.pick(r, 0))).toEqual([0, 1, 2, 1]);
    chooser.promptDone(0, 0);
    expect(chooser.pick(4, 0)).toBe(0);
  });

  it("takes the less loaded of two at random", () => {
    const chooser = chooserOf("power-of-two", rowsOf(3000));
    for (let r = 0; r < 3000; r++) chooser.pick(r, 0);
    // At random the counts would differ by about √1000 each.
    const { requests } = chooser.outstanding;
    expect(Math.max(...requests) - Math.min(...requests)).toBeLessThan(5);
  });

  it("keeps the turns of a conversation together, and spreads conversations", () => {
    const rows = rowsOf(3000).map((row, i) => ({ ...row, session: i % 300 }));
    const chooser = chooserOf("session", rows);
    const went = rows.map((_, r) => chooser.pick(r, 0));
    expect(went.every((choice, r) => choice === went[r % 300])).toBe(true);
    for (const count of chooser.outstanding.requests) expect(Math.abs(count - 1000)).toBeLessThan(250);
  });

  it("follows a prefix that it sent before, unless the queue there is longer than that is worth", () => {
    const rows = rowsOf(4, [160, 160, 160, 160]).map((row) => ({ ...row, prefixBlocks: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }));
    const waiting = [0, 0, 0];
    const chooser = chooserOf("prefix", rows, { waiting: (target) => waiting[target] ?? 0 });
    const first = chooser.pick(0, 0);
    // 2 × 10/10 + 1 against 0 + 1.
    expect(chooser.pick(1, 0)).toBe(first);
    waiting[first] = 5;
    // The engines' figures are 50 ms old at most: not yet seen; then 2 + 0 against 0 + 1.
    expect(chooser.pick(2, 49e6)).toBe(first);
    const queueFirst = { ...prefixRouting, weights: { ...prefixRouting.weights, queue: 3 } };
    const other = chooserOf(queueFirst, rows, { waiting: (target) => waiting[target] ?? 0 });
    expect(other.pick(0, 0)).not.toBe(first);
  });

  it("forgets the blocks that were sent longest ago; those of nobody else take room too", () => {
    const own = (first: number) => Array.from({ length: 10 }, (_, i) => first + i);
    const rows = rowsOf(3, [160, 160, 64]).map((row, i) => (i === 2 ? row : { ...row, prefixBlocks: own(i * 50) }));
    const requests = requestsOf(rows);
    const prompts = new PromptBlocks(requests, 16, 256);
    const list = new PrefixList(15);
    const held = (r: number) => Array.from({ length: prompts.keyed(r) }, (_, i) => list.has(prompts.key(r, i))).filter(Boolean).length;
    list.add(prompts, 0);
    list.add(prompts, 1);
    expect([held(0), held(1), list.size]).toEqual([5, 10, 15]);
    // Its first five come back, and push out the second prompt's oldest.
    list.add(prompts, 0);
    expect([held(0), held(1), list.size]).toEqual([10, 5, 15]);
    list.add(prompts, 2);
    expect([held(0), held(1), list.size]).toEqual([10, 1, 15]);
  });

  it("weighs what is cached against what is under way, as Dynamo's router does", () => {
    const rows = rowsOf(4, [100, 100, 100, 100]);
    const cached = [0, 80, 0];
    const sight = { cachedTokens: (target: number) => cached[target] ?? 0 };
    const chooser = chooserOf("kv-cost", rows, sight);
    // 100 + 100, 20 + 100, 100 + 100.
    expect(chooser.pick(0, 0)).toBe(1);
    // 100 + 100, 20 + 20 + 100 + 100, 100 + 100: the others are cheaper now.
    const next = chooser.pick(1, 0);
    expect(next).not.toBe(1);
    chooser.promptDone(0, 1);
    chooser.release(0, 1);
    expect(chooser.pick(2, 0)).toBe(1);
    // A weight of 0 only counts what is held: one each, so that the rest goes where nothing is.
    const blind = chooserOf({ ...kvCostRouting, overlapWeight: 0 }, rows, sight);
    expect(new Set([0, 1, 2].map((r) => blind.pick(r, 0))).size).toBe(3);
  });

  it("chooses by chance at a temperature, the cheapest most often", () => {
    const cached = [0, 90, 0];
    const counts = [0, 0, 0];
    for (let seed = 1; seed <= 400; seed++) {
      const chooser = chooserOf(
        { ...kvCostRouting, temperature: 0.5 },
        rowsOf(1, [100]),
        { cachedTokens: (target) => cached[target] ?? 0 },
        3,
        seed,
      );
      const choice = chooser.pick(0, 0);
      counts[choice] = (counts[choice] ?? 0) + 1;
    }
    // Costs 200, 110, 200 become 1, 0, 1: shares 0.135 / (1 + 2 × 0.135) = 10.7 % and 78.7 %.
    expect(counts[1]).toBeGreaterThan(280);
    expect(counts[1]).toBeLessThan(350);
  });

  it("sends a prompt where its first token is predicted soonest", () => {
    const rows = rowsOf(3, [100, 100, 100]);
    const sight = {
      cachedTokens: (target: number) => (target === 2 ? 60 : 0),
      promptSeconds: (_: number, tokens: number, there: number) => tokens - there,
    };
    const chooser = chooserOf("least-ttft", rows, sight);
    // 100, 100, 40; then 100, 100, 80; then 100, 100, 120.
    expect([0, 1, 2].map((r) => chooser.pick(r, 0))).toEqual([2, 2, 0]);
  });

  it("follows the longest match while loads are even, else the shortest queue, as SGLang's router does", () => {
    const rows = rowsOf(
      40,
      Array.from({ length: 40 }, () => 160),
    ).map((row) => ({ ...row, prefixBlocks: [1, 2, 3, 4, 5] }));
    const rule = { ...cacheAwareRouting, balanceAbsolute: 4 };
    const chooser = chooserOf(rule, rows);
    const went = rows.map((_, r) => chooser.pick(r, 0));
    // 80 of 160 tokens match: above 30 %. With five more than the least it is uneven: to the least loaded.
    expect(went.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 1]);
    const strict = chooserOf({ ...rule, cacheThreshold: 0.6 }, rows);
    // Too little: each goes where fewest prompts were sent.
    expect([0, 1, 2].map((r) => strict.pick(r, 0))).toEqual([0, 1, 2]);
  });

  it("decides which replica a request runs on", () => {
    const setup = { instances: 2 };
    const requests = Array.from({ length: 6 }, (_, i) => ({ arrivalSeconds: i / 1000, promptTokens: 10, outputTokens: 3 }));
    const routing = { replicas: "round-robin" as const, cores: "least-requests" as const };
    const outcome = simulateWith(settledOf(setup), [planOf(setup)], [timing(() => 0.01)], { kind: "requests", requests }, 1, {}, routing);
    expect([...reportFrom(outcome).requests.instance]).toEqual([0, 1, 0, 1, 0, 1]);
  });
});

const rowsOf = (count: number, prompts: readonly number[] = []): RequestRow[] =>
  Array.from({ length: count }, (_, i) => ({ arrivalSeconds: i, promptTokens: prompts[i] ?? 10, outputTokens: 3 }));

function chooserOf(
  word: RoutingRule | "prefix" | "kv-cost",
  rows: readonly RequestRow[],
  sight: Partial<Sight> = {},
  size = 3,
  seed = 1,
): Chooser {
  const rule = typeof word === "string" ? routingRule(word) : word;
  if (!rule) throw new Error("no such rule");
  const nothing: Sight = {
    waiting: () => 0,
    running: () => 0,
    cacheUsage: () => 0,
    cachedTokens: () => 0,
    promptSeconds: () => 0,
    ...sight,
  };
  return new Chooser(size, rule, requestsOf(rows), nothing, randomSource(seed, "routing"));
}

function requestsOf(rows: readonly RequestRow[]): Requests {
  const { load } = drawLoad({ kind: "requests", requests: rows }, 1);
  if (!load) throw new Error("no such load");
  return new Requests(load);
}

function choices(word: RoutingRule, count: number): number[] {
  const chooser = chooserOf(word, rowsOf(count));
  return Array.from({ length: count }, (_, r) => chooser.pick(r, 0));
}
