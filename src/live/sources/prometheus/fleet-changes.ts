import { message } from "../../../deployment/message.ts";
import { together } from "../../page/together.ts";
import type { LiveEvent, MemberState } from "../../source.ts";
import type { InstantFigures, InstantMember } from "./figures.ts";
import { over } from "./grown.ts";
import { type FleetShape, memberOf } from "./shape.ts";
import type { Target } from "./targets.ts";

/** The start time is read from ticks and may wobble by less than a second. */
const wobbleSeconds = 1;

/** So many servers that came or went at once are named; more are counted. */
const mostNamed = 4;

/** Follows the servers of a selection from look to look: which came and went, which was started anew. */
export class FleetChanges {
  /** Unix seconds of the start of each server, as last told. */
  private readonly started = new Map<string, number>();
  private known: ReadonlySet<string> | undefined;

  /** What happened since the look before; nothing at the first. `time` in unix seconds. */
  since(members: readonly InstantMember[], time: number): readonly LiveEvent[] {
    return [...this.restarts(members, time), ...this.arrivals(members, time)];
  }

  private restarts(members: readonly InstantMember[], time: number): readonly LiveEvent[] {
    return members.flatMap(({ name, startedAt }): LiveEvent[] => {
      if (startedAt === null) return [];
      const before = this.started.get(name);
      this.started.set(name, startedAt);
      if (before === undefined || startedAt <= before + wobbleSeconds) return [];
      return [{ time: Math.min(time, startedAt), kind: "restart", words: message("{0} was restarted", name) }];
    });
  }

  /** A server that is down but still scraped has not left. */
  private arrivals(members: readonly InstantMember[], time: number): readonly LiveEvent[] {
    const { known } = this;
    const present = new Set(members.map(({ name }) => name));
    this.known = present;
    if (!known) return [];
    const joined = [...present].filter((name) => !known.has(name));
    const left = [...known].filter((name) => !present.has(name));
    for (const name of left) this.started.delete(name);
    const words =
      joined.length + left.length > mostNamed
        ? [message("Servers: {0}, before: {1}", present.size, known.size)]
        : [...joined.map((name) => message("{0} joined", name)), ...left.map((name) => message("{0} left", name))];
    return words.map((told): LiveEvent => ({ time, kind: "scale", words: told }));
  }
}

/** Each server as the page lists it; what came in is told over `seconds`. */
export function memberStates(
  { members }: Pick<InstantFigures, "members">,
  failures: ReadonlyMap<string, string>,
  seconds: number,
): readonly MemberState[] {
  return members.map((member): MemberState => {
    const { name, engines } = member;
    const measures = engines.length > 0 ? over(together(engines), seconds) : undefined;
    const isLost = measures === undefined || member.up === false;
    return {
      name,
      role: member.role ?? "both",
      state: isLost ? "lost" : isBusy(measures) ? "live" : "idle",
      detail: isLost ? (failures.get(name) ?? "The store has no figures of it") : "",
      engines: engines.length,
      measures,
    };
  });
}

/** Why scrapes fail, by server. */
export function failuresByServer(targets: readonly Target[], shape: FleetShape): ReadonlyMap<string, string> {
  return new Map(targets.filter(({ lastError }) => lastError !== "").map(({ labels, lastError }) => [memberOf(labels, shape), lastError]));
}

function isBusy({ gauges, counters }: NonNullable<MemberState["measures"]>): boolean {
  const told = [gauges.requests_running, gauges.requests_waiting, counters.prompt_tokens_total, counters.generation_tokens_total];
  return told.some((value) => value !== undefined && value > 0);
}
