import { type Band, type Lane, trackBand, waitBand } from "./lanes.ts";
import type { Plot } from "./paint-lanes.ts";
import type { RunIndex } from "./run-index.ts";
import type { Selection } from "./selection.ts";
import type { Track } from "./track.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Outlines what is of a request, from its wait to its last token, and draws its way from one to the next. */
export function paintSelection(
  plot: Plot,
  index: RunIndex,
  lanes: readonly Lane[],
  { request, life, steps, transfers, decodes }: Selection,
): void {
  const { pen, palette, view, left, width } = plot;
  const x = (time: number): number => left + Math.min(width + 8, Math.max(-8, ((time - view.from) * width) / (view.to - view.from)));
  const instanceLane = (instance: number) => lanes.find((lane) => lane.kind === "instance" && lane.lane.instance === instance);
  const way: [Point, Point][] = [];
  pen.strokeStyle = palette.theme.foreground;
  pen.fillStyle = palette.theme.foreground;
  pen.lineWidth = 2;
  const wait = life?.parts.find(({ kind }) => kind === "queue");
  const router = lanes.find(({ kind }) => kind === "router");
  let last: Point | null = null;
  if (wait && router) {
    const bar = bandAt(index.waits, waitBand(router.body), (row) => index.waitsFor[row] === request, wait.from, wait.to);
    pen.fillRect(x(wait.from) - 0.5, router.body.top, 2, 10);
    pen.fillRect(x(wait.from), bar.top, Math.max(2, x(wait.to) - x(wait.from)), bar.height);
    last = { x: x(wait.to), y: bar.top + bar.height };
  }
  for (const step of steps) {
    const lane = instanceLane(step.instance);
    if (!lane) continue;
    const { top, height } = lane.body;
    const box = { from: x(step.from), to: Math.max(x(step.to), x(step.from) + 3) };
    pen.strokeRect(box.from, top + 0.5, box.to - box.from - 1, height - 1);
    if (last) way.push([last, { x: box.from, y: last.y < top ? top : top + height / 2 }]);
    last = { x: box.to - 1, y: top + height };
  }
  const links = lanes.find((lane) => lane.kind === "links");
  for (const { row, from, to, sender } of transfers) {
    const link = links?.kind === "links" ? links.links.find((one) => one.from === sender) : undefined;
    if (!link) continue;
    const { top, height } = bandAt(link.tracks, link.band, (one) => one === row, from, to);
    const box = { from: x(from), to: Math.max(x(to), x(from) + 4) };
    pen.fillStyle = palette.transfer;
    pen.fillRect(box.from, top, box.to - box.from, height);
    pen.strokeRect(box.from - 1, top - 1, box.to - box.from + 2, height + 2);
    if (last) way.push([last, { x: box.from, y: top }]);
    last = { x: box.to, y: top + height };
  }
  for (const { from, to, instance } of decodes) {
    const lane = instanceLane(instance);
    if (!lane) continue;
    const y = lane.body.top - 1;
    pen.beginPath();
    pen.moveTo(x(from), y + 6);
    pen.lineTo(x(from), y);
    pen.lineTo(x(to), y);
    pen.lineTo(x(to), y + 6);
    pen.stroke();
    if (last) way.push([last, { x: x(from), y }]);
    last = null;
  }
  paintWay(pen, way);
}

/** The part of a band in which a row is drawn: that of its track. */
function bandAt(tracks: readonly Track[], band: Band, isIt: (row: number) => boolean, from: number, to: number): Band {
  const track = tracks.findIndex((one) => {
    const i = one.at((from + to) / 2);
    return i >= 0 && isIt(one.rows[i] as number);
  });
  // One that shares the last line with others is not found by its row.
  return trackBand(band, track < 0 ? tracks.length - 1 : track, tracks.length);
}

function paintWay(pen: CanvasRenderingContext2D, way: readonly (readonly [Point, Point])[]): void {
  pen.save();
  pen.lineWidth = 1.25;
  pen.setLineDash([3, 2]);
  pen.beginPath();
  for (const [a, b] of way) {
    const bend = Math.min(24, Math.abs(b.y - a.y) / 2);
    pen.moveTo(a.x, a.y);
    pen.bezierCurveTo(a.x, a.y + bend, b.x, b.y - bend, b.x, b.y);
  }
  pen.stroke();
  pen.restore();
}
