/** Something measured with what somebody predicts of it; undefined where they do not answer. */
export interface Judged {
  readonly measured: number;
  readonly predicted: number | undefined;
}

/** Predicted above measured, in percent, of the answered ones that were measured. */
export function percentOff(judged: readonly Judged[]): readonly number[] {
  return judged.flatMap(({ measured, predicted }) =>
    predicted === undefined || !(measured > 0) ? [] : [100 * (predicted / measured - 1)],
  );
}

/** Its size alone. */
export function percentErrors(judged: readonly Judged[]): readonly number[] {
  return percentOff(judged).map(Math.abs);
}
