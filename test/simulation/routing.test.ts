import { describe, expect, it } from "vitest";
import { EventQueue } from "../../src/simulation/event-queue.ts";
import { randomSource } from "../../src/simulation/random.ts";
import { Chooser, type RoutingPolicy } from "../../src/simulation/router.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { planOf, reportFrom, settledOf, timing } from "./fixtures.ts";

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
  const picks = (policy: RoutingPolicy, count: number) => {
    const chooser = new Chooser(3, policy, randomSource(1, "routing"));
    return Array.from({ length: count }, () => chooser.pick());
  };
  it("takes turns", () => expect(picks("round-robin", 5)).toEqual([0, 1, 2, 0, 1]));
  it("spreads evenly at random", () => {
    const counts = [0, 0, 0];
    for (const choice of picks("random", 3000)) counts[choice] = (counts[choice] ?? 0) + 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(100);
  });
  it("prefers the one with the fewest requests", () => {
    const chooser = new Chooser(3, "least-requests", randomSource(1, "routing"));
    const first = [chooser.pick(), chooser.pick(), chooser.pick()];
    expect([...first].sort()).toEqual([0, 1, 2]);
    chooser.release(1);
    expect(chooser.pick()).toBe(1);
  });

  it("decides which replica a request runs on", () => {
    const setup = { instances: 2 };
    const requests = Array.from({ length: 6 }, (_, i) => ({ arrivalSeconds: i / 1000, promptTokens: 10, outputTokens: 3 }));
    const routing = { replicas: "round-robin" as const, cores: "least-requests" as const };
    const outcome = simulateWith(settledOf(setup), [planOf(setup)], [timing(() => 0.01)], { kind: "requests", requests }, 1, {}, routing);
    expect([...reportFrom(outcome).requests.instance]).toEqual([0, 1, 0, 1, 0, 1]);
  });
});
