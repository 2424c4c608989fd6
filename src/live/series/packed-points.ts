import type { CanonicalHistogram, Histogram, LivePoint, Measures } from "../snapshot.ts";
import { keysOf } from "../words.ts";

/**
 * The same points with all counts and bounds of their histograms in one buffer. A message between a host and its page carries at most
 * some 250 buffers (VS Code 1.139, rpcProtocol.ts: the number of a call's parts is one byte); what is beyond would arrive as something else.
 */
export function packedPoints(points: readonly LivePoint[]): readonly LivePoint[] {
  const places = new Map<Float64Array, number>();
  let length = 0;
  for (const array of points.flatMap(arraysOf)) {
    if (places.has(array)) continue;
    places.set(array, length);
    length += array.length;
  }
  const whole = new Float64Array(length);
  const packed = new Map<Float64Array, Float64Array>();
  for (const [array, at] of places) {
    whole.set(array, at);
    packed.set(array, whole.subarray(at, at + array.length));
  }
  const moved = (array: Float64Array): Float64Array => packed.get(array) ?? array;
  return points.map((point) => (point.snapshot ? { ...point, snapshot: withArrays(point.snapshot, moved) } : point));
}

function arraysOf({ snapshot }: LivePoint): readonly Float64Array[] {
  if (!snapshot) return [];
  const measures = [snapshot, ...(snapshot.perRole ?? [])];
  return measures.flatMap(({ histograms }) => Object.values(histograms).flatMap(({ upper, count }) => [upper, count]));
}

function withArrays<Kind extends Measures & { readonly perRole?: readonly Measures[] }>(
  measures: Kind,
  moved: (array: Float64Array) => Float64Array,
): Kind {
  const histograms: Partial<Record<CanonicalHistogram, Histogram>> = {};
  for (const word of keysOf(measures.histograms)) {
    const histogram = measures.histograms[word];
    if (histogram) histograms[word] = { ...histogram, upper: moved(histogram.upper), count: moved(histogram.count) };
  }
  const roles = measures.perRole?.map((role) => withArrays(role, moved));
  return { ...measures, histograms, ...(roles ? { perRole: roles } : {}) };
}
