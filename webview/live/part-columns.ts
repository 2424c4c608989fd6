import type { CanonicalPart, LivePoint } from "../../src/live/snapshot.ts";

/** A figure that comes apart by a label: levels as they are, or what a count grew by each second. */
export interface PartColumn {
  readonly id: string;
  readonly word: CanonicalPart;
  readonly kind: "level" | "growth";
}

/** Names come from the page: a ring makes room for so many, what comes later is left out. */
const mostNames = 12;

/** Columns of parts, one a name, made when a name is first seen. */
export class PartColumns {
  private readonly columns = new Map<string, Map<string, Float64Array>>();
  /** What each counted at the answer before. */
  private before: { readonly time: number; readonly parts: NonNullable<NonNullable<LivePoint["snapshot"]>["parts"]> } | null = null;

  constructor(
    private readonly specs: readonly PartColumn[],
    private readonly capacity: number,
  ) {}

  /** Names and columns of one figure. */
  of(id: string): ReadonlyMap<string, Float64Array> {
    return this.columns.get(id) ?? new Map();
  }

  clear(): void {
    this.columns.clear();
    this.before = null;
  }

  put(at: number, point: LivePoint | undefined): void {
    for (const columns of this.columns.values()) for (const column of columns.values()) column[at] = Number.NaN;
    const parts = point?.snapshot?.parts;
    if (!point || !parts) return;
    const isBreak = point.state === "restarted" || point.anew === true;
    for (const { id, word, kind } of this.specs) {
      for (const [name, value] of Object.entries(parts[word] ?? {})) {
        const column = this.column(id, name);
        if (column) column[at] = kind === "level" ? value : isBreak ? Number.NaN : this.growth(word, name, value, point.time);
      }
    }
    this.before = { time: point.time, parts };
  }

  /** The later of two samples stays, with the mean of both. */
  merge(from: number, into: number): void {
    this.each((column) => {
      const [a, b] = [column[from] ?? Number.NaN, column[into] ?? Number.NaN];
      column[into] = Number.isNaN(a) ? b : Number.isNaN(b) ? a : (a + b) / 2;
    });
  }

  move(from: number, to: number): void {
    this.each((column) => {
      column[to] = column[from] ?? Number.NaN;
    });
  }

  private each(act: (column: Float64Array) => void): void {
    for (const columns of this.columns.values()) for (const column of columns.values()) act(column);
  }

  private growth(word: CanonicalPart, name: string, value: number, time: number): number {
    const { before } = this;
    if (!before || time <= before.time) return Number.NaN;
    // A reason that was not there before counted nothing.
    const earlier = before.parts[word]?.[name] ?? (before.parts[word] ? 0 : Number.NaN);
    return Math.max(0, value - earlier) / (time - before.time);
  }

  private column(id: string, name: string): Float64Array | undefined {
    const columns = this.columns.get(id) ?? new Map<string, Float64Array>();
    this.columns.set(id, columns);
    const found = columns.get(name);
    if (found || columns.size >= mostNames) return found;
    const made = new Float64Array(this.capacity).fill(Number.NaN);
    columns.set(name, made);
    return made;
  }
}
