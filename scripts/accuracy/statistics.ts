/** Nearest-rank quantile: always a value that occurred; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Percent of the values for which it holds; NaN of nothing. */
export function percentWhere<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return (100 * values.filter(holds).length) / values.length;
}

/** Items by a key, in the order in which keys first occur. */
export function groupedBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** Spearman's: correlation of the ranks, ties at their mean rank; NaN of fewer than two. */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): number {
  const [left, right] = [ranks(pairs.map(([a]) => a)), ranks(pairs.map(([, b]) => b))];
  const middle = (pairs.length + 1) / 2;
  let [both, a, b] = [0, 0, 0];
  left.forEach((rank, i) => {
    const [x, y] = [rank - middle, (right[i] ?? middle) - middle];
    both += x * y;
    a += x * x;
    b += y * y;
  });
  return both / Math.sqrt(a * b);
}

function ranks(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const first = new Map<number, number>();
  const count = new Map<number, number>();
  sorted.forEach((value, i) => {
    if (!first.has(value)) first.set(value, i + 1);
    count.set(value, (count.get(value) ?? 0) + 1);
  });
  return values.map((value) => (first.get(value) ?? 0) + ((count.get(value) ?? 1) - 1) / 2);
}
