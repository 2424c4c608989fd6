/** Where 8 values in 10 lie, of one whose band is this wide: as far above as below by ratio, so that a wide one stays above nothing. */
export function bandRange(value: number, band: number): readonly [low: number, high: number] {
  return [value / (1 + band), value * (1 + band)];
}
