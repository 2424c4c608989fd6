/** Sizes ≤ `most` that divide every one of `amounts`, in rising order. Found in pairs: what a file writes may be any number. */
export function divisors(amounts: readonly number[], most: number): readonly number[] {
  const common = amounts.reduce(commonDivisor, 0);
  if (!Number.isSafeInteger(common)) return [];
  const sizes = new Set<number>();
  for (let size = 1; size * size <= common; size++) if (common % size === 0) sizes.add(size).add(common / size);
  return [...sizes].filter((size) => size <= most).sort((a, b) => a - b);
}

/** Euclid's; NaN for what is no whole number. */
function commonDivisor(a: number, b: number): number {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return Number.NaN;
  let [large, small] = [Math.abs(a), Math.abs(b)];
  while (small > 0) [large, small] = [small, large % small];
  return large;
}
