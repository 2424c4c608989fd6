import { EngineView } from "../live/series/engine-view.ts";
import { engineTable } from "../live/series/engines.ts";
import { packedPoints } from "../live/series/packed-points.ts";
import type { LiveSeries } from "../live/series/series.ts";
import { viewPoint } from "../live/series/view-point.ts";
import type { LivePoint, Snapshot } from "../live/snapshot.ts";
import type { LiveMembers, ToLiveView } from "../protocol/live-view.ts";

/** Over how many seconds rates and quantiles of the table of engines go. */
const tableSeconds = 60;

/** What a page is told of a series: its points, those of one engine where a person chose it, who is behind them and what happened. */
export class LiveFeed {
  private engine: EngineView | undefined;
  private toldEvents = 0;
  private toldNames: Snapshot["wireNames"];

  constructor(
    private readonly series: LiveSeries,
    private readonly send: (message: ToLiveView) => void,
  ) {}

  /** All of it, for a page that comes up: it looks at all engines. */
  everything(): readonly ToLiveView[] {
    const { events } = this.series;
    this.engine = undefined;
    this.toldEvents = events.length;
    const members = this.members();
    return [
      { kind: "history", points: packedPoints(this.history()) },
      { kind: "events", events },
      ...(members ? [{ kind: "members", members } as const] : []),
    ];
  }

  /** A point that was taken in. */
  received(point: LivePoint): void {
    const shown = this.engine ? this.engine.take(point) : point;
    if (shown) this.send({ kind: "point", point: this.light(shown) });
    const members = this.members();
    if (members) this.send({ kind: "members", members });
    const { events } = this.series;
    if (events.length === this.toldEvents) return;
    this.toldEvents = events.length;
    this.send({ kind: "events", events });
  }

  /** Shows one engine alone, or all again. */
  choose(engine: string | null): void {
    this.engine = engine === null ? undefined : new EngineView(engine);
    this.send({ kind: "history", points: packedPoints(this.history()) });
  }

  private history(): readonly LivePoint[] {
    const { engine, series } = this;
    this.toldNames = undefined;
    if (!engine) return series.points.map((point) => this.light(point));
    const anew = new EngineView(engine.engine);
    this.engine = anew;
    return series.points.flatMap((point) => {
      const own = anew.take(point);
      return own ? [this.light(own)] : [];
    });
  }

  /** What a page needs of a point and does not know already. */
  private light(point: LivePoint): LivePoint {
    const light = viewPoint(point, this.toldNames);
    this.toldNames = point.snapshot?.wireNames ?? this.toldNames;
    return light;
  }

  private members(): LiveMembers | undefined {
    const { members, last } = this.series;
    const engines = last?.snapshot?.perEngine?.length ?? 0;
    if (engines < 2 && members.length < 2) return undefined;
    const window = this.series.window(tableSeconds);
    if (!window) return undefined;
    // Figures of members are in the table already.
    const slim = members.map((member) => ({ ...member, measures: undefined }));
    return { members: slim, engines: engineTable(window), seconds: window.to - window.firstApart.time };
  }
}
