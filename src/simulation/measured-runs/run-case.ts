import type { MeasuredRun, RunSetup } from "../../catalog/measured-runs.ts";
import { whole } from "../../catalog/quantity.ts";
import { type Message, message } from "../../deployment/message.ts";
import { shortestShare } from "./serving-point.ts";

/** Enough that filling and emptying an engine hardly count. */
const offlineRequests = 2000;
/** Requests of each user of a closed loop (InferenceX, utils/bench_serving). */
const rounds = 10;
/** Two rounds of warm-up are not measured (InferenceX, utils/bench_serving). */
const warmupRounds = 2;

/** Conversations that go on for longer take many seconds: each turn looks all earlier ones up. */
const mostConversationTurns = 3000;

/** A measured run as a case (interfaces as of the command line), or why it cannot be played again. */
export type RunCase =
  | { readonly case: Readonly<Record<string, unknown>>; readonly problem?: undefined }
  | { readonly case?: undefined; readonly problem: Message };

export function runCase(run: MeasuredRun): RunCase {
  const turns = requestsOf(run.setup.stages);
  if (run.setup.conversations && turns > mostConversationTurns)
    return { problem: message("Not simulated here: {0} turns of conversations take too long.", whole(turns)) };
  const workload = workloadOf(run);
  if (!workload) return { problem: message("The run's lengths are not published.") };
  const { engine, version, model, gpu, quantization, pools, settings } = run.setup;
  return {
    case: {
      id: "measured-run",
      deployment: {
        engine,
        engineVersion: version,
        model: model.id,
        gpu: gpu.id,
        pools: pools.map(({ role, instances, ...parallel }) => ({ role, instances, parallel })),
        weightQuantization: quantization,
        settings,
      },
      workload,
      seed: 1,
    },
  };
}

function workloadOf({ setup, promptTokens, outputTokens, concurrency, ratePerSecond }: MeasuredRun): unknown {
  if (promptTokens === null) return undefined;
  const { conversations, stages } = setup;
  if (concurrency !== null) {
    const drawn = (length: number): unknown => ({ uniform: [Math.round(shortestShare * length), length] });
    return {
      kind: "closed-loop",
      concurrency,
      requests: rounds * concurrency,
      warmup: warmupRounds * concurrency,
      promptTokens: drawn(promptTokens),
      outputTokens: drawn(outputTokens),
    };
  }
  if (ratePerSecond === null) return { kind: "offline", requests: offlineRequests, promptTokens, outputTokens };
  return {
    kind: "open-loop",
    ratePerSecond,
    requests: requestsOf(stages) || offlineRequests,
    promptTokens,
    outputTokens,
    ...(stages.length > 0 ? { stages } : {}),
    ...(conversations ? { sharedPrefix: conversations } : {}),
  };
}

function requestsOf(stages: RunSetup["stages"]): number {
  return Math.round(stages.reduce((sum, stage) => sum + stage.ratePerSecond * stage.durationSeconds, 0));
}
