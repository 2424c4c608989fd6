import type { Scheduling, SglangScheduling, TensorrtScheduling } from "../../src/deployment/settled.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { planOf, reportFrom, type Setup, settledOf, timing } from "./fixtures.ts";

export const sglang: SglangScheduling = {
  engine: "sglang",
  maxPrefillTokens: 16_384,
  mixedChunk: false,
  conservativeness: 1,
  reservedDecodeTokens: 512,
  receiveSteps: 1,
  streamTokens: 1,
};
export const tensorrt: TensorrtScheduling = {
  engine: "tensorrt-llm",
  reservesAnswer: true,
  budgetIsWritten: true,
  streamTokens: 1,
  batchWait: null,
  balance: null,
};

/** `[arrival in ms, prompt, output]`. */
export type Row = readonly [arrival: number, prompt: number, output: number];

/** What a step computes: prompt tokens, and sequences that decode. */
type Step = readonly [prompt: number, decodes: number];

interface Played {
  readonly steps: readonly Step[];
  readonly report: Report;
  /** Milliseconds after the first arrival, to a tenth. */
  readonly firstToken: readonly number[];
  readonly finished: readonly number[];
}

/** Every step takes 10 ms, so that a time tells the step, and is taken on its own, so that all of them are seen. */
export function play(rows: readonly Row[], scheduling: Scheduling, setup: Setup = {}): Played {
  const steps: Step[] = [];
  const model = timing(() => 0.01, {
    flops: ({ prefillTokens, decodeSequences }) => {
      steps.push([prefillTokens, decodeSequences]);
      return 1;
    },
  });
  const requests = rows.map(([arrival, promptTokens, outputTokens]) => ({ arrivalSeconds: arrival / 1000, promptTokens, outputTokens }));
  const whole: Setup = { ...setup, settings: { scheduling, ...setup.settings } };
  const report = reportFrom(
    simulateWith(settledOf(whole), [planOf(whole)], [model], { kind: "requests", requests }, 1, { stepwise: true }),
  );
  const milliseconds = (times: Float64Array) => [...times].map((time) => Math.round(time * 10_000) / 10);
  return { steps, report, firstToken: milliseconds(report.requests.firstToken), finished: milliseconds(report.requests.finished) };
}
