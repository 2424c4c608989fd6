/** Neighbours that speak for a point. */
const neighbours = 6;
/** Squared distance at which a neighbour's weight no longer grows: measured twice, a kernel differs by a few percent. */
const softening = 0.02;

/** The ratio by one coordinate or two, the others held. */
export type Ratio = (first: number, second: number) => number;

/** Points as a line or plane through the field meets them, in order of the first coordinate. */
interface Met {
  /** Squared distances in the coordinates that are held. */
  readonly rest: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array | undefined;
  readonly logRatios: Float64Array;
}

/**
 * How far measured times lie from a roofline, as a field over the logarithms of an operator's sizes: at a point the nearest measured
 * ratios, weighted by the inverse cube of their distance. Interpolating ratios instead of times keeps the roofline's slopes between and
 * beyond the points; a mean of ratios lies between them, so nothing runs away.
 */
export class ResidualField {
  private readonly size: number;
  /** One for each coordinate, in order of the first. */
  private readonly columns: readonly Float64Array[];
  private readonly logRatios: Float64Array;
  // Reused by every reading: nothing is allocated per kernel priced.
  private readonly nearest = new Float64Array(neighbours);
  private readonly ratios = new Float64Array(neighbours);

  /** `coordinates` holds `dimensions` numbers a point, `logRatios` one. */
  constructor(dimensions: number, coordinates: Float64Array, logRatios: Float64Array) {
    this.size = logRatios.length;
    const first = (index: number): number => coordinates[index * dimensions] as number;
    const order = Array.from({ length: this.size }, (_, index) => index).sort((a, b) => first(a) - first(b));
    this.columns = Array.from({ length: dimensions }, () => new Float64Array(this.size));
    this.logRatios = new Float64Array(this.size);
    for (let place = 0; place < order.length; place++) {
      const index = order[place] as number;
      for (let axis = 0; axis < dimensions; axis++) this.column(axis)[place] = coordinates[index * dimensions + axis] as number;
      this.logRatios[place] = logRatios[index] as number;
    }
  }

  /** Measured over modelled time at points that differ from `point` in the first coordinate alone, or in the first two. */
  along(point: readonly number[], moving: 1 | 2): Ratio {
    const rest = this.restOf(point, moving);
    if (moving === 2) {
      const met = { rest, first: this.column(0), second: this.column(1), logRatios: this.logRatios };
      return (first, second) => this.mean(met, first, second);
    }
    const met = this.thinned(rest);
    return (first) => this.mean(met, first, 0);
  }

  private restOf(point: readonly number[], from: number): Float64Array {
    const rest = new Float64Array(this.size);
    for (let axis = from; axis < this.columns.length; axis++) {
      const column = this.column(axis);
      const held = point[axis] as number;
      for (let index = 0; index < rest.length; index++) {
        const step = (column[index] as number) - held;
        rest[index] = (rest[index] as number) + step * step;
      }
    }
    return rest;
  }

  private column(axis: number): Float64Array {
    return this.columns[axis] as Float64Array;
  }

  /** Of points with the same first coordinate only the nearest in the others can ever be among the neighbours. */
  private thinned(rest: Float64Array): Met {
    const { logRatios } = this;
    const first = this.column(0);
    const byFirst = new Map<number, number[]>();
    for (let index = 0; index < this.size; index++) {
      const place = first[index] as number;
      const best = byFirst.get(place);
      if (!best) {
        byFirst.set(place, [index]);
        continue;
      }
      const apart = rest[index] as number;
      if (best.length === neighbours && apart >= (rest[best[neighbours - 1] as number] as number)) continue;
      if (best.length === neighbours) best.pop();
      let at = best.length;
      while (at > 0 && (rest[best[at - 1] as number] as number) > apart) at--;
      best.splice(at, 0, index);
    }
    const kept = [...byFirst.values()].flat();
    return {
      rest: Float64Array.from(kept, (index) => rest[index] as number),
      first: Float64Array.from(kept, (index) => first[index] as number),
      second: undefined,
      logRatios: Float64Array.from(kept, (index) => logRatios[index] as number),
    };
  }

  private mean(met: Met, first: number, second: number): number {
    const found = this.gather(met, first, second);
    let weights = 0;
    let sum = 0;
    for (let i = 0; i < found; i++) {
      const distance = (this.nearest[i] as number) + softening;
      const weight = 1 / (distance * Math.sqrt(distance));
      weights += weight;
      sum += weight * (this.ratios[i] as number);
    }
    return weights > 0 ? Math.exp(sum / weights) : 1;
  }

  /** Fills the nearest points, nearest first, from where they are nearest in the first coordinate outwards; how many there are. */
  private gather(met: Met, first: number, second: number): number {
    const { first: column } = met;
    let right = above(column, first);
    let left = right - 1;
    let found = 0;
    while (left >= 0 || right < column.length) {
      const toLeft = left >= 0 ? first - (column[left] as number) : Number.POSITIVE_INFINITY;
      const toRight = right < column.length ? (column[right] as number) - first : Number.POSITIVE_INFINITY;
      const step = Math.min(toLeft, toRight);
      if (found === neighbours && step * step >= (this.nearest[neighbours - 1] as number)) break;
      const index = toLeft <= toRight ? left-- : right++;
      const side = met.second ? (met.second[index] as number) - second : 0;
      found = this.insert((met.rest[index] as number) + step * step + side * side, met.logRatios[index] as number, found);
    }
    return found;
  }

  private insert(squared: number, logRatio: number, found: number): number {
    const { nearest, ratios } = this;
    if (found === neighbours && squared >= (nearest[neighbours - 1] as number)) return found;
    let place = found < neighbours ? found : neighbours - 1;
    while (place > 0 && (nearest[place - 1] as number) > squared) {
      nearest[place] = nearest[place - 1] as number;
      ratios[place] = ratios[place - 1] as number;
      place--;
    }
    nearest[place] = squared;
    ratios[place] = logRatio;
    return Math.min(neighbours, found + 1);
  }
}

/** First place in the rising `column` that is not below `value`. */
function above(column: Float64Array, value: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((column[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
