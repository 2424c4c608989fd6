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
const away = 8;

/**
 * Where labels stand so that none lies on another, on what is taken or beyond the edges: beside their point where there is room, else farther
 * up or down. One without any room stands where the first place is.
 */
export function labelPlaces(labels: readonly Label[], taken: readonly Box[], edges: Box): readonly Box[] {
  const placed: Box[] = [];
  for (const label of labels) {
    const places = placesOf(label).filter((box) => isWithin(box, edges));
    const free = places.find((box) => ![...placed, ...taken].some((other) => overlap(box, other)));
    placed.push(free ?? places[0] ?? { x: label.x + away, y: label.y - height / 2, width: label.width, height });
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

function isWithin(box: Box, edges: Box): boolean {
  return box.x >= edges.x && box.y >= edges.y && box.x + box.width <= edges.x + edges.width && box.y + box.height <= edges.y + edges.height;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
