import { type Moment, moments, type Timeline } from "./timeline.ts";

/** What a request is doing between two moments. */
export type PartKind =
  /** On its way to an engine's queue. */
  | "reach"
  | "queue"
  /** Until the start of its prompt is there from a store. */
  | "load"
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
  /** One behind the other without a gap: their lengths add up to the whole. None where it was turned away. */
  readonly parts: readonly LifePart[];
  readonly arrived: number;
  readonly finished: number;
  readonly isRefused: boolean;
  readonly preemptions: number;
}

/** What a request did from its arrival to its last token; undefined where the log does not hold all of it. */
export function requestLife({ moments: told }: Timeline, rows: Int32Array): RequestLife | undefined {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined || momentOf(told.kind, first) !== "arrived") return undefined;
  const end = momentOf(told.kind, last);
  if (end !== "finished" && end !== "refused") return undefined;
  const parts: LifePart[] = [];
  const state = new LifeState();
  for (let i = 0; i + 1 < rows.length; i++) {
    const row = rows[i] as number;
    const next = rows[i + 1] as number;
    state.after(momentOf(told.kind, row), momentOf(told.kind, next), told.instance[row] as number);
    const part = { kind: state.kind, from: told.time[row] as number, to: told.time[next] as number, instance: state.instance };
    if (part.kind !== "reach" || part.to > part.from) parts.push(part);
  }
  return {
    request: told.request[first] as number,
    parts: end === "refused" ? [] : parts,
    arrived: told.time[first] as number,
    finished: told.time[last] as number,
    isRefused: end === "refused",
    preemptions: state.preemptions,
  };
}

function momentOf(kinds: Int32Array, row: number): Moment {
  return moments[kinds[row] as number] as Moment;
}

/** What a request is doing: a cache may set out before its prompt is whole, and be there before there is room for it. */
class LifeState {
  kind: PartKind = "reach";
  instance = -1;
  preemptions = 0;
  private isHandedOver = false;
  private hasRoom = false;
  private way: "not-sent" | "under-way" | "there" = "not-sent";
  /** It stays where it is to its end. */
  private isHome = false;

  after(moment: Moment, next: Moment, instance: number): void {
    switch (moment) {
      case "arrived":
      case "refused":
        break;
      case "queued":
      case "loaded":
        if (instance >= 0) this.instance = instance;
        this.kind = this.preemptions > 0 ? "again" : "queue";
        break;
      case "loading":
        if (instance >= 0) this.instance = instance;
        this.kind = "load";
        break;
      case "scheduled":
        this.kind = this.preemptions > 0 ? "prefill-again" : "prefill";
        break;
      case "prefilled":
        this.isHome ||= this.way === "not-sent" && (next === "finished" || next === "preempted");
        this.kind = this.isHome ? "decode" : this.moving;
        break;
      case "handed-over":
        this.instance = instance;
        this.isHandedOver = true;
        this.kind = this.moving;
        break;
      case "asked":
        this.hasRoom = true;
        this.kind = this.moving;
        break;
      case "sent":
        this.way = "under-way";
        if (this.kind !== "prefill") this.kind = this.moving;
        break;
      case "came":
        this.way = "there";
        if (this.kind !== "prefill") this.kind = this.moving;
        break;
      case "joined":
      case "resumed":
      case "finished":
        this.isHome = true;
        this.kind = "decode";
        break;
      case "preempted":
        this.preemptions++;
        this.kind = "again";
        break;
      default:
        moment satisfies never;
    }
  }

  private get moving(): PartKind {
    if (this.way === "under-way") return "transfer";
    if (!this.isHandedOver) return "hand-over";
    if (!this.hasRoom) return "room";
    return this.way === "there" ? "step" : "link";
  }
}
