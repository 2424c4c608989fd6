/** A rectangle in pixels, its corner at the top left. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A text to be written beside its point. */
export interface Label {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const height = 13;
const away = 11;

/**
 * Where labels stand so that none lies on another, on what is taken or beyond the edges: beside their point where there is room, else farther
 * up or down. One without any room stands where the first place is.
 */
export function labelPlaces(labels: readonly Label[], taken: readonly Box[], edges: Box): readonly Box[] {
  const placed: Box[] = [];
  for (const label of labels) {
    const places = placesOf(label).filter((box) => isWithin(box, edges));
    placed.push(freeOf(places, [...placed, ...taken]) ?? { x: label.x + away, y: label.y - height / 2, width: label.width, height });
  }
  return placed;
}

/** Left before right, level before above and below, near before far. */
function placesOf({ x, y, width }: Label): readonly Box[] {
  const sides = [x - away - width, x + away, x - width / 2];
  const steps = [0, -1, 1, -2, 2, -3, 3, -4, 4];
  return steps.flatMap((step) =>
    (step === 0 ? sides.slice(0, 2) : sides).map((left) => ({ x: left, y: y - height / 2 + step * (height + 1), width, height })),
  );
}

/** The first place that nothing touches; where all are touched the first. */
export function freeOf(places: readonly Box[], taken: readonly Box[]): Box | undefined {
  return places.find((box) => !taken.some((other) => overlap(box, other))) ?? places[0];
}

/** Pixels between the pieces that stand for a line. */
const piece = 6;

/** What a line through points takes. */
export function takenByLine(points: readonly Pick<Label, "x" | "y">[]): readonly Box[] {
  return points.slice(1).flatMap((end, i) => {
    const from = points[i] ?? end;
    const pieces = Math.ceil(Math.hypot(end.x - from.x, end.y - from.y) / piece);
    return Array.from({ length: pieces }, (_, at): Box => {
      const share = (at + 0.5) / pieces;
      const [x, y] = [from.x + (end.x - from.x) * share, from.y + (end.y - from.y) * share];
      return { x: x - piece / 2, y: y - piece / 2, width: piece, height: piece };
    });
  });
}

/** Where a label is nearest to its point. */
export function nearestOn({ x, y, width, height: tall }: Box, point: Pick<Label, "x" | "y">): { readonly x: number; readonly y: number } {
  return { x: Math.min(Math.max(point.x, x), x + width), y: Math.min(Math.max(point.y, y), y + tall) };
}

function isWithin(box: Box, edges: Box): boolean {
  return box.x >= edges.x && box.y >= edges.y && box.x + box.width <= edges.x + edges.width && box.y + box.height <= edges.y + edges.height;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
