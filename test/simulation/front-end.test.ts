import { describe, expect, it } from "vitest";
import { MadeTokens } from "../../src/simulation/engine/made-tokens.ts";
import { FrontEnd } from "../../src/simulation/front-end.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { planOf, reportFrom, settledOf, timing } from "./fixtures.ts";

describe("the server process before a core", () => {
  it("serves one thing after the other, and works off what waits while nothing comes", () => {
    const made = new MadeTokens();
    const frontEnd = new FrontEnd({ request: 100e-9, promptToken: 2e-9, token: 10e-9, cores: 1 }, made);
    // 100 + 50 · 2 nanoseconds; the next one behind them, 120 of which have passed.
    expect(frontEnd.request(50, 1000)).toBe(200);
    expect(frontEnd.request(0, 1120)).toBe(180);
    // 80 are left 100 later, when a step brings 7 tokens.
    made.add(7, 7, 1220);
    expect(frontEnd.answer(1220)).toBe(150);
    // Idle in between.
    made.add(1, 1, 9000);
    expect(frontEnd.answer(9000)).toBe(0);
  });

  it("has the work of as many others before it as cores share it, but its own once", () => {
    const made = new MadeTokens();
    const frontEnd = new FrontEnd({ request: 100e-9, promptToken: 0, token: 10e-9, cores: 4 }, made);
    expect(frontEnd.request(0, 0)).toBe(100);
    // 4 · 100 wait, 50 of which have passed.
    expect(frontEnd.request(0, 50)).toBe(450);
    made.add(2, 2, 800);
    // 350 + 400 of the requests are done by then; 4 · 2 · 10 of the tokens remain.
    expect(frontEnd.answer(800)).toBe(80);
  });

  it("does not count for a request what a step brings at the instant in which it comes", () => {
    const made = new MadeTokens();
    const frontEnd = new FrontEnd({ request: 5e-9, promptToken: 0, token: 10e-9, cores: 1 }, made);
    made.add(112, 100, 100);
    expect(frontEnd.request(0, 100)).toBe(25);
    expect(frontEnd.answer(100)).toBe(1025);
  });

  // Two users whose steps of 10 ms make a token each, of which the server sends one every 8 ms: 10 tokens of each take 160 ms, 60 more than the engine.
  it("delays what it cannot keep up with, first and last tokens each by what waits then", () => {
    const frontEnd = { request: 0, promptToken: 0, token: 8e-3, cores: 1 };
    const setup = {};
    const requests = [0, 0].map((arrivalSeconds) => ({ arrivalSeconds, promptTokens: 8, outputTokens: 10 }));
    const run = (stepwise: boolean) =>
      reportFrom(
        simulateWith(settledOf(setup), [planOf(setup)], [timing(() => 0.01, { frontEnd })], { kind: "requests", requests }, 1, {
          stepwise,
        }),
      );
    const { requests: records, bottleneck } = run(false);
    const { firstToken, finished } = records;
    expect([...firstToken].map((time) => time.toFixed(3))).toEqual(["0.016", "0.016"]);
    expect([...finished].map((time) => time.toFixed(3))).toEqual(["0.160", "0.160"]);
    expect(bottleneck.resource).toBe("front-end");
    expect(bottleneck.sentence).toMatch(/^Limited by the server before the engine\. .* 100(\.0)? % of the time/);
    expect(run(true).requests).toEqual(records);
  });
});
