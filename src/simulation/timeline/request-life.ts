import { type Moment, moments, type Timeline } from "./timeline.ts";

/** What a request is doing between two moments. */
export type PartKind =
  /** On its way to an engine's queue. */
  | "reach"
  | "queue"
  | "prefill"
  /** Until the engine that decodes it knows of it. */
  | "hand-over"
  /** Until blocks are kept for its cache. */
  | "room"
  /** Until its cache sets out. */
  | "link"
  | "transfer"
  /** Until the next step of the engine that decodes it. */
  | "step"
  | "decode"
  /** Its blocks were taken, and it waits to begin again. */
  | "again"
  | "prefill-again";

export interface LifePart {
  readonly kind: PartKind;
  readonly from: number;
  readonly to: number;
  /** −1 = at none. */
  readonly instance: number;
}

export interface RequestLife {
  readonly request: number;
  /** One behind the other without a gap: their lengths add up to the whole. */
  readonly parts: readonly LifePart[];
  readonly arrived: number;
  readonly finished: number;
  readonly preemptions: number;
}

/** What a request did from its arrival to its last token; undefined where the log does not hold all of it. */
export function requestLife({ moments: told }: Timeline, rows: Int32Array): RequestLife | undefined {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (moments[told.kind[first] as number] !== "arrived" || moments[told.kind[last] as number] !== "finished") return undefined;
  const parts: LifePart[] = [];
  let instance = -1;
  let preemptions = 0;
  for (let i = 0; i + 1 < rows.length; i++) {
    const row = rows[i] as number;
    const moment = moments[told.kind[row] as number] as Moment;
    const next = moments[told.kind[rows[i + 1] as number] as number] as Moment;
    if (moment === "queued" || moment === "handed-over") instance = told.instance[row] as number;
    if (moment === "preempted") preemptions++;
    const kind = partAfter(moment, next, preemptions > 0);
    const part = {
      kind,
      from: told.time[row] as number,
      to: told.time[rows[i + 1] as number] as number,
      instance: kind === "reach" ? -1 : instance,
    };
    if (kind !== "reach" || part.to > part.from) parts.push(part);
  }
  return {
    request: told.request[first] as number,
    parts,
    arrived: told.time[first] as number,
    finished: told.time[last] as number,
    preemptions,
  };
}

function partAfter(moment: Moment, next: Moment, wasPreempted: boolean): PartKind {
  switch (moment) {
    case "arrived":
      return "reach";
    case "queued":
      return "queue";
    case "scheduled":
      return wasPreempted ? "prefill-again" : "prefill";
    case "prefilled":
      return next === "handed-over" ? "hand-over" : "decode";
    case "handed-over":
      return "room";
    case "asked":
      return "link";
    case "sent":
      return "transfer";
    case "came":
      return "step";
    case "joined":
    case "finished":
      return "decode";
    case "preempted":
      return "again";
    default: {
      const never: never = moment;
      return never;
    }
  }
}
