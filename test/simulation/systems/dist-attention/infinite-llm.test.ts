import { describe, expect, it } from "vitest";
import { plain } from "../../../../src/deployment/message.ts";
import { servedBySystem } from "../../../../src/deployment/systems/served.ts";
import { caseSystem } from "../../../../src/deployment/systems/system.ts";
import type { Report } from "../../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../../src/simulation/simulate-with.ts";
import type { RequestRow, Workload } from "../../../../src/simulation/workload/workload.ts";
import type { StepModel } from "../../../../src/timing/step-model.ts";
import { planOf, plausible, reportFrom, type Setup, settledOf, timing } from "../../fixtures.ts";

type Settings = Readonly<Record<string, unknown>>;

function plainly(workload: Workload, setup: Setup, model: StepModel = plausible): Report {
  return reportFrom(simulateWith({ ...settledOf(setup), routing: "least-requests" }, [planOf(setup)], [model], workload, 1));
}

function lending(workload: Workload, setup: Setup, settings: Settings = {}, model: StepModel = plausible): Report {
  const plain = { ...settledOf(setup), routing: "least-requests" as const };
  const { settled } = servedBySystem({ ...plain, system: caseSystem("infinite-llm", settings) });
  if (!settled) throw new Error("not served");
  return reportFrom(simulateWith(settled, [planOf(setup)], [model], workload, 1));
}

const alone = (promptTokens: number, outputTokens: number): Workload => ({
  kind: "requests",
  requests: [{ arrivalSeconds: 0, promptTokens, outputTokens }],
});

/** Four instances with room for 56,000 tokens each. */
const four: Setup = { instances: 4, blocks: 3500, settings: { maxModelLen: 131_072 } };

