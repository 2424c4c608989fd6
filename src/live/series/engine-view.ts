import type { EngineMeasures, LivePoint, Snapshot } from "../snapshot.ts";
import { isRestart, pointAlone, pointBetween } from "./point.ts";

/** One engine of a server as if it were all of it: the points of a page that looks at it alone. */
export class EngineView {
  private before: Snapshot | undefined;

  constructor(readonly engine: string) {}

  /** The engine's own point; undefined where engines were not kept apart. */
  take(point: LivePoint): LivePoint | undefined {
    const { snapshot, time } = point;
    if (!snapshot) return point;
    if (!snapshot.perEngine) return undefined;
    const own = snapshot.perEngine.find(({ engine }) => engine === this.engine);
    if (!own) {
      this.before = undefined;
      return { time, state: "lost", snapshot: undefined, rates: {}, windows: {}, prefixHitRate: null };
    }
    const after = alone(snapshot, own);
    const { before } = this;
    this.before = after;
    if (point.anew) return { ...pointAlone(after), anew: true };
    if (!before) return pointAlone(after, point.state === "restarted" ? "restarted" : undefined);
    return point.state === "restarted" || isRestart(before, after) ? pointAlone(after, "restarted") : pointBetween(before, after);
  }
}

function alone({ perEngine: _engines, perRole: _roles, ...snapshot }: Snapshot, { engine: _engine, ...own }: EngineMeasures): Snapshot {
  return { ...snapshot, ...own, server: { ...snapshot.server, engines: 1 } };
}
