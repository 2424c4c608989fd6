import type { LiveEvent } from "../source.ts";

/** One mark of a restart that both the cluster's list and the pod's own page tell, whichever comes first. */
export class RestartsOnce {
  /** By pod: how many more the list told than the page. */
  private readonly ahead = new Map<string, number>();

  /** Those that the other did not tell before. */
  fresh(by: "list" | "page", events: readonly LiveEvent[]): readonly LiveEvent[] {
    const step = by === "list" ? 1 : -1;
    return events.filter(({ kind, member }) => {
      if (kind !== "restart" || member === undefined) return true;
      const before = this.ahead.get(member) ?? 0;
      this.ahead.set(member, before + step);
      return before * step >= 0;
    });
  }
}
