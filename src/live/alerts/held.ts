/** A condition that counts once it has held for a while, and is over once it has been gone for a while: one occurrence, one alert. */
export class Held {
  private changedAt: number | undefined;
  private raised = false;

  constructor(
    private readonly raiseAfterSeconds: number,
    private readonly clearAfterSeconds: number,
  ) {}

  get isRaised(): boolean {
    return this.raised;
  }

  /** Takes in whether it holds at `time`; undefined = cannot be told, which changes nothing. */
  take(holds: boolean | undefined, time: number): "raised" | "cleared" | undefined {
    if (holds === undefined) return undefined;
    if (holds === this.raised) {
      this.changedAt = undefined;
      return undefined;
    }
    this.changedAt ??= time;
    if (time - this.changedAt < (holds ? this.raiseAfterSeconds : this.clearAfterSeconds)) return undefined;
    this.changedAt = undefined;
    this.raised = holds;
    return holds ? "raised" : "cleared";
  }
}
