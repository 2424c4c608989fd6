/** How far a counter went from one value to the next; one that went down began anew at 0. */
export function increase(before: number, after: number): number {
  return after < before ? after : after - before;
}

/** Total way of a counter through its values in order of time, resets taken into account. */
export function totalIncrease(values: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < values.length; i++) sum += increase(values[i - 1] ?? 0, values[i] ?? 0);
  return sum;
}

/** Per second over the span of the samples, without extrapolation beyond them; NaN with less than two samples or no time between. */
export function rate(samples: readonly { readonly time: number; readonly value: number }[]): number {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.time <= first.time) return Number.NaN;
  return totalIncrease(samples.map((sample) => sample.value)) / (last.time - first.time);
}
