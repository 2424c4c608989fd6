import { moments, type Timeline, type TimelineInstance, type TimelineLevels } from "../simulation/timeline/timeline.ts";

/** The steps of a run in order of their start. A row may stand for several alike, one behind the other. */
export interface StepLog {
  /** Seconds. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly steps: Int32Array;
  /** Of one step: of prompts and of answers. */
  readonly tokens: Int32Array;
  /** Requests that have a token more after each. */
  readonly decodes: Int32Array;
  readonly instance: Int32Array;
}

/** Where requests were, by instance; −1 = at none. */
export interface PlaceLog {
  /** Seconds; when a request first stood in an engine's queue: before, it was on its way. */
  readonly queued: Float64Array;
  readonly prompt: Int32Array;
  readonly answer: Int32Array;
  /** Seconds; when its prompt was computed, and when another instance heard of it: NaN = it stayed. */
  readonly prefilled: Float64Array;
  readonly handedOver: Float64Array;
  /** Seconds; when a request came into the steps of another instance than that of its prompt, NaN = it stayed. */
  readonly joined: Float64Array;
}

/** What an imitated server shows of a run beyond its report. */
export interface RunLog {
  readonly instances: readonly TimelineInstance[];
  readonly steps: StepLog;
  readonly places: PlaceLog;
  readonly levels: TimelineLevels;
}

/** What a timeline that began with its run wrote down. */
export function runLog({ steps, moments: told, instances, levels }: Timeline): RunLog {
  const { start, end, instance, promptTokens, decodeSequences } = steps;
  return {
    instances,
    steps: {
      start,
      end,
      steps: steps.steps,
      instance,
      decodes: decodeSequences,
      tokens: promptTokens.map((tokens, i) => tokens + (decodeSequences[i] ?? 0)),
    },
    places: placesOf(told),
    levels,
  };
}

function placesOf({ time, request, kind, instance }: Timeline["moments"]): PlaceLog {
  const requests = request.reduce((most, r) => Math.max(most, r + 1), 0);
  const prompt = new Int32Array(requests).fill(-1);
  const answer = new Int32Array(requests).fill(-1);
  const never = (): Float64Array => new Float64Array(requests).fill(Number.NaN);
  const [queued, prefilled, handedOver, joined] = [never(), never(), never(), never()] as const;
  for (const [row, r] of request.entries()) {
    const at = instance[row] ?? -1;
    const moment = moments[kind[row] ?? -1];
    const when = time[row] ?? Number.NaN;
    if (moment === "joined") joined[r] = when;
    if (moment === "prefilled" && Number.isNaN(handedOver[r])) prefilled[r] = when;
    if (moment === "handed-over") handedOver[r] = when;
    if (moment === "queued") {
      prompt[r] = at;
      if (Number.isNaN(queued[r])) queued[r] = when;
    }
    if (moment === "queued" || moment === "handed-over") answer[r] = at;
  }
  return { queued, prompt, answer, prefilled, handedOver, joined };
}
