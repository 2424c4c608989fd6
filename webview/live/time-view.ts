/** What part of the history is looked at. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The least that is drawn of a history shorter than its window. */
const youngestSeconds = 60;
const leastZoomSeconds = 2;

/** The window people chose, what they zoomed to, and whether the picture stands still. Times in unix seconds. */
export class TimeView {
  windowSeconds = 300;
  private zoomed: TimeRange | null = null;
  private pausedAt: number | null = null;

  get zoom(): TimeRange | null {
    return this.zoomed;
  }

  get isPaused(): boolean {
    return this.pausedAt !== null;
  }

  /** How far a paused picture is behind; null while it follows. */
  behind(last: number): number | null {
    return this.pausedAt === null ? null : Math.max(0, last - this.pausedAt);
  }

  /** Whether what is shown ends before the present. */
  isPast(last: number): boolean {
    return this.pausedAt !== null || (this.zoomed !== null && this.zoomed.to < last - 1);
  }

  pause(at: number | null): void {
    this.pausedAt = at;
  }

  /** Shows the last so many seconds; Infinity = all. */
  choose(seconds: number): void {
    this.windowSeconds = seconds;
    this.zoomed = null;
  }

  zoomTo(range: TimeRange | null): void {
    this.zoomed = range && { from: range.from, to: Math.max(range.to, range.from + leastZoomSeconds) };
  }

  /** Nearer or farther around a time, within the history. */
  zoomBy(factor: number, at: number, first: number, last: number): void {
    const { from, to } = this.range(first, last);
    const seconds = Math.min(Math.max(leastZoomSeconds, (to - from) * factor), Math.max(leastZoomSeconds, last - first));
    const share = (at - from) / (to - from);
    this.place(at - share * seconds, seconds, first, last);
  }

  panBy(seconds: number, first: number, last: number): void {
    const { from, to } = this.range(first, last);
    this.place(from + seconds, to - from, first, last);
  }

  /** What is shown of a history from `first` to `last`. */
  range(first: number, last: number): TimeRange {
    if (this.zoomed) return this.zoomed;
    const end = this.pausedAt ?? last;
    const all = Math.max(end - first, 10);
    // A young history is not squeezed into a corner of its window.
    const seconds = Number.isFinite(this.windowSeconds) ? Math.min(this.windowSeconds, Math.max(all, youngestSeconds)) : all;
    return { from: end - seconds, to: end };
  }

  private place(from: number, seconds: number, first: number, last: number): void {
    const start = Math.max(first, Math.min(from, last - seconds));
    this.zoomed = { from: start, to: start + seconds };
  }
}
