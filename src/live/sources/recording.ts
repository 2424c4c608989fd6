import type { Message } from "../../deployment/message.ts";
import type { RecordingHeader } from "../recording/recording-header.ts";
import { RecordingReader } from "../recording/recording-reader.ts";
import type { Ask, LiveSource, Look } from "../source.ts";

/** A line of a file, or why it could not be read. */
export type NumberedLine =
  | { readonly number: number; readonly text: string; readonly problem?: undefined }
  | { readonly number: number; readonly problem: Message };

export interface RecordingPorts {
  /** Begins to read the file anew. */
  readonly open: () => AsyncGenerator<NumberedLine>;
  /** At its end it is silent instead of having ended: somebody may jump back. */
  readonly waitsAtEnd?: true;
  /** Which one of a file of several servers; absent = the first. */
  readonly server?: string;
  readonly onHeader?: (header: RecordingHeader) => void;
  /** A line that was skipped. */
  readonly onProblem?: (line: number, problem: Message) => void;
  /** The file cannot be read any more: its looks end here. */
  readonly onFailure?: (error: unknown) => void;
  /** The file tells quantiles of single looks, no histograms: no window's percentiles can be made. Once. */
  readonly onQuantilesOnly?: () => void;
  /** The file holds looks at further servers, which are not played. Once for each. */
  readonly onOther?: (server: string) => void;
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
  private lines: AsyncGenerator<NumberedLine> | undefined;
  private reader = new RecordingReader();
  private server: string | undefined;
  private readonly others = new Set<string>();
  private saidQuantiles = false;
  /** Read, and not given yet: its time has not come. */
  private next: Look | undefined;
  private shown: number | undefined;
  private pace: { readonly time: number; readonly steady: number } | undefined;
  private ended = false;
  /** Its looks are counters since a server's start. */
  private counts = false;
  private turn: Promise<unknown> = Promise.resolve();
  private perSecond: number | null;

  /** `speed` times as fast as it was; null = as fast as it goes. */
  constructor(
    readonly name: string,
    private readonly ports: RecordingPorts,
    speed: number | null,
  ) {
    this.perSecond = speed;
    this.server = ports.server;
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
    this.next ??= await this.read();
    const look = this.next;
    const now = ask.now();
    if (!look) {
      this.ended = true;
      if (this.ports.waitsAtEnd) await ask.wait(endlessSeconds);
      const why = this.ports.waitsAtEnd ? "cancelled" : "ended";
      return { kind: "none", why, detail: "", time: this.shown ?? now.time, problems: [] };
    }
    const time = timeOf(look);
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
      if (timeOf(look) >= from) looks.push(look);
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
        this.next ??= await this.read(coarseBefore);
        if (!this.next || (given > 0 && timeOf(this.next) > time)) break;
        this.shown = timeOf(this.next);
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
    const { lines } = this;
    this.lines = undefined;
    this.reader = new RecordingReader();
    this.next = undefined;
    this.shown = undefined;
    this.ended = false;
    this.pace = undefined;
    await lines?.return(undefined);
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

  /** Before `coarseBefore` one look in sixty is enough, where what came in between can be told from the next. */
  private async read(coarseBefore = Number.NEGATIVE_INFINITY): Promise<Look | undefined> {
    this.lines ??= this.ports.open();
    for (;;) {
      const line = await this.nextLine(this.lines);
      if (!line) return undefined;
      if (this.counts && isDifference(line, coarseBefore)) continue;
      const read = line.problem ? { problem: line.problem } : this.reader.read(line.text);
      if (!read) continue;
      if ("problem" in read) {
        this.ports.onProblem?.(line.number, read.problem);
        continue;
      }
      if (read.look) this.server ??= read.server;
      if (this.server !== undefined && read.server !== this.server) {
        this.tellOther(read.server);
        continue;
      }
      if (read.header) this.ports.onHeader?.(read.header);
      if (read.quantilesOnly && !this.saidQuantiles) {
        this.saidQuantiles = true;
        this.ports.onQuantilesOnly?.();
      }
      if (read.look) {
        this.counts = read.look.kind === "scrape" || (read.look.kind === "none" && this.counts);
        return played(read.look);
      }
    }
  }

  private async nextLine(lines: AsyncGenerator<NumberedLine>): Promise<NumberedLine | undefined> {
    try {
      const { value, done } = await lines.next();
      return done ? undefined : value;
    } catch (error) {
      this.ports.onFailure?.(error);
      return undefined;
    }
  }

  private tellOther(server: string): void {
    if (this.others.has(server)) return;
    this.others.add(server);
    this.ports.onOther?.(server);
  }
}

/** A line that says what differs from another, of a time before this. */
function isDifference(line: NumberedLine, before: number): boolean {
  if (before === Number.NEGATIVE_INFINITY || line.problem || !line.text.includes('"of":')) return false;
  const time = /"time":(\d+(?:\.\d+)?)/.exec(line.text)?.[1];
  return time !== undefined && Number(time) < before;
}

/** A server that asked for a key, or gave another page, did not answer: nothing that a person does here changes that. */
function played(look: Look): Look {
  return look.kind === "none" ? { ...look, why: "lost" } : look;
}

function timeOf(look: Look): number {
  if (look.kind === "none") return look.time;
  return (look.kind === "scrape" ? look.snapshot : look.grown).time;
}
