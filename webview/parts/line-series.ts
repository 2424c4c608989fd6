/** Colours of several lines in one plot, this run's first: pink is for events. */
const series = [1, 2, 3, 5] as const;

/** The best change of the advice, which is told from runs laid beside this one. */
export const adviceSeries = 6;

/** Series number of the nth line; the last one for all beyond four, which no plot should have. */
export function lineSeries(index: number): number {
  return series[Math.min(index, series.length - 1)] ?? 1;
}
