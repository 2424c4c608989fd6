import { type Ask, type LiveSource, type Look, lookTime } from "../source.ts";
import { type LookPorts, RecordedLooks } from "./recorded-looks.ts";

export interface RecordingPorts extends LookPorts {
  /** At its end it is silent instead of having ended: somebody may jump back. */
  readonly waitsAtEnd?: true;
}

/** So far back a series keeps every look; of what was before, one in ten seconds and less. */
const fineSeconds = 3600;
/** As much as a series keeps. */
const mostHistory = 5000;
/** A timer may fire a little before its time. */
const wokenEarlySeconds = 0.01;
/** Timers go no further. */
const endlessSeconds = 1_000_000;
/** A stretch in which nothing was written down is not sat through. */
const longestWaitSeconds = 5;

/** A recording as a source: its looks come in the time between them divided by the speed. */
export class RecordedSource implements LiveSource {
  readonly kind = "recording";
  readonly keepsPace = true;
  readonly identityAt: readonly string[] = [];
  private readonly looks: RecordedLooks;
  /** Read, and not given yet: its time has not come. */
  private next: Look | undefined;
  private shown: number | undefined;
  private pace: { readonly time: number; readonly steady: number } | undefined;
  private ended = false;
  private turn: Promise<unknown> = Promise.resolve();
  private perSecond: number | null;

  /** `speed` times as fast as it was; null = as fast as it goes. */
  constructor(
    readonly name: string,
    private readonly ports: RecordingPorts,
    speed: number | null,
  ) {
    this.perSecond = speed;
    this.looks = new RecordedLooks(ports);
  }

  get speed(): number | null {
    return this.perSecond;
  }

  set speed(speed: number | null) {
    this.perSecond = speed;
    this.pace = undefined;
  }

  /** All was given. */
  get isAtEnd(): boolean {
    return this.ended;
  }

  /** Unix seconds of the look that was given last. */
  get at(): number | undefined {
    return this.shown;
  }

  async look(ask: Ask): Promise<Look> {
    return this.inTurn(() => this.lookNext(ask));
  }

  private async lookNext(ask: Ask): Promise<Look> {
    this.next ??= await this.looks.next();
    const look = this.next;
    const now = ask.now();
    if (!look) {
      this.ended = true;
      if (this.ports.waitsAtEnd) await ask.wait(endlessSeconds);
      const why = this.ports.waitsAtEnd ? "cancelled" : "ended";
      return { kind: "none", why, detail: "", time: this.shown ?? now.time, problems: [] };
    }
    const time = lookTime(look);
    const wait = this.waitSeconds(time, now.steady);
    if (wait > 0) {
      await ask.wait(wait);
      // Taken back while it waited, by pause or a jump: it is given when somebody asks again.
      if (ask.now().steady - now.steady < wait - wokenEarlySeconds) {
        this.pace = undefined;
        return { kind: "none", why: "cancelled", detail: "", time, problems: [] };
      }
    }
    this.next = undefined;
    this.shown = time;
    return look;
  }

  /** What lies before `to`, as far as a series keeps it; the next look is the one after it. */
  async history(_: Ask, from: number, to: number): Promise<readonly Look[]> {
    let looks: Look[] = [];
    const take = (look: Look): void => {
      if (lookTime(look) >= from) looks.push(look);
      if (looks.length > 2 * mostHistory) looks = looks.slice(-mostHistory);
    };
    await this.jump(to, { take, anew: () => undefined });
    return looks;
  }

  /** Gives the looks up to `time` at once; `anew` comes first where they begin with the file's, as `time` lies before the one shown. */
  jump(time: number, into: { readonly take: (look: Look) => void; readonly anew: () => void }): Promise<void> {
    return this.inTurn(async () => {
      if (this.shown === undefined || time < this.shown) {
        await this.rewind();
        into.anew();
      }
      const coarseBefore = time - fineSeconds;
      for (let given = 0; ; given++) {
        this.next ??= await this.looks.next(coarseBefore);
        if (!this.next || (given > 0 && lookTime(this.next) > time)) break;
        this.shown = lookTime(this.next);
        into.take(this.next);
        this.next = undefined;
      }
      this.ended = this.next === undefined;
      this.pace = undefined;
    });
  }

  /** A look that was taken back may still be under way when somebody jumps: it ends first. */
  private inTurn<Kind>(act: () => Promise<Kind>): Promise<Kind> {
    const turn = this.turn.then(act);
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  /** To the beginning; nothing more is read of where it was. */
  private async rewind(): Promise<void> {
    this.next = undefined;
    this.shown = undefined;
    this.ended = false;
    this.pace = undefined;
    await this.looks.rewind();
  }

  private waitSeconds(time: number, steady: number): number {
    const { perSecond, shown } = this;
    if (perSecond === null || shown === undefined) return 0;
    this.pace ??= { time: shown, steady };
    const due = this.pace.steady + (time - this.pace.time) / perSecond;
    if (due - steady <= longestWaitSeconds) return due - steady;
    this.pace = { time, steady: steady + longestWaitSeconds };
    return longestWaitSeconds;
  }
}