describe("Infinite-LLM", () => {
  it("serves contexts twice as long as one instance holds, and more", () => {
    const longest = (run: (workload: Workload, setup: Setup) => Report): number => {
      const served = [50_000, 80_000, 112_000, 130_000].filter((tokens) => {
        const report = run(
          { kind: "requests", requests: [tokens, 100].map((promptTokens) => ({ arrivalSeconds: 0, promptTokens, outputTokens: 20 })) },
          four,
        );
        return report.summary.requests === 2;
      });
      return Math.max(...served);
    };
    expect(longest(plainly)).toBe(50_000);
    expect(longest(lending)).toBe(130_000);
  });

  it("brings more tokens a second than refusing where few requests are long", () => {
    const requests = Array.from({ length: 300 }, (_, i): RequestRow => {
      const promptTokens = i % 20 === 7 ? 60_000 + 97 * i : 200 + ((i * 131) % 800);
      return { arrivalSeconds: i / 5, promptTokens, outputTokens: 50 + ((i * 53) % 200) };
    });
    const workload: Workload = { kind: "requests", requests };
    const [without, borrowing] = [plainly(workload, four), lending(workload, four)];
    expect(without.summary.requests).toBe(285);
    expect(borrowing.summary.requests).toBe(300);
    // arXiv 2401.02669: 1.03 to 2.4 times (v1), 1.35 to 3.4 times (v2).
    expect(borrowing.summary.totalTokensPerSecond).toBeGreaterThan(1.35 * without.summary.totalTokensPerSecond);
  });

  it("takes fewer requests out than an instance does that has only its own blocks", () => {
    // One of four instances has all the long answers: turns of four.
    const requests = Array.from(
      { length: 64 },
      (_, i): RequestRow => ({ arrivalSeconds: i / 100, promptTokens: 400, outputTokens: i % 4 === 0 ? 800 : 10 }),
    );
    const setup: Setup = { ...four, blocks: 500 };
    const workload: Workload = { kind: "requests", requests };
    const turns = (report: (settings: Setup) => Report): number => report(setup).summary.preemptions;
    const own = turns((one) =>
      reportFrom(simulateWith({ ...settledOf(one), routing: "round-robin" }, [planOf(one)], [plausible], workload, 1)),
    );
    const { settled } = servedBySystem({ ...settledOf(setup), routing: "round-robin", system: caseSystem("infinite-llm", {}) });
    if (!settled) throw new Error("not served");
    const borrowed = turns((one) => reportFrom(simulateWith(settled, [planOf(one)], [plausible], workload, 1)));
    expect(own).toBeGreaterThan(0);
    expect(borrowed).toBe(0);
  });

  it("pays with messages of every layer, and with the lender's time", () => {
    // 1 ms a step and 10 ns a token of context; no time for prompts.
    const model = timing((batch) => 0.001 + 1e-8 * batch.decodeContext);
    const pace = (report: Report): number => report.summary.tpotSeconds.mean;
    const atHome = pace(plainly(alone(80_000, 20), { ...four, blocks: 6000 }, model));
    const apart = pace(lending(alone(80_000, 20), four, { migrationShare: 0 }, model));
    expect(atHome).toBeCloseTo(0.001 + 0.0008, 4);
    // 56,000 tokens at home, 24,000 elsewhere at the same time: 0.56 ms instead of 0.8, and 32 layers with two messages each.
    const queryBytes = 32 * (128 * 2 + (128 + 2) * 4);
    const exchange = 32 * (2 * 1e-5 + queryBytes / 3.6e11);
    expect(apart - 0.001 - 0.00056).toBeGreaterThan(0.9 * exchange);
    expect(apart - 0.001 - 0.00056).toBeLessThan(1.6 * exchange);
  });

  it("brings blocks home when there is room, and says how many were lent", () => {
    const requests = [
      { arrivalSeconds: 0, promptTokens: 50_000, outputTokens: 60 },
      { arrivalSeconds: 0.1, promptTokens: 100, outputTokens: 10 },
      { arrivalSeconds: 0.2, promptTokens: 100, outputTokens: 10 },
      { arrivalSeconds: 0.3, promptTokens: 100, outputTokens: 10 },
      { arrivalSeconds: 5, promptTokens: 30_000, outputTokens: 600 },
    ];
    const report = lending({ kind: "requests", requests }, { ...four, instances: 1, layout: { data: 2 } }, { migrationShare: 1 });
    expect(report.summary.requests).toBe(5);
    const words = report.served?.figures.map(plain).join("") ?? "";
    expect(words).toMatch(
      /^At most [\d,]+ KV blocks lay on other instances at once, \d+(\.\d)? % of all; [\d,]+ came home before their request ended\.$/,
    );
  });

  it("brings blocks home a few at a time where it may use little of the link", () => {
    // Two prompts of 1,250 blocks on an instance of 2,000; the first leaves soon, and the second answers for six seconds.
    const requests = [
      { arrivalSeconds: 0, promptTokens: 20_000, outputTokens: 10 },
      { arrivalSeconds: 0.001, promptTokens: 100, outputTokens: 10 },
      { arrivalSeconds: 0.002, promptTokens: 20_000, outputTokens: 800 },
    ];
    // 2 MiB a block and 36 MB/s: 17 blocks a second, less than one a step.
    const setup: Setup = { ...four, instances: 2, blocks: 2000 };
    const report = lending({ kind: "requests", requests }, setup, { migrationShare: 1e-4 });
    const home = Number(/([\d,]+) came home/.exec(report.served?.figures.map(plain).join("") ?? "")?.[1]);
    expect(home).toBeGreaterThan(60);
    expect(home).toBeLessThan(160);
  });

  it("needs instances that do all of a request, without replicas in lock-step", () => {
    const system = caseSystem("infinite-llm", {});
    const [pool] = settledOf().pools;
    if (!pool) throw new Error("no pool");
    const problem = (change: Partial<typeof pool>): string => {
      const served = servedBySystem({ ...settledOf(), pools: [{ ...pool, ...change }], system });
      return served.problem ? plain(served.problem) : "";
    };
    expect(problem({ role: "decode" })).toContain("each of its instances does both");
    expect(problem({ layout: { ...pool.layout, attentionData: 2 } })).toContain("lock-step");
    expect(problem({})).toBe("");
  });
});
