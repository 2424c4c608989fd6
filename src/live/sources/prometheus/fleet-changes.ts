import { message } from "../../../deployment/message.ts";
import type { LiveEvent, MemberState } from "../../source.ts";
import { together } from "../../together.ts";
import type { InstantFigures, InstantMember } from "./figures.ts";
import { over } from "./grown.ts";
import { type FleetShape, memberOf } from "./shape.ts";
import type { Target } from "./targets.ts";

/** The start time is read from ticks and may wobble by less than a second. */
const wobbleSeconds = 1;

/** Follows the servers of a selection from look to look: how many there are, which was started anew. */
export class FleetChanges {
  /** Unix seconds of the start of each server, as last told. */
  private readonly started = new Map<string, number>();
  private present: number | undefined;

  /** What happened since the look before; nothing at the first. `time` in unix seconds. */
  since(members: readonly InstantMember[], time: number): readonly LiveEvent[] {
    const events: LiveEvent[] = [];
    for (const { name, startedAt } of members) {
      if (startedAt === null) continue;
      const before = this.started.get(name);
      this.started.set(name, startedAt);
      if (before !== undefined && startedAt > before + wobbleSeconds) {
        events.push({ time: Math.min(time, startedAt), kind: "restart", words: message("{0} was restarted", name) });
      }
    }
    const answering = members.filter(({ engines }) => engines.length > 0).length;
    if (this.present !== undefined && this.present !== answering) {
      events.push({ time, kind: "scale", words: message("Servers that answer: {0}, before: {1}", answering, this.present) });
    }
    this.present = answering;
    return events;
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
