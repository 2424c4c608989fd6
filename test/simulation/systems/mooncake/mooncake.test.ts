import { describe, expect, it } from "vitest";
import { plain } from "../../../../src/deployment/message.ts";
import { servedBySystem } from "../../../../src/deployment/systems/served.ts";
import { caseSystem } from "../../../../src/deployment/systems/system.ts";
import type { Report } from "../../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../../src/simulation/simulate-with.ts";
import type { RequestRow, Workload } from "../../../../src/simulation/workload/workload.ts";
import type { StepModel } from "../../../../src/timing/step-model.ts";
import { type PairSetup, planOf, plausible, reportFrom, settledPair, timing } from "../../fixtures.ts";

type Settings = Readonly<Record<string, unknown>>;

function run(workload: Workload, setup: PairSetup = {}, settings: Settings = {}, model: StepModel = plausible): Report {
  const { settled } = servedBySystem({ ...settledPair(setup), system: caseSystem("mooncake", { blockTokens: 16, ...settings }) });
  if (!settled) throw new Error("not served");
  return reportFrom(simulateWith(settled, [planOf(setup.prefill), planOf(setup.decode)], [model, model], workload, 1));
}

const figure = (report: Report): string => report.served?.figures.map(plain).join(" ") ?? "";
const numbers = (report: Report): number[] =>
  [...figure(report).matchAll(/[\d,.]+(?= |%)/g)].map(([word]) => Number(word.replace(",", "")));

/** 0.1 ms a prompt token, 10 ms a decode step. */
const steps = timing((batch) => 1e-4 * batch.prefillTokens + (batch.decodeSequences > 0 ? 0.01 : 0));

const chain = (first: number, tokens: number): number[] => Array.from({ length: Math.floor(tokens / 16) }, (_, i) => first + i);

/** Conversations that grow by a turn each: what was said before is the start of the prompt. */
function conversations(count: number, turns: number, ratePerSecond: number): Workload {
  const requests: RequestRow[] = [];
  for (let i = 0; i < count * turns; i++) {
    const [talk, turn] = [(i * 7) % count, Math.floor(i / count)];
    const promptTokens = 1000 + 2000 * turn + 10 * (talk % 13);
    requests.push({ arrivalSeconds: i / ratePerSecond, promptTokens, outputTokens: 20, prefixBlocks: chain(100_000 * talk, promptTokens) });
  }
  return { kind: "requests", requests };
}

