import { listed, words } from "../parts/words.ts";
import type { LiveRows } from "./rows.ts";

/** Rows with nothing to show, one line of words a reason. */
export function absentLines(absent: LiveRows["absent"]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of absent) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  return [...byReason].map(([reason, names]) => words("{0}: {1}", listed(names), reason));
}
