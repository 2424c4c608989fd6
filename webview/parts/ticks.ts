/** Round numbers for the ends and ticks of scales. */

/** The next of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 × 10ⁿ at or above `value`; 1 for nothing. */
export function niceTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10])
    if (step * power >= value * 0.999999) return Number((step * power).toPrecision(12));
  return 10 * power;
}

const timeSteps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** Step between time ticks so that at most `most` of them stand in `seconds`. */
export function timeStep(seconds: number, most: number): number {
  for (const step of timeSteps) if (seconds / step <= most) return step;
  return Math.ceil(seconds / most / 86_400) * 86_400;
}

/** Multiples of a round step inside [from, to]. */
export function timeTicks(from: number, to: number, most: number): number[] {
  const step = timeStep(to - from, most);
  const ticks: number[] = [];
  for (let index = Math.ceil(from / step - 1e-9); index * step <= to + step * 1e-9; index++)
    ticks.push(Number((index * step).toPrecision(14)));
  return ticks;
}

/** 1, 2, 5 × 10ⁿ inside [from, to], thinned until at most `most` remain. */
export function logTicks(from: number, to: number, most: number): number[] {
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    for (const step of [1, 2, 5]) all.push(Number((step * 10 ** power).toPrecision(6)));
  }
  const inside = all.filter((tick) => tick >= from * 0.9999 && tick <= to * 1.0001);
  if (inside.length <= most) return inside;
  const tens = inside.filter((tick) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9);
  if (tens.length >= 2 && tens.length <= most) return tens;
  const every = Math.ceil(inside.length / most);
  return inside.filter((_, index) => index % every === 0);
}

/** Multiples of 1, 2 or 5 × 10ⁿ inside [from, to], at most `most` of them. */
export function linearTicks(from: number, to: number, most: number): number[] {
  const rough = (to - from) / Math.max(1, most);
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? 10 * power;
  const ticks: number[] = [];
  for (let index = Math.ceil(from / step - 1e-9); index * step <= to + step * 1e-9; index++)
    ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}

/** Pixels between the labels of two ticks. */
const labelGap = 8;

/** What is left of rising ticks of a logarithmic axis of `pixels` when labels that would touch the one before them are dropped. */
export function logTicksApart(
  ticks: readonly number[],
  { from, to, pixels }: { readonly from: number; readonly to: number; readonly pixels: number },
  widthOf: (tick: number) => number,
): number[] {
  const kept: number[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const tick of ticks) {
    const at = (Math.log(tick / from) / Math.log(to / from)) * pixels;
    const width = widthOf(tick);
    if (at - width / 2 < end + labelGap) continue;
    kept.push(tick);
    end = at + width / 2;
  }
  return kept;
}
