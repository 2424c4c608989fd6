import type { Message } from "../../deployment/message.ts";
import type { RecordingHeader } from "../recording/recording-header.ts";
import { RecordingReader } from "../recording/recording-reader.ts";
import type { Look } from "../source.ts";
import { RecordedFleet } from "./recorded-fleet.ts";

/** A line of a file, or why it could not be read. */
export type NumberedLine =
  | { readonly number: number; readonly text: string; readonly problem?: undefined }
  | { readonly number: number; readonly problem: Message };

export interface LookPorts {
  /** Begins to read the file anew. */
  readonly open: () => AsyncGenerator<NumberedLine>;
  /** Which of a file of several servers: one by its name, or all of them as one fleet. Absent = the first. */
  readonly server?: string | { readonly all: (words: Message) => string };
  /** Of the first server that is played. */
  readonly onHeader?: (header: RecordingHeader) => void;
  /** Of the others, where all are played. */
  readonly onOtherHeader?: (header: RecordingHeader) => void;
  /** A line that was skipped. */
  readonly onProblem?: (line: number, problem: Message) => void;
  /** The file cannot be read any more: its looks end here. */
  readonly onFailure?: (error: unknown) => void;
  /** The file tells quantiles of single looks, no histograms: no window's percentiles can be made. Once. */
  readonly onQuantilesOnly?: () => void;
  /** The file holds looks at further servers, which are not played. Once for each. */
  readonly onOther?: (server: string) => void;
}

interface Told {
  readonly server: string;
  readonly look: Look;
}

/** Servers that write into one file do so in turn: when one has written so often, all of them have. */
const turnsBeforeKnown = 3;

/** The looks that a recording holds, from its beginning on: those of one server, or of all as a fleet. */
export class RecordedLooks {
  private lines: AsyncGenerator<NumberedLine> | undefined;
  private reader = new RecordingReader();
  /** Read to learn who is in it, and not given yet. */
  private ahead: Told[] = [];
  private first: string | undefined;
  private readonly others = new Set<string>();
  private isFleet: boolean | undefined;
  private fleet: RecordedFleet | undefined;
  private saidQuantiles = false;
  /** Its looks are counters since a server's start. */
  private counts = false;

  constructor(private readonly ports: LookPorts) {
    if (typeof ports.server === "string") this.first = ports.server;
  }

  /** undefined = the end. Before `coarseBefore` one look in sixty is enough, where what came in between can be told from the next. */
  async next(coarseBefore = Number.NEGATIVE_INFINITY): Promise<Look | undefined> {
    const { server } = this.ports;
    if (typeof server !== "object") return (await this.told(coarseBefore))?.look;
    this.isFleet ??= await this.holdsSeveral();
    if (!this.isFleet) return (await this.told(coarseBefore))?.look;
    this.fleet ??= new RecordedFleet(server.all);
    for (;;) {
      const told = await this.told(coarseBefore);
      if (!told) return this.fleet.rest();
      const look = this.fleet.take(told.server, told.look);
      if (look) return look;
    }
  }

  /** To the beginning; nothing more is read of where it was. */
  async rewind(): Promise<void> {
    const { lines } = this;
    this.lines = undefined;
    this.reader = new RecordingReader();
    this.ahead = [];
    this.fleet = undefined;
    await lines?.return(undefined);
  }

  private async holdsSeveral(): Promise<boolean> {
    let turns = 0;
    const servers = new Set<string>();
    while (turns < turnsBeforeKnown) {
      const told = await this.told(Number.NEGATIVE_INFINITY, this.ahead.length);
      if (!told) break;
      this.ahead.push(told);
      servers.add(told.server);
      if (told.server === this.first) turns++;
    }
    return servers.size > 1;
  }

  /** The next look, after so many of those that were read ahead. */
  private async told(coarseBefore: number, skipped = 0): Promise<Told | undefined> {
    if (this.ahead.length > skipped) return this.ahead.shift();
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
      if (read.look) this.first ??= read.server;
      const isOther = this.first !== undefined && read.server !== this.first;
      if (isOther && typeof this.ports.server !== "object") {
        this.tellOther(read.server);
        continue;
      }
      if (read.header) (isOther ? this.ports.onOtherHeader : this.ports.onHeader)?.(read.header);
      if (read.quantilesOnly && !this.saidQuantiles) {
        this.saidQuantiles = true;
        this.ports.onQuantilesOnly?.();
      }
      if (read.look) {
        this.counts = read.look.kind === "scrape" || (read.look.kind === "none" && this.counts);
        return { server: read.server, look: played(read.look) };
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
