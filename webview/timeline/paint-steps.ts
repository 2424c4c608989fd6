import { hatch } from "../parts/chart.ts";
import { whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import type { Band } from "./lanes.ts";
import type { Palette } from "./palette.ts";
import type { StepShapes } from "./step-shapes.ts";
import { layers, type Track } from "./track.ts";

/** A step as wide as this says what is in it. */
const labelled = 60;

export interface StepLook {
  readonly palette: Palette;
  readonly band: Band;
  /** Of the plot's left edge. */
  readonly left: number;
  readonly isDimmed: boolean;
}

/** Draws the boxes and columns of a track, layer on layer from the bottom of its band. */
export class StepPainter {
  private boxBase = new Float32Array(0);
  private columnBase = new Float32Array(0);

  draw(pen: CanvasRenderingContext2D, track: Track, shapes: StepShapes, look: StepLook): void {
    this.reset(shapes);
    for (let layer = 0; layer < layers.length; layer++) {
      const share = track.shares[layer];
      if (!share) continue;
      pen.beginPath();
      if (look.palette.theme.highContrast) this.outline(pen, layer, share, shapes, look);
      else this.path(pen, layer, share, shapes, look);
      this.paint(pen, layer, look);
    }
  }

  private reset({ boxes, columns, left, x }: StepShapes): void {
    if (this.boxBase.length < left.length) this.boxBase = new Float32Array(left.length);
    if (this.columnBase.length < x.length) this.columnBase = new Float32Array(x.length);
    this.boxBase.fill(0, 0, boxes);
    this.columnBase.fill(0, 0, columns);
  }

  private paint(pen: CanvasRenderingContext2D, layer: number, { palette }: StepLook): void {
    const isSequence = layer === 0 || layer === 3;
    const colour = layer < 2 ? palette.prefill : palette.decode;
    if (palette.theme.highContrast) {
      pen.strokeStyle = colour;
      pen.lineWidth = 2;
      pen.stroke();
      if (!isSequence) return;
      pen.fillStyle = hatch(pen, colour, 8);
      pen.fill();
      return;
    }
    if (isSequence) {
      const alpha = pen.globalAlpha;
      pen.globalAlpha = alpha * 0.45;
      pen.fillStyle = colour;
      pen.fill();
      pen.globalAlpha = alpha;
      pen.fillStyle = hatch(pen, colour);
    } else pen.fillStyle = colour;
    pen.fill();
  }

  private path(pen: CanvasRenderingContext2D, layer: number, share: Float32Array, shapes: StepShapes, { band, left }: StepLook): void {
    const { boxBase, columnBase } = this;
    const bottom = band.top + band.height;
    for (let i = 0; i < shapes.boxes; i++) {
      const part = (share[shapes.row[i] as number] as number) * band.height;
      if (part === 0) continue;
      const base = boxBase[i] as number;
      const x = shapes.left[i] as number;
      pen.rect(left + x, bottom - base - part, Math.max(1, (shapes.right[i] as number) - x - 1), part);
      boxBase[i] = base + part;
    }
    // Neighbouring pixels of the same height are one rectangle.
    const parts = shapes.shares[layer] as Float32Array;
    for (let i = 0; i < shapes.columns; ) {
      const base = columnBase[i] as number;
      const part = halves((parts[i] as number) * band.height);
      const x = shapes.x[i] as number;
      let end = i;
      while (
        end < shapes.columns &&
        shapes.x[end] === x + end - i &&
        columnBase[end] === base &&
        halves((parts[end] as number) * band.height) === part
      )
        columnBase[end++] = base + part;
      if (part > 0) pen.rect(left + x, bottom - base - part, end - i, part);
      i = end;
    }
  }

  /** Boxes as frames, columns as the line along their tops. */
  private outline(pen: CanvasRenderingContext2D, layer: number, share: Float32Array, shapes: StepShapes, { band, left }: StepLook): void {
    const { boxBase, columnBase } = this;
    const bottom = band.top + band.height;
    for (let i = 0; i < shapes.boxes; i++) {
      const part = (share[shapes.row[i] as number] as number) * band.height;
      if (part === 0) continue;
      const base = boxBase[i] as number;
      const x = shapes.left[i] as number;
      const width = (shapes.right[i] as number) - x - 1;
      if (width < 5) pen.rect(left + x + 1, bottom - base - part, 0, part);
      else pen.rect(left + x + 1, bottom - base - part + 1, width - 2, Math.max(1, part - 2));
      boxBase[i] = base + part;
    }
    const parts = shapes.shares[layer] as Float32Array;
    let before = -2;
    for (let i = 0; i < shapes.columns; i++) {
      const base = columnBase[i] as number;
      const part = halves((parts[i] as number) * band.height);
      columnBase[i] = base + part;
      const x = shapes.x[i] as number;
      if (part === 0) {
        before = -2;
        continue;
      }
      const y = Math.max(band.top + 1, bottom - base - part);
      if (before === x - 1) pen.lineTo(left + x + 0.5, y);
      else pen.moveTo(left + x + 0.5, y);
      before = x;
    }
  }
}

function halves(pixels: number): number {
  return Math.round(pixels * 2) / 2;
}

/** Words in steps wide enough for them. */
export class StepLabels {
  private readonly made = new Map<number, readonly [string, string]>();

  constructor(private readonly lines: (row: number) => readonly [string, string]) {}

  draw(pen: CanvasRenderingContext2D, track: Track, shapes: StepShapes, { palette, band, left, isDimmed }: StepLook): void {
    pen.font = `11px ${palette.theme.font}`;
    pen.textBaseline = "alphabetic";
    for (let i = 0; i < shapes.boxes; i++) {
      const x = Math.max(0, shapes.left[i] as number);
      const width = Math.min(shapes.right[i] as number, shapes.width) - x - 1;
      if (width < labelled) continue;
      const at = shapes.row[i] as number;
      const row = track.rows[at] as number;
      const lines = this.made.get(row) ?? this.lines(row);
      this.made.set(row, lines);
      const isPrefill = ((track.shares[0]?.[at] ?? 0) + (track.shares[1]?.[at] ?? 0)) * band.height >= band.height / 2;
      pen.fillStyle = isPrefill
        ? isDimmed
          ? palette.onDimmedPrefill
          : palette.onPrefill
        : isDimmed
          ? palette.onDimmedDecode
          : palette.onDecode;
      for (const [line, text] of lines.entries()) {
        if (text !== "" && pen.measureText(text).width <= width - 10) pen.fillText(text, left + x + 5, band.top + 13 + 12 * line);
      }
    }
  }
}

/** `7,904 tokens` and `1 request`; of a step that only decodes `64 decoding`. */
export function stepLines(promptTokens: number, requests: number, decoding: number): readonly [string, string] {
  if (promptTokens === 0) return [words("{0} decoding", whole(decoding)), ""];
  const tokens = words("{0} tokens", whole(promptTokens));
  if (decoding > 0) return [tokens, words("{0} decoding", whole(decoding))];
  return [tokens, requests === 1 ? words("1 request") : words("{0} requests", whole(requests))];
}
