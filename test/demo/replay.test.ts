import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Replay } from "../../src/demo/replay.ts";
import { lengthBounds, vllmDialect } from "../../src/demo/vllm-wire.ts";
import { familiesOf } from "../../src/demo/wire.ts";
import { handReport, steadyRequests } from "./hand-report.ts";

const bounds = vllmDialect.bounds(1000);

describe("Replay", () => {
  // Two requests: A arrives 0, starts 0.5, answers 1, ends 2 with 11 tokens; B one second later.
  const replay = () => new Replay(handReport(steadyRequests(2)), { engines: 1, bounds });

  it.each([
    [0.2, { running: 0, waiting: 1, prompt: 0, output: 0, finished: 0 }],
    [0.7, { running: 1, waiting: 0, prompt: 0, output: 0, finished: 0 }],
    [1.25, { running: 1, waiting: 1, prompt: 100, output: 3, finished: 0 }], // first token at 1, then at 1.1, 1.2
    [2.5, { running: 1, waiting: 0, prompt: 200, output: 11 + 1 + 5, finished: 1 }],
    [3.5, { running: 0, waiting: 0, prompt: 200, output: 22, finished: 2 }],
  ])("shows at %d s what the records say", (at, expected) => {
    const [view] = replay().at(at);
    expect(view && { running: view.running, waiting: view.waiting }).toEqual({ running: expected.running, waiting: expected.waiting });
    expect(view?.tally.counters).toMatchObject({
      promptTokens: expected.prompt,
      outputTokens: expected.output,
      finished: expected.finished,
    });
  });

  it("begins again when the run is over, and its counters go on", () => {
    const run = replay();
    const { duration } = run;
    expect(duration).toBe(4); // the last request ends at 3, and a second of breath
    expect(run.at(duration * 3 + 0.2)[0]?.tally.counters).toEqual({
      promptTokens: 600,
      outputTokens: 66,
      finished: 6,
      preemptions: 0,
      queries: 600,
      hits: 120,
    });
    expect(run.at(duration * 3 + 0.2)[0]?.waiting).toBe(1);
  });

  it("never counts backwards, in whatever steps it is asked", () => {
    const report = handReport(steadyRequests(20, 0.3));
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 1, maxLength: 20 }), (steps) => {
        const run = new Replay(report, { engines: 2, bounds });
        let at = 0;
        let before = run.at(0);
        for (const step of steps) {
          at += step;
          const now = run.at(at);
          for (const [engine, view] of now.entries()) {
            const earlier = before[engine];
            for (const [name, value] of Object.entries(view.tally.counters)) {
              expect(value).toBeGreaterThanOrEqual(Object.entries(earlier?.tally.counters ?? {}).find(([own]) => own === name)?.[1] ?? 0);
            }
            for (const [name, histogram] of Object.entries(view.tally.histograms)) {
              const old = Object.entries(earlier?.tally.histograms ?? {}).find(([own]) => own === name)?.[1];
              expect(histogram.micros).toBeGreaterThanOrEqual(old?.micros ?? 0);
              expect([...histogram.counts].every((count, i) => count >= (old?.counts[i] ?? 0))).toBe(true);
            }
            expect(view.running).toBeGreaterThanOrEqual(0);
            expect(view.waiting).toBeGreaterThanOrEqual(0);
          }
          before = structuredClone(now);
        }
        // In small steps or in one: the same.
        expect(new Replay(report, { engines: 2, bounds }).at(at)).toEqual(run.at(at));
      }),
      { numRuns: 60 },
    );
  });

  it("leaves requests out that never ended, and plays an empty report", () => {
    const cut = [
      ...steadyRequests(1),
      { ...steadyRequests(1)[0], arrival: 0, started: 0.5, answered: Number.NaN, finished: Number.NaN, prompt: 1, output: 1 },
    ];
    const run = new Replay(handReport(cut), { engines: 1, bounds });
    expect(run.at(run.duration - 0.1)[0]).toMatchObject({ running: 0, waiting: 0 });
    expect(new Replay(handReport([]), { engines: 1, bounds }).at(123)[0]).toMatchObject({ running: 0, waiting: 0, usage: 0 });
  });
});

describe("wire families", () => {
  it("follow the release", () => {
    const names = (version: string) => familiesOf(vllmDialect, vllmDialect.version(version)).map(({ name }) => name);
    expect(names("0.9.1")).toEqual(
      expect.arrayContaining(["gpu_cache_usage_perc", "gpu_prefix_cache_hits", "time_per_output_token_seconds"]),
    );
    expect(names("0.9.1")).not.toContain("kv_cache_usage_perc");
    expect(names("0.11.0")).toEqual(
      expect.arrayContaining(["kv_cache_usage_perc", "inter_token_latency_seconds", "time_per_output_token_seconds"]),
    );
    expect(names("0.11.0")).not.toContain("gpu_cache_usage_perc");
    expect(names("0.19.0")).not.toContain("time_per_output_token_seconds");
    expect(() => vllmDialect.version("0.6.3")).toThrow("0.9 or newer");
    expect(() => vllmDialect.version("latest")).toThrow("0.9 or newer");
  });

  it("bound lengths as vLLM does: 1, 2, 5, 10 … up to the longest request", () => {
    // Seen on a server with --max-model-len 2048.
    expect(lengthBounds(2048)).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]);
  });
});
