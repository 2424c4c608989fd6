/** Lanczos' approximation of the gamma function (g = 7, n = 9), good to 15 digits for what is above 0. */
const lanczos = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_1, -176.615_029_162_140_6,
  12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6, 1.505_632_735_149_311_6e-7,
] as const;

function logGamma(x: number): number {
  const z = x - 1;
  const t = z + 7.5;
  let series: number = lanczos[0];
  for (let i = 1; i < lanczos.length; i++) series += (lanczos[i] as number) / (z + i);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

/** Scale of a Weibull distribution of this shape whose mean is 1. */
export function unitScale(shape: number): number {
  return Math.exp(-logGamma(1 + 1 / shape));
}

/** Shape of the Weibull distribution with this coefficient of variation: the smaller, the more it varies. */
export function weibullShape(cv: number): number {
  let low = 0.1;
  let high = 1000;
  while (high / low > 1 + 1e-12) {
    const shape = Math.sqrt(low * high);
    if (variation(shape) > cv) low = shape;
    else high = shape;
  }
  return Math.sqrt(low * high);
}

function variation(shape: number): number {
  return Math.sqrt(Math.max(0, Math.exp(logGamma(1 + 2 / shape) - 2 * logGamma(1 + 1 / shape)) - 1));
}
