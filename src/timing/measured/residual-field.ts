/** Neighbours that speak for a point. */
const neighbours = 6;
/** Squared distance at which a neighbour's weight no longer grows: measured twice, a kernel differs by a few percent. */
const softening = 0.02;

/** What a field says at a point. */
export interface Reading {
  /** Measured over modelled time. */
  readonly ratio: number;
  /** Distance to the nearest measured point, in the units of the coordinates (natural logarithms). */
  readonly distance: number;
}

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

  at(point: readonly number[]): Reading {
    const found = this.gather(point);
    let weights = 0;
    let sum = 0;
    for (let i = 0; i < found; i++) {
      const distance = (this.nearest[i] as number) + softening;
      const weight = 1 / (distance * Math.sqrt(distance));
      weights += weight;
      sum += weight * (this.ratios[i] as number);
    }
    return { ratio: weights > 0 ? Math.exp(sum / weights) : 1, distance: found > 0 ? Math.sqrt(this.nearest[0] as number) : Number.POSITIVE_INFINITY };
  }

  /** Fills the nearest points, nearest first; how many there are. */
  private gather(point: readonly number[]): number {
    const { dimensions, coordinates, nearest, ratios } = this;
    let found = 0;
    for (let index = 0, at = 0; index < this.size; index++, at += dimensions) {
      const limit = found < neighbours ? Number.POSITIVE_INFINITY : (nearest[neighbours - 1] as number);
      let squared = 0;
      for (let axis = 0; axis < dimensions && squared < limit; axis++) {
        const step = (coordinates[at + axis] as number) - (point[axis] as number);
        squared += step * step;
      }
      if (squared >= limit) continue;
      let place = found < neighbours ? found++ : neighbours - 1;
      while (place > 0 && (nearest[place - 1] as number) > squared) {
        nearest[place] = nearest[place - 1] as number;
        ratios[place] = ratios[place - 1] as number;
        place--;
      }
      nearest[place] = squared;
      ratios[place] = this.logRatios[index] as number;
    }
    return found;
  }
}
