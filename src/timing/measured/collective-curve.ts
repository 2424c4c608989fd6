/** One exchange of so many bytes, as measured. */
export interface MeasuredExchange {
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Seconds of one exchange among a fixed number of ranks by its bytes: straight lines between the logarithms of what was measured, the
 * smallest's time below it, the largest's rate beyond it.
 */
export class CollectiveCurve {
  private readonly logBytes: Float64Array;
  private readonly logSeconds: Float64Array;

  constructor(measured: readonly MeasuredExchange[]) {
    const points = [...measured].sort((a, b) => a.bytes - b.bytes);
    this.logBytes = Float64Array.from(points, ({ bytes }) => Math.log(bytes));
    this.logSeconds = Float64Array.from(points, ({ seconds }) => Math.log(seconds));
    // A larger message that took less time shows what a smaller one needs at most: a hiccup of one measurement goes.
    for (let index = points.length - 2; index >= 0; index--) {
      this.logSeconds[index] = Math.min(this.logSeconds[index] as number, this.logSeconds[index + 1] as number);
    }
  }

  at(bytes: number): number {
    const { logBytes, logSeconds } = this;
    const last = logBytes.length - 1;
    const wanted = Math.log(Math.max(1, bytes));
    if (wanted >= (logBytes[last] as number)) return Math.exp((logSeconds[last] as number) + wanted - (logBytes[last] as number));
    let above = 0;
    while ((logBytes[above] as number) < wanted) above++;
    if (above === 0) return Math.exp(logSeconds[0] as number);
    const from = logBytes[above - 1] as number;
    const start = logSeconds[above - 1] as number;
    const share = (wanted - from) / ((logBytes[above] as number) - from);
    return Math.exp(start + share * ((logSeconds[above] as number) - start));
  }
}
