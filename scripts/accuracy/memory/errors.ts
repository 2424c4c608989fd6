import type { JudgedStart } from "./judged-start.ts";
import { statesWhatDecides, type Term } from "./observed-start.ts";

/** Half of the last digit that is logged, GiB. */
const roundingGiB = 0.005;

/** How far a prediction is above what was logged, as a share of it; undefined where one of both is missing. */
export function relativeError({ start, answer }: JudgedStart, term: Term): number | undefined {
  const logged = start.logged[term];
  return answer === undefined || logged === undefined || logged <= 0 ? undefined : answer.predicted[term] / logged - 1;
}

export function differenceGiB({ start, answer }: JudgedStart, term: Term): number | undefined {
  const logged = start.logged[term];
  return answer === undefined || logged === undefined ? undefined : answer.predicted[term] - logged;
}

/** Sizes of errors in percent, of the starts that have one. */
export function percentErrors(judged: readonly JudgedStart[], term: Term): readonly number[] {
  return judged.flatMap((one) => {
    const error = relativeError(one, term);
    return error === undefined ? [] : [100 * Math.abs(error)];
  });
}

export function isHybrid({ given }: JudgedStart): boolean {
  return given?.isHybrid ?? false;
}

export function isStated({ start }: JudgedStart): boolean {
  return statesWhatDecides(start);
}

/** Errors of what follows from the logged bytes, beyond what their rounding explains. */
export function givenErrors({ start, given }: JudgedStart): {
  readonly tokens: number | undefined;
  readonly concurrency: number | undefined;
} {
  const rounding = roundingGiB / (start.logged.kv ?? Number.POSITIVE_INFINITY);
  const beyond = (predicted: number | undefined, logged: number | undefined, digits: number): number | undefined =>
    predicted === undefined || !Number.isFinite(predicted) || logged === undefined
      ? undefined
      : Math.max(0, Math.abs(predicted / logged - 1) - rounding - digits / logged);
  return {
    tokens: beyond(given?.tokens, start.kvTokens, 0),
    concurrency: beyond(given?.concurrency, start.concurrency, roundingGiB),
  };
}
