import type { Message } from "../../deployment/message.ts";
import { type LiveSource, type Look, lookTime } from "../source.ts";
import { Fleet } from "./fleet.ts";
import type { Member } from "./fleet-member.ts";

/** The servers of one recording together: a look of the fleet has one of each, in the order in which they were written. */
export class RecordedFleet {
  private fleet: Fleet | undefined;
  private readonly names = new Set<string>();
  private round = new Map<string, Look>();

  constructor(private readonly say: (words: Message) => string) {}

  /** The look of the fleet that is whole as `server` comes again; undefined while others may follow. */
  take(server: string, look: Look): Look | undefined {
    const whole = this.round.has(server) ? this.rest() : undefined;
    this.round.set(server, look);
    return whole;
  }

  /** What came since the last look of the fleet; undefined where nothing did. */
  rest(): Look | undefined {
    const { round, say } = this;
    if (round.size === 0) return undefined;
    this.round = new Map();
    const time = Math.max(...[...round.values()].map(lookTime));
    const before = this.names.size;
    for (const name of round.keys()) this.names.add(name);
    const members = [...this.names].map(recorded);
    this.fleet ??= new Fleet("", members, { kind: "recording" });
    if (this.names.size > before && before > 0) this.fleet.replace(members, time);
    // What was written down has the wall's clock alone.
    return this.fleet.given(round, { now: () => ({ time, steady: time }), say });
  }
}

/** A member that nobody asks: its looks are given. */
function recorded(name: string): Member {
  const nothing: Look = { kind: "none", why: "cancelled", detail: "", time: 0, problems: [] };
  const source: LiveSource = { kind: "recording", name, identityAt: [], look: () => Promise.resolve(nothing) };
  return { source, role: "both" };
}
