import type { MlperfRow } from "./mlperf-rows.ts";

interface Task {
  readonly model: string;
  /** Mean and spread of the prompts; the table tells only answers. */
  readonly prompt: readonly [mean: number, sd: number, most: number];
  /** Spread of the answers as a share of their mean, and the longest. */
  readonly answer: readonly [spread: number, most: number];
  readonly samples: number;
}

/** The benchmarks' data sets: OpenOrca, CNN/DailyMail, LongBench with others, reasoning questions. Prompt lengths are assumed. */
const tasks: Readonly<Record<string, Task>> = {
  "llama2-70b-99": { model: "meta-llama/Llama-2-70b-chat-hf", prompt: [300, 240, 1024], answer: [0.7, 1024], samples: 24_576 },
  "llama2-70b-99.9": { model: "meta-llama/Llama-2-70b-chat-hf", prompt: [300, 240, 1024], answer: [0.7, 1024], samples: 24_576 },
  "llama3.1-8b": { model: "meta-llama/Llama-3.1-8B-Instruct", prompt: [780, 380, 2540], answer: [0, 129], samples: 13_368 },
  "llama3.1-405b": { model: "meta-llama/Llama-3.1-405B-Instruct", prompt: [9400, 5500, 20_000], answer: [0.9, 2000], samples: 2000 },
  "deepseek-r1": { model: "deepseek-ai/DeepSeek-R1", prompt: [800, 600, 3200], answer: [0.9, 20_000], samples: 4388 },
};

export function caseOf(row: MlperfRow) {
  const task = tasks[row.model];
  const { engine, version, quantization, instances, parallel, settings } = row.layout;
  const [mean, sd, most] = task?.prompt ?? [1, 0, 1];
  const [spread, longest] = task?.answer ?? [0, 1];
  const promptTokens = { lognormal: [mean, sd, 1, most] };
  const outputTokens = spread > 0 ? { lognormal: [row.outputTokens, spread * row.outputTokens, 1, longest] } : Math.round(row.outputTokens);
  const lengths = { requests: task?.samples, promptTokens, outputTokens };
  return {
    id: String(row.line),
    deployment: {
      engine,
      engineVersion: version,
      model: task?.model ?? row.model,
      gpu: row.gpu,
      pools: [{ role: "mixed", instances, parallel }],
      weightQuantization: quantization,
      kvCacheDtype: "fp8",
      settings,
    },
    workload:
      row.ratePerSecond === undefined
        ? { kind: "offline", ...lengths }
        : { kind: "open-loop", ratePerSecond: row.ratePerSecond, ...lengths },
    seed: 1,
  };
}
