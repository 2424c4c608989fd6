/** Residuals for parameters; asked a few times for each. */
export type Residuals = (parameters: readonly number[]) => Promise<readonly number[]>;

export interface Fit {
  readonly parameters: readonly number[];
  readonly residuals: readonly number[];
  /** Sum of their squares. */
  readonly cost: number;
}

const mostSteps = 5;
/** Runs are of whole steps and requests: a smaller change would be lost in their grain. */
const slopeStep = 0.05;
const damping = 1e-3;
const worthwhile = 1e-5;

/** Least squares over one or two parameters by damped Gauss–Newton steps; each stays within ± `most` of zero. */
export async function leastSquares(residuals: Residuals, start: readonly number[], most: number): Promise<Fit> {
  let best = fitAt(start, await residuals(start));
  for (let step = 0; step < mostSteps; step++) {
    const slopes: (readonly number[])[] = [];
    for (const index of best.parameters.keys()) {
      const moved = await residuals(best.parameters.map((value, i) => (i === index ? value + slopeStep : value)));
      slopes.push(moved.map((value, i) => (value - (best.residuals[i] ?? 0)) / slopeStep));
    }
    const change = solved(slopes, best.residuals);
    const next = await shorter(residuals, best, change, most);
    if (!next) break;
    const gained = best.cost - next.cost;
    best = next;
    if (gained < worthwhile) break;
  }
  return best;
}

function fitAt(parameters: readonly number[], residuals: readonly number[]): Fit {
  return { parameters, residuals, cost: residuals.reduce((sum, value) => sum + value * value, 0) };
}

/** The whole step, or a part of it that gains; undefined where none does. */
async function shorter(residuals: Residuals, from: Fit, change: readonly number[], most: number): Promise<Fit | undefined> {
  for (const share of [1, 0.4]) {
    const parameters = from.parameters.map((value, i) => Math.min(most, Math.max(-most, value + share * (change[i] ?? 0))));
    const next = fitAt(parameters, await residuals(parameters));
    if (next.cost < from.cost) return next;
  }
  return undefined;
}

/** The step that would bring linear residuals to their least: (JᵀJ + λ) Δ = −Jᵀr, for one or two columns. */
function solved(slopes: readonly (readonly number[])[], residuals: readonly number[]): readonly number[] {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  const [first = [], second] = slopes;
  const [a, p] = [dot(first, first) + damping, -dot(first, residuals)];
  if (!second) return [p / a];
  const [b, c, q] = [dot(first, second), dot(second, second) + damping, -dot(second, residuals)];
  const determinant = a * c - b * b;
  return [(c * p - b * q) / determinant, (a * q - b * p) / determinant];
}
