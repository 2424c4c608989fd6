import { duration, figure, percent, whole } from "../../../catalog/quantity.ts";
import { type Message, message } from "../../../deployment/message.ts";
import type { Report } from "../../../simulation/report/report.ts";
import type { LiveWindow } from "../../series/window.ts";
import type { MeasuredWorkload } from "../../workload/measured-workload.ts";
import type { GapCause } from "./gap.ts";
import type { Judged } from "./judge.ts";
import type { Phases } from "./phases.ts";

/** Shares by which loads differ of themselves from one window to the next. */
const sameShare = 0.1;

/** How what arrived differs from what was assumed; null where it hardly does. */
export function loadWords({ ratePerSecond, arrivals }: MeasuredWorkload, { workload, summary }: Report): Message | null {
  const assumed = workload.ratePerSecond ?? summary.requestsPerSecond;
  if (arrivals.concurrency !== null) {
    return message("Clients keep {0} requests in flight, {1} a second were assumed", whole(arrivals.concurrency), figure(assumed));
  }
  if (isSame(ratePerSecond, assumed)) return null;
  return message("{0} requests arrive a second, {1} were assumed", figure(ratePerSecond), figure(assumed));
}

/** How lengths differ from those assumed, and which of the two weighs more. */
export function lengthsWords(
  { promptTokensMean, outputTokensMean }: MeasuredWorkload,
  { workload }: Report,
): { readonly evidence: Message | null; readonly cause: Extract<GapCause, "prompts" | "outputs" | "prefill-share"> } {
  const [prompts, outputs] = [Math.log(promptTokensMean / workload.promptMean), Math.log(outputTokensMean / workload.outputMean)];
  const [prompt, output] = [whole(promptTokensMean), whole(outputTokensMean)];
  const isNew = [promptTokensMean, outputTokensMean].some(
    (mean, index) => !isSame(mean, index === 0 ? workload.promptMean : workload.outputMean),
  );
  if (Math.abs(prompts) >= muchMore * Math.abs(outputs)) {
    const evidence = isNew ? message("Prompts are {0} tokens long, {1} were assumed", prompt, whole(workload.promptMean)) : null;
    return { evidence, cause: "prompts" };
  }
  if (Math.abs(outputs) >= muchMore * Math.abs(prompts)) {
    const evidence = isNew ? message("Answers are {0} tokens long, {1} were assumed", output, whole(workload.outputMean)) : null;
    return { evidence, cause: "outputs" };
  }
  const words = message(
    "Prompts and answers are {0} and {1} tokens long, {2} and {3} were assumed",
    prompt,
    output,
    whole(workload.promptMean),
    whole(workload.outputMean),
  );
  const cause =
    Math.sign(prompts) !== Math.sign(outputs) ? "prefill-share" : Math.abs(prompts) >= Math.abs(outputs) ? "prompts" : "outputs";
  return { evidence: isNew ? words : null, cause };
}

/** One of two lengths is the cause where its logarithm differs by so much more. */
const muchMore = 1.5;

export function prefixWords({ prefixHitRate }: MeasuredWorkload, { summary }: Report): Message | null {
  const assumed = summary.kvCache.prefixHitRate;
  if (prefixHitRate === null || Math.abs(prefixHitRate - assumed) < sameShare) return null;
  return message("{0} of the prompts' tokens are found in the cache, {1} were assumed", percent(prefixHitRate), percent(assumed));
}

/** A fitted hypothesis as a part of a sentence. */
export function hypothesisWords({ hypothesis, factor }: Judged): Message {
  const times = figure(factor);
  switch (hypothesis.cause) {
    case "steps":
      return message("steps that take {0} times as long", times);
    case "decode-steps":
      return message("decode steps that take {0} times as long", times);
    case "prefill-steps":
      return message("steps with prompts that take {0} times as long", times);
    case "host-overhead":
      return message("a host that takes {0} times as long", times);
    case "slow-link":
      return message("a link with 1/{0} of its rate", times);
    case "kv-cache":
      return message("a KV cache that holds 1/{0} of what was planned", times);
    case "preemptions":
      return message("a KV cache of which 1/{0} is free", times);
    default:
      return hypothesis.cause satisfies never;
  }
}

/** What of the phases speaks for the fitted hypothesis. */
export function stepWords({ hypothesis, factor }: Judged, live: Phases, made: Phases): Message {
  const times = figure(factor);
  const [token, predictedToken] = [duration(live.token ?? 0), duration(made.token ?? 0)];
  const [prompt, predictedPrompt] = [duration(live.prefill ?? 0), duration(made.prefill ?? 0)];
  switch (hypothesis.cause) {
    case "steps":
      return message("All steps take {0} times as long as predicted: a token {1} instead of {2}", times, token, predictedToken);
    case "decode-steps":
      return message(
        "Steps that only decode take {0} times as long as predicted: a token {1} instead of {2}",
        times,
        token,
        predictedToken,
      );
    case "prefill-steps":
      return message("Steps with prompts take {0} times as long as predicted: a prompt {1} instead of {2}", times, prompt, predictedPrompt);
    case "host-overhead":
      return message(
        "The host takes {0} times as long for a step as predicted: a token {1} instead of {2}, and prompts hardly longer",
        times,
        token,
        predictedToken,
      );
    case "slow-link":
      return message(
        "A link with 1/{0} of its rate explains it: a prompt takes {1} instead of {2}, a token {3} instead of {4}",
        times,
        prompt,
        predictedPrompt,
        token,
        predictedToken,
      );
    case "kv-cache":
      return message(
        "The same requests fill {0} of the KV cache instead of {1}: it holds 1/{2} of what was planned",
        percent(live.cache ?? 0),
        percent(made.cache ?? 0),
        times,
      );
    case "preemptions":
      return message("Requests are preempted as if only 1/{0} of the KV cache were free: something holds its blocks", times);
    default:
      return hypothesis.cause satisfies never;
  }
}

/** Of the first token's time, so much must lie outside of what the engine counts. */
const leastOutsideSeconds = 0.1;
const leastOutsideShare = 0.3;

/** Requests that waited before the engine knew of them: the first token comes later than queue and prefill tell. */
export function outsideWords({ windows }: LiveWindow, live: Phases, made: Phases): Message | null {
  const ttft = windows.ttft_seconds?.mean ?? 0;
  // The first token is counted when it comes, the phases when a request ends: where queues grow, a simulation shows a difference too.
  const outside = (live.outside ?? 0) - (made.outside ?? 0);
  if (outside < leastOutsideSeconds || outside < leastOutsideShare * ttft) return null;
  return message(
    "Of {0} to the first token, {1} pass neither in the engine's queue nor in its steps: requests wait before it",
    duration(ttft),
    duration(outside),
  );
}

/** Share of requests from which preemptions count as many. */
const manyPreemptions = 0.05;

export function preemptionWords({ growth: { counters } }: LiveWindow, { requests }: Report): Message | null {
  const [preempted, finished] = [counters.preemptions_total, counters.request_success_total];
  if (preempted === undefined || finished === undefined || finished < 1) return null;
  const predicted = requests.preemptions.reduce((sum, count) => sum + count, 0) / Math.max(1, requests.preemptions.length);
  const measured = preempted / finished;
  if (measured < manyPreemptions || measured < 2 * predicted) return null;
  return message("{0} preemptions for 100 requests, {1} were predicted", figure(100 * measured), figure(100 * predicted));
}

function isSame(measured: number, assumed: number): boolean {
  return Math.abs(measured / assumed - 1) < sameShare;
}
