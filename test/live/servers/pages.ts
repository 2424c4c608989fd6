import { plain } from "../../../src/deployment/message.ts";
import { readPage } from "../../../src/live/page/read-page.ts";
import { pointSinceStart } from "../../../src/live/series/point.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import type { Snapshot } from "../../../src/live/snapshot.ts";
import { type WatchLine, watchLine } from "../../../src/live/watch-line.ts";

/** The snapshot of a page; its last line is closed. */
export function snapshotOfText(text: string, time = 100): Snapshot {
  const answer = readPage(`${text.trim()}\n`, time);
  if (answer.kind !== "snapshot") throw new Error(plain(answer.detail));
  return answer.snapshot;
}

/** What `watch --once` prints for a page. */
export function once(text: string): WatchLine {
  return watchLine(pointSinceStart(snapshotOfText(text)));
}

/** What `watch` prints for the second of two pages, ten seconds apart. */
export function tenSecondsLater(before: string, text: string): WatchLine {
  const series = new LiveSeries();
  series.push(snapshotOfText(before, 100));
  return watchLine(series.push(snapshotOfText(text, 110)));
}

/** A histogram's lines from `[bound, cumulative count]` pairs, the last of which is that of all. */
export function histogramLines(name: string, labels: string, buckets: readonly (readonly [string, number])[], sum: number): string {
  const inside = (le: string) => (labels === "" ? `{le="${le}"}` : `{${labels},le="${le}"}`);
  const outside = labels === "" ? "" : `{${labels}}`;
  return [
    `# TYPE ${name} histogram`,
    ...buckets.map(([le, count]) => `${name}_bucket${inside(le)} ${count}`),
    `${name}_sum${outside} ${sum}`,
    `${name}_count${outside} ${buckets.at(-1)?.[1]}`,
  ].join("\n");
}

/** A family of one type: each line is what stands behind the name. */
export function family(name: string, type: string, ...lines: readonly string[]): string {
  return [`# TYPE ${name} ${type}`, ...lines.map((line) => (line.startsWith("{") ? `${name}${line}` : `${name} ${line}`))].join("\n");
}