describe("Mooncake", () => {
  it("answers with the first token when the prompt is computed, and streams the cache meanwhile", () => {
    const requests = [{ arrivalSeconds: 0, promptTokens: 8000, outputTokens: 11 }];
    const report = run({ kind: "requests", requests }, { linkBytesPerSecond: 2e9 }, {}, steps);
    expect(report.requests.firstToken[0]).toBeCloseTo(0.8, 6);
    // 1.05 GB over 1.6 GB/s take 0.66 s, less than the prompt: what is left when it ends are the last chunk's last layers.
    const late = (report.requests.finished[0] ?? 0) - 0.8 - 10 * 0.01;
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(0.1);
    expect(report.served?.system).toBe("Mooncake");
  });

  it("computes a prompt whose start its node keeps only from there on", () => {
    const requests = [0, 5].map((arrivalSeconds) => ({
      arrivalSeconds,
      promptTokens: 3200,
      outputTokens: 2,
      prefixBlocks: chain(0, 1600),
    }));
    const report = run({ kind: "requests", requests }, {}, {}, steps);
    expect(report.requests.firstToken[0]).toBeCloseTo(0.32, 6);
    expect((report.requests.firstToken[1] ?? 0) - 5).toBeCloseTo(0.16, 2);
    expect(report.requests.cachedTokens[1]).toBe(1600);
    expect(figure(report)).toMatch(/^25\.0.% of .* computed them, 0.% were copied there from other nodes in 0 transfers\.$/);
  });

  it("copies a busy prefix to another node rather than queue for the one that has it", () => {
    const again = (arrivalSeconds: number): RequestRow => ({
      arrivalSeconds,
      promptTokens: 8000,
      outputTokens: 2,
      prefixBlocks: chain(0, 4800),
    });
    // The third finds the first node with the prefix busy for 0.32 s with the second; copying 4,800 tokens takes 16 ms.
    const requests = [again(0), again(5), again(5.001), again(10)];
    const report = run({ kind: "requests", requests }, { prefill: { instances: 2 } }, {}, steps);
    expect((report.requests.firstToken[2] ?? 0) - 5.001).toBeCloseTo(0.32 + 0.0157, 2);
    expect(figure(report)).toContain("were copied there from other nodes in 1 transfers.");
    expect(Math.min(...report.series.waiting)).toBe(0);
    const own = run({ kind: "requests", requests }, { prefill: { instances: 2 } }, { prefillSelection: "cache-aware" }, steps);
    expect((own.requests.firstToken[2] ?? 0) - 5.001).toBeGreaterThan(0.6);
    expect(figure(own)).toContain("in 0 transfers");
  });

  it("has chunks of one prompt in all stages of a pipeline at once", () => {
    const model = timing((batch) => 1e-4 * batch.prefillTokens + (batch.decodeSequences > 0 ? 0.01 : 0), { stages: 4 });
    const side = { layout: { pipeline: 4 }, settings: { maxModelLen: 65_536 } };
    const setup: PairSetup = { prefill: side, decode: side };
    const firstTokens = (chunkedPipeline: string, rows: readonly RequestRow[]): number[] => [
      ...run({ kind: "requests", requests: rows }, setup, { chunkedPipeline }, model).requests.firstToken,
    ];
    // Eight chunks of 2,048 tokens, 0.2048 s each over four stages: eight and three stages more, or eight times four.
    const long = { arrivalSeconds: 0, promptTokens: 8 * 2048, outputTokens: 2 };
    expect(firstTokens("on", [long])[0]).toBeCloseTo((8 + 4 - 1) * 0.0512, 6);
    expect(firstTokens("off", [long])[0]).toBeCloseTo(8 * 4 * 0.0512, 6);
    // Two of them fill the stages one behind the other.
    expect(firstTokens("on", [long, long])).toEqual([expect.closeTo((8 + 3) * 0.0512, 6), expect.closeTo((16 + 3) * 0.0512, 6)]);
  });

  it("has first tokens soonest where it looks at caches of all nodes, then of each, then at queues, latest by chance", () => {
    const talks = conversations(60, 8, 25);
    const setup = { prefill: { instances: 4 }, decode: { instances: 4 } };
    const ttft = (prefillSelection: string) => run(talks, setup, { prefillSelection }).summary.ttftSeconds.mean;
    const [all, each, queues, chance] = ["kvcache-centric", "cache-aware", "load-balancing", "random"].map(ttft) as [
      number,
      number,
      number,
      number,
    ];
    // FAST 2025, section 5.2: cache-aware policies beat load balancing and random; all caches lower the mean by a further 14 %.
    expect(all).toBeLessThan(each);
    expect(each).toBeLessThan(queues);
    expect(queues).toBeLessThan(chance);
  });

  it("finds more the more DRAM there is", () => {
    const talks = conversations(60, 8, 10);
    const found = [1e9, 3e10, 1e12].map((dramBytesPerNode) => {
      const report = run(talks, { prefill: { instances: 2 } }, { dramBytesPerNode });
      return report.summary.kvCache.tiers?.[0]?.hitRate ?? 0;
    });
    expect(found[0]).toBeLessThan(found[1] ?? 0);
    expect(found[1]).toBeLessThan(found[2] ?? 0);
    // All of a conversation but its last turn.
    expect(found[2]).toBeGreaterThan(0.6);
    expect(numbers(run(talks, { prefill: { instances: 2 } }))[0]).toBeGreaterThan(50);
  });

  describe("under overload", () => {
    const overload: Workload = { kind: "open-loop", requests: 1200, ratePerSecond: 40, promptTokens: 1000, outputTokens: 300 };
    const setup = { prefill: { instances: 4 }, decode: { instances: 1 } };
    const limits = { tbtLimitSeconds: 0.02, ttftLimitSeconds: 2 };
    const refused = (report: Report): number => report.requests.refused?.reduce((sum, one) => sum + one, 0) ?? 0;

    it("refuses nobody unless it is told to", () => {
      expect(refused(run(overload, setup, limits))).toBe(0);
    });

    it("keeps the time between tokens within its limit by refusing requests when they arrive", () => {
      const all = run(overload, setup, limits);
      const early = run(overload, setup, { ...limits, rejection: "early" });
      expect(refused(early)).toBeGreaterThan(100);
      expect(early.warnings.join(" ")).toContain("were turned away when they arrived");
      expect(early.summary.tpotSeconds.mean).toBeLessThan(limits.tbtLimitSeconds);
      expect(all.summary.tpotSeconds.mean).toBeGreaterThan(limits.tbtLimitSeconds);
    });

    it("swings less where it foresees the load of decoding", () => {
      // Prompts take about as long as it takes to fill the decode instance: early rejection reacts too late, and then too long.
      const long: Workload = { ...overload, promptTokens: 12_000, outputTokens: 200, ratePerSecond: 8 };
      const swing = (rejection: string): number => {
        const { series, summary } = run(
          long,
          { prefill: { instances: 12 }, decode: { instances: 1 } },
          { tbtLimitSeconds: 0.012, rejection },
        );
        const running = [...series.kvUsage].slice(20, Math.floor(series.t.length * 0.8));
        const mean = running.reduce((sum, value) => sum + value, 0) / running.length;
        expect(summary.requests).toBeGreaterThan(100);
        return Math.sqrt(running.reduce((sum, value) => sum + (value - mean) ** 2, 0) / running.length) / mean;
      };
      expect(swing("predictive")).toBeLessThan(swing("early"));
    });
  });
});
