/** How full stores of one kind are together: those of a pool's engines, or the one that all pools share. */
export class Occupancy {
  /** How many they are. */
  stores = 0;
  /** Chunks that fit. */
  capacity = 0;
  /** Chunks in them now. */
  held = 0;
  peakHeld = 0;

  add(chunks: number): void {
    this.held += chunks;
    if (this.held > this.peakHeld) this.peakHeld = this.held;
  }

  /** Share that is taken, 0 … 1. */
  get usage(): number {
    return this.capacity > 0 ? this.held / this.capacity : 0;
  }

  get peakUsage(): number {
    return this.capacity > 0 ? this.peakHeld / this.capacity : 0;
  }

  /** Forgets how full they have been. */
  reset(): void {
    this.peakHeld = this.held;
  }
}
