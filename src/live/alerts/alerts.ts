import { duration, whole } from "../../catalog/quantity.ts";
import type { Slo } from "../../deployment/deployment.ts";
import { type Message, message } from "../../deployment/message.ts";
import { type DriftRow, isDifference } from "../drift/drift.ts";
import { isQueueTold, queueGrowth } from "../series/queue-growth.ts";
import type { LiveWindow } from "../series/window.ts";
import type { LivePoint } from "../snapshot.ts";
import type { MemberState } from "../source.ts";
import { Held } from "./held.ts";
import { limitMissed } from "./limit-missed.ts";

export type AlertKind = "limit-missed" | "queue-grows" | "restart" | "drift" | "member-lost";

/** Something that a person who does not look should know of. */
export interface Alert {
  readonly kind: AlertKind;
  /** Unix seconds. */
  readonly since: number;
  readonly words: Message;
}

/** How a server stands at one moment. */
export interface Watched {
  readonly time: number;
  readonly points: readonly LivePoint[];
  /** Of the last minute. */
  readonly window: LiveWindow | undefined;
  readonly slo: Slo | null;
  readonly members: readonly MemberState[];
  readonly drift: readonly DriftRow[];
}

interface Condition {
  readonly kind: AlertKind;
  readonly words: Message;
  /** undefined = cannot be told now. */
  readonly holds: boolean | undefined;
}

/** Seconds until it counts and until it is over. */
const times: Readonly<Record<AlertKind, readonly [raise: number, clear: number]>> = {
  "limit-missed": [30, 60],
  "queue-grows": [20, 60],
  restart: [0, 300],
  drift: [0, 0],
  "member-lost": [15, 15],
};

/** Over which a queue must have grown. */
const queueSeconds = 120;

/** What is told of one server: each once when it begins, and once when it is over. */
export class Alerts {
  private readonly held = new Map<string, Held>();
  private readonly open = new Map<string, Alert>();

  /** What there is to tell now, oldest first. */
  get current(): readonly Alert[] {
    return [...this.open.values()];
  }

  /** Takes in how the server stands and says what began and what is over. */
  take(watched: Watched): { readonly raised: readonly Alert[]; readonly cleared: readonly Alert[] } {
    const raised: Alert[] = [];
    const cleared: Alert[] = [];
    const conditions = conditionsOf(watched);
    for (const [key, alert] of this.open) if (!conditions.has(key)) conditions.set(key, { ...alert, holds: false });
    for (const [key, { kind, words, holds }] of conditions) {
      const held = this.held.get(key) ?? new Held(...times[kind]);
      this.held.set(key, held);
      const turn = held.take(holds, watched.time);
      const before = this.open.get(key);
      if (turn === "raised") {
        const alert = { kind, words, since: watched.time };
        this.open.set(key, alert);
        raised.push(alert);
      } else if (turn === "cleared" && before) {
        this.open.delete(key);
        cleared.push(before);
      }
      // Once it neither holds nor is told, nothing needs to be remembered of it.
      if (holds === false && !held.isRaised) this.held.delete(key);
    }
    return { raised, cleared };
  }
}

/** By the name of what each is about. */
function conditionsOf({ time, points, window, slo, members, drift }: Watched): Map<string, Condition> {
  const found = new Map<string, Condition>();
  if (slo) {
    limit(found, window, "TTFT", "ttft_seconds", slo.ttftSeconds, slo.percentile);
    limit(found, window, "TPOT", "tpot_seconds", slo.tpotSeconds, slo.percentile);
    limit(found, window, "E2E", "e2e_seconds", slo.e2eSeconds, slo.percentile);
  }
  const waiting = points.at(-1)?.snapshot?.gauges.requests_waiting;
  found.set("queue", {
    kind: "queue-grows",
    words: message("The queue grows: {0} requests wait", whole(waiting ?? 0)),
    holds: isQueueTold(points, time - queueSeconds, time) ? queueGrowth(points, time - queueSeconds, time) !== null : undefined,
  });
  const restarted = points.at(-1)?.state === "restarted";
  found.set("restart", { kind: "restart", words: message("The server was restarted"), holds: restarted });
  for (const { name, state } of members) {
    found.set(`member ${name}`, { kind: "member-lost", words: message("{0} does not answer", name), holds: state === "lost" });
  }
  for (const row of drift) {
    const { setting, file, server } = row;
    const words = message("The server runs {0} {1}, the file says {2}", setting, server ?? "", file);
    found.set(`drift ${setting}`, { kind: "drift", words, holds: isDifference(row) });
  }
  return found;
}

function limit(
  into: Map<string, Condition>,
  window: LiveWindow | undefined,
  name: string,
  word: "ttft_seconds" | "tpot_seconds" | "e2e_seconds",
  limitSeconds: number | null,
  percentile: number,
): void {
  const histogram = window?.growth.histograms[word];
  if (limitSeconds === null || !histogram) return;
  const holds = limitMissed(histogram, limitSeconds, percentile);
  const words = message("{0} misses its limit: p{1} is above {2}", name, percentile, duration(limitSeconds));
  into.set(word, { kind: "limit-missed", words, holds });
}
