/** One figure beside its bar. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: "ms" | "CPU ms" | "CPU s" | "s";
  /** In the same unit; null = told, not judged. */
  readonly bar: number | null;
  readonly note?: string;
}

/** CPU milliseconds of user and system together. */
export function cpuMs(body: () => void): number {
  const begin = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

export function wallMs(body: () => void): number {
  const begin = performance.now();
  body();
  return performance.now() - begin;
}

/** Median of an odd number of runs, so that one disturbed run decides nothing. */
export function median(runs: number, one: () => number): number {
  const values = Array.from({ length: runs }, one).sort((a, b) => a - b);
  return values[values.length >> 1] ?? Number.NaN;
}

/** How many times its bar the worst figure takes. */
export function worst(rows: readonly Measured[]): number {
  return Math.max(0, ...rows.map(({ value, bar }) => (bar === null ? 0 : value / bar)));
}

export function table(rows: readonly Measured[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map(({ name, value, unit, bar, note }) => {
      const shown = `${Number(value.toPrecision(3))} ${unit}`.padStart(14);
      const judged = bar === null ? "" : `bar ${bar} ${unit}, ${(value / bar).toFixed(2)} ×${value > bar ? "  MISSED" : ""}`;
      return `${name.padEnd(width)} ${shown}   ${[judged, note].filter(Boolean).join("   ")}`.trimEnd();
    })
    .join("\n");
}
