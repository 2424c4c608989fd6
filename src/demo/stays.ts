import type { Report } from "../simulation/report/report.ts";
import type { RunLog } from "./run-log.ts";

/** A request's time with one engine, as its server counts it; seconds. */
export interface Stay {
  readonly request: number;
  /** When its server took it in: what it counts to the first token and to the end begins here. */
  readonly came: number;
  /** In the engine's queue: what lies before, the engine does not see. */
  readonly queued: number;
  readonly started: number;
  /** Its first token: where a prefill server made it, before this one began. */
  readonly firstToken: number;
  /** Its first token there. */
  readonly answered: number;
  readonly ended: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly preemptions: number;
}

/** Requests from their arrival to their last token; those that never ended are left out: they would run for ever. */
export function wholeStays({ requests }: Report, log: RunLog | undefined): readonly Stay[] {
  return stays(requests.arrival.length, (request) => wholeStay(requests, log, request));
}

/** Which server of pools that work together is meant, and what it does. */
export interface StayPlace {
  readonly instance: number;
  readonly role: "prefill" | "decode";
  /** The router sends a request to both pools when it arrives, as SGLang's does; else to the second when the first has answered. */
  readonly isSentToBoth: boolean;
}

/**
 * Requests as one instance of a pool sees them: a prefill instance answers with one token, a decode instance takes the prompt's cache over.
 * One whose prompt is computed where it decodes stays there from its arrival on.
 */
export function poolStays({ requests }: Report, log: RunLog, { instance, role, isSentToBoth }: StayPlace): readonly Stay[] {
  const { prompt, answer, prefilled, handedOver, joined } = log.places;
  return stays(requests.arrival.length, (request) => {
    const [promptAt, answerAt] = [prompt[request], answer[request]];
    const whole = wholeStay(requests, log, request);
    if (!whole) return undefined;
    if (promptAt === answerAt) return promptAt === instance ? whole : undefined;
    if (role === "prefill") {
      const done = prefilled[request] ?? whole.answered;
      return promptAt === instance
        ? { ...whole, firstToken: done, answered: done, ended: done, outputTokens: 1, preemptions: 0 }
        : undefined;
    }
    if (answerAt !== instance) return undefined;
    const taken = handedOver[request] ?? whole.answered;
    const started = joined[request] ?? taken;
    return {
      ...whole,
      came: isSentToBoth ? whole.came : taken,
      queued: taken,
      started,
      answered: Math.max(whole.answered, started),
      cachedTokens: 0,
    };
  });
}

function stays(count: number, of: (request: number) => Stay | undefined): readonly Stay[] {
  return Array.from({ length: count }, (_, request) => of(request)).flatMap((stay) => {
    const isWhole = stay && [stay.came, stay.queued, stay.started, stay.answered, stay.ended].every(Number.isFinite);
    return isWhole ? [stay] : [];
  });
}

function wholeStay(requests: Report["requests"], log: RunLog | undefined, request: number): Stay | undefined {
  const came = requests.arrival[request];
  if (came === undefined) return undefined;
  const queued = log?.places.queued[request] ?? Number.NaN;
  return {
    request,
    came,
    queued: Number.isNaN(queued) ? came : queued,
    started: requests.firstScheduled[request] ?? Number.NaN,
    firstToken: requests.firstToken[request] ?? Number.NaN,
    answered: requests.firstToken[request] ?? Number.NaN,
    ended: requests.finished[request] ?? Number.NaN,
    promptTokens: requests.promptTokens[request] ?? 0,
    cachedTokens: requests.cachedTokens[request] ?? 0,
    outputTokens: requests.outputTokens[request] ?? 0,
    preemptions: requests.preemptions[request] ?? 0,
  };
}
