/** Neighbours that speak for a point. */
const neighbours = 6;
/** Squared distance at which a neighbour's weight no longer grows: measured twice, a kernel differs by a few percent. */
const softening = 0.02;

/** The ratio along one axis, the other coordinates held. */
export type Ratio = (coordinate: number) => number;

/**
 * How far measured times lie from a roofline, as a field over the logarithms of an operator's sizes: at a point the nearest measured
 * ratios, weighted by the inverse cube of their distance. Interpolating ratios instead of times keeps the roofline's slopes between and
 * beyond the points; a mean of ratios lies between them, so nothing runs away.
 */
export class ResidualField {
  private readonly size: number;
  // Reused by every reading: nothing is allocated per kernel priced.
  private readonly nearest = new Float64Array(neighbours);
  private readonly ratios = new Float64Array(neighbours);

  /** `coordinates` holds `dimensions` numbers a point, `logRatios` one. */
  constructor(
    private readonly dimensions: number,
    private readonly coordinates: Float64Array,
    private readonly logRatios: Float64Array,
  ) {
    this.size = logRatios.length;
  }

  /** Measured over modelled time at points that differ from `point` in one coordinate alone. */
  along(point: readonly number[], axis: number): Ratio {
    const { size, dimensions, coordinates } = this;
    const rest = new Float64Array(size);
    const column = new Float64Array(size);
    for (let index = 0; index < size; index++) {
      let squared = 0;
      for (let other = 0; other < dimensions; other++) {
        if (other === axis) continue;
        const step = (coordinates[index * dimensions + other] as number) - (point[other] as number);
        squared += step * step;
      }
      rest[index] = squared;
      column[index] = coordinates[index * dimensions + axis] as number;
    }
    return (coordinate) => this.mean(rest, column, coordinate);
  }

  private mean(rest: Float64Array, column: Float64Array, coordinate: number): number {
    const found = this.gather(rest, column, coordinate);
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

  /** Fills the nearest points, nearest first; how many there are. */
  private gather(rest: Float64Array, column: Float64Array, coordinate: number): number {
    const { size, nearest, ratios, logRatios } = this;
    let found = 0;
    let limit = Number.POSITIVE_INFINITY;
    for (let index = 0; index < size; index++) {
      const apart = rest[index] as number;
      if (apart >= limit) continue;
      const step = (column[index] as number) - coordinate;
      const squared = apart + step * step;
      if (squared >= limit) continue;
      let place = found < neighbours ? found++ : neighbours - 1;
      while (place > 0 && (nearest[place - 1] as number) > squared) {
        nearest[place] = nearest[place - 1] as number;
        ratios[place] = ratios[place - 1] as number;
        place--;
      }
      nearest[place] = squared;
      ratios[place] = logRatios[index] as number;
      if (found === neighbours) limit = nearest[neighbours - 1] as number;
    }
    return found;
  }
}
