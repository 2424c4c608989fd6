/**
 * How far logarithms are apart in squares of what they may differ by: by chance, which moves several of them together, and by what no model is
 * better than.
 */
export class Yardstick {
  private readonly rows: readonly (readonly number[])[];

  /**
   * `deviations`: what no model is better than. `groups`: draws of the same load, each group around a mean of its own; `draws` times their
   * variance is what chance makes.
   */
  constructor(deviations: readonly number[], groups: readonly (readonly (readonly number[])[])[], draws: number) {
    const covariance = deviations.map((deviation, i) =>
      deviations.map((_, j) => (i === j ? deviation ** 2 : 0) + draws * pooled(groups, i, j)),
    );
    this.rows = lowerRoot(covariance);
  }

  /** Differences in units that are independent of each other and each about one by chance. */
  whitened(difference: readonly number[]): readonly number[] {
    const solved: number[] = [];
    for (const [i, row] of this.rows.entries()) {
      let left = difference[i] ?? 0;
      for (let j = 0; j < i; j++) left -= (row[j] ?? 0) * (solved[j] ?? 0);
      solved.push(left / (row[i] ?? 1));
    }
    return solved;
  }

  misfit(difference: readonly number[]): number {
    return squares(this.whitened(difference));
  }
}

export function squares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/** Few draws tell what moves together badly: what is off the diagonal counts by so much. */
const shrunk = 0.9;

function pooled(groups: readonly (readonly (readonly number[])[])[], i: number, j: number): number {
  let sum = 0;
  let freedom = 0;
  for (const group of groups) {
    const mean = (at: number): number => group.reduce((total, row) => total + (row[at] ?? 0), 0) / group.length;
    const [left, right] = [mean(i), mean(j)];
    for (const row of group) sum += ((row[i] ?? 0) - left) * ((row[j] ?? 0) - right);
    freedom += group.length - 1;
  }
  return freedom > 0 ? (sum / freedom) * (i === j ? 1 : shrunk) : 0;
}

/** Cholesky's lower triangle of a positive definite matrix. */
function lowerRoot(matrix: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const lower: number[][] = [];
  for (const [i, row] of matrix.entries()) {
    const made: number[] = [];
    for (let j = 0; j <= i; j++) {
      let left = row[j] ?? 0;
      for (let k = 0; k < j; k++) left -= (made[k] ?? 0) * (j === i ? (made[k] ?? 0) : (lower[j]?.[k] ?? 0));
      made.push(j === i ? Math.sqrt(Math.max(1e-12, left)) : left / (lower[j]?.[j] ?? 1));
    }
    lower.push(made);
  }
  return lower;
}
