import { message } from "../../deployment/message.ts";
import type { LiveEvent } from "../source.ts";
import type { DriftRow } from "./drift.ts";

/** Settings named in one mark. */
const mostNamed = 3;

/** The mark of a server that came back with other settings than before; undefined where it runs what it ran. Time in unix seconds. */
export function changedSettings(before: readonly DriftRow[], now: readonly DriftRow[], time: number): LiveEvent | undefined {
  const changed = now.flatMap(({ setting, server, predicted }) => {
    const old = before.find((row) => row.setting === setting)?.server ?? null;
    return predicted || old === null || server === null || old === server ? [] : [`${setting} ${old} → ${server}`];
  });
  if (changed.length === 0) return undefined;
  const named = changed.slice(0, mostNamed).join(", ");
  const rest = changed.length - mostNamed;
  const words = rest > 0 ? message("Other settings: {0} and {1} more", named, rest) : message("Other settings: {0}", named);
  return { time, kind: "drift", words };
}
