import { axisTicks } from "./axis.ts";
import { axisHeight, type Lane, trackBand, waitBand } from "./lanes.ts";
import { type Plot, paintArrivals, paintLevel, paintSpans } from "./paint-lanes.ts";
import { paintSelection } from "./paint-selection.ts";
import { type StepLabels, StepPainter } from "./paint-steps.ts";
import { dimmed, type Palette } from "./palette.ts";
import type { RunIndex } from "./run-index.ts";
import type { Selection, StepAt } from "./selection.ts";
import { StepShapes } from "./step-shapes.ts";
import type { Interval } from "./window.ts";

/** All that one frame shows. */
export interface Scene {
  readonly index: RunIndex;
  readonly lanes: readonly Lane[];
  readonly view: Interval;
  readonly palette: Palette;
  readonly left: number;
  readonly width: number;
  readonly height: number;
  readonly selection: Selection | null;
  /** The step that the keyboard is on. */
  readonly focus: StepAt | null;
  readonly marks: readonly number[];
}

const secondPixels = 90;

/** Draws frames; what it needs for one it keeps for the next, so that a frame allocates next to nothing. */
export class Picture {
  private readonly shapes = new StepShapes();
  private readonly painter = new StepPainter();
  private heights = new Float32Array(0);

  constructor(private readonly labels: StepLabels) {}

  draw(pen: CanvasRenderingContext2D, scene: Scene): void {
    const { lanes, width, left, height, selection } = scene;
    if (this.heights.length < width) this.heights = new Float32Array(width);
    pen.clearRect(0, 0, left + width + 1, height);
    this.drawGrid(pen, scene);
    const plot: Plot = { pen, palette: scene.palette, view: scene.view, left, width, isDimmed: selection !== null };
    pen.save();
    pen.beginPath();
    pen.rect(left, 0, width, height);
    pen.clip();
    pen.globalAlpha = selection ? dimmed : 1;
    for (const lane of lanes) this.drawLane(plot, scene.index, lane);
    pen.globalAlpha = 1;
    if (selection) this.drawSelected(plot, scene, selection);
    if (scene.focus) drawFocus(plot, lanes, scene.focus);
    drawMarks(plot, scene);
    pen.restore();
  }

  private drawGrid(pen: CanvasRenderingContext2D, { lanes, view, palette, left, width, height }: Scene): void {
    const { theme } = palette;
    pen.lineWidth = 1;
    pen.strokeStyle = theme.grid;
    pen.fillStyle = theme.secondary;
    pen.font = `11px ${theme.font}`;
    pen.textBaseline = "middle";
    pen.beginPath();
    for (const { at, text } of axisTicks(view, Math.max(2, Math.floor(width / secondPixels)))) {
      const x = Math.round(left + ((at - view.from) * width) / (view.to - view.from)) + 0.5;
      pen.moveTo(x, 0);
      pen.lineTo(x, height);
      if (x + 4 + pen.measureText(text).width <= left + width) pen.fillText(text, x + 4, axisHeight / 2);
    }
    for (const { top } of lanes) {
      pen.moveTo(0, top - 0.5);
      pen.lineTo(left + width, top - 0.5);
    }
    pen.stroke();
  }

  private drawLane(plot: Plot, index: RunIndex, lane: Lane): void {
    switch (lane.kind) {
      case "router": {
        paintArrivals(plot, index.arrivals, lane.body);
        paintSpans(plot, index.waits, plot.palette.wait, waitBand(lane.body), this.shapes);
        break;
      }
      case "links":
        for (const { tracks, band } of lane.links) paintSpans(plot, tracks, plot.palette.transfer, band, this.shapes);
        break;
      default:
        this.drawSteps(plot, lane);
        paintLevel(plot, lane.lane.level, lane.lane.level.peak, lane.level, this.heights);
    }
  }

  private drawSteps({ pen, palette, view, left, width, isDimmed }: Plot, { lane, body }: Extract<Lane, { kind: "instance" }>): void {
    for (const [i, track] of lane.tracks.entries()) {
      const band = trackBand(body, i, lane.tracks.length);
      const look = { palette, band, left, isDimmed };
      this.shapes.fill(track, view, width);
      this.painter.draw(pen, track, this.shapes, look);
      if (lane.isByBatch || band.height < 26) continue;
      const { globalAlpha } = pen;
      pen.globalAlpha = 1;
      this.labels.draw(pen, track, this.shapes, look);
      pen.globalAlpha = globalAlpha;
    }
  }

  /** The selected request's steps at their full colour, over the dimmed rest. */
  private drawSelected(plot: Plot, { index, lanes, view, width, left }: Scene, selection: Selection): void {
    const x = (time: number): number => left + ((time - view.from) * width) / (view.to - view.from);
    const again = { ...plot, isDimmed: false };
    for (const { instance, from, to } of [...selection.steps, ...selection.decodes]) {
      const lane = lanes.find((one) => one.kind === "instance" && one.lane.instance === instance);
      if (lane?.kind !== "instance" || to < view.from || from > view.to) continue;
      const { pen, palette } = plot;
      pen.save();
      pen.beginPath();
      pen.rect(x(from), lane.body.top, Math.max(2, x(to) - x(from)), lane.body.height);
      pen.clip();
      pen.fillStyle = palette.theme.background;
      pen.fillRect(x(from), lane.body.top, x(to) - x(from), lane.body.height);
      this.drawSteps(again, lane);
      pen.restore();
    }
    paintSelection(plot, index, lanes, selection);
  }
}

function drawFocus({ pen, palette, view, left, width }: Plot, lanes: readonly Lane[], { instance, from, to }: StepAt): void {
  const lane = lanes.find((one) => one.kind === "instance" && one.lane.instance === instance);
  if (!lane) return;
  const x = (time: number): number => left + ((time - view.from) * width) / (view.to - view.from);
  pen.strokeStyle = palette.theme.foreground;
  pen.lineWidth = 1;
  pen.setLineDash([2, 2]);
  pen.strokeRect(Math.round(x(from)) - 1.5, lane.body.top - 1.5, Math.max(3, x(to) - x(from)) + 2, lane.body.height + 2);
  pen.setLineDash([]);
}

function drawMarks({ pen, palette, view, left, width }: Plot, { marks, height }: Scene): void {
  pen.strokeStyle = palette.event;
  pen.fillStyle = palette.event;
  pen.lineWidth = 1;
  for (const at of marks) {
    const x = Math.round(left + ((at - view.from) * width) / (view.to - view.from)) + 0.5;
    if (x < left || x > left + width) continue;
    pen.beginPath();
    pen.moveTo(x, 0);
    pen.lineTo(x, height);
    pen.stroke();
    pen.fillRect(x, 0, 6, 5);
  }
}
