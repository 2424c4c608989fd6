import { basename } from "node:path";
import { type Message, message, plain } from "../deployment/message.ts";
import type { RecordingHeader } from "../live/recording/recording-header.ts";
import type { LiveSeries } from "../live/series/series.ts";
import { RecordedSource } from "../live/sources/recording.ts";
import { type Clock, systemClock } from "../platform/clock.ts";
import { recordingLines, recordingSpan } from "../platform/recording-lines.ts";
import type { ScrapeLoop } from "../platform/scrape-loop.ts";
import { reason } from "../platform/text-files.ts";
import type { ReplayView } from "../protocol/live-view.ts";

/** What a replay plays into. */
export interface ReplayStage {
  readonly loop: Pick<ScrapeLoop, "pause" | "resume">;
  readonly series: LiveSeries;
  readonly log: (text: string) => void;
  /** What a person should know before reading on. */
  readonly tell: (words: Message) => void;
  /** What plays changed: a header came, it stands elsewhere, or goes at another speed. */
  readonly changed: (what: "header" | "place" | "pace") => void;
}

export interface ReplayPlace {
  /** Unix seconds of the look that was shown; null at the end, and before the first. */
  readonly at: number | null;
  readonly speed: number | null;
  readonly playing: boolean;
}

/** A torn file can have a problem a line: a few tell what is wrong with it. */
const toldProblems = 20;

/** A recording that is played on a live page: at a speed, from wherever a person jumps to, to its end and no further. */
export class Replay {
  readonly source: RecordedSource;
  /** Says the time of the look that is shown. */
  readonly clock: Clock;
  private stage: ReplayStage | undefined;
  private known: RecordingHeader | undefined;
  private from: number | null = null;
  private to: number | null = null;
  /** As each of its servers told last, by name. */
  private readonly told = new Map<string, string>();
  private playing = true;
  private problems = 0;
  /** Its length is known, or cannot be. */
  private measured: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    say: (words: Message) => string,
  ) {
    this.source = new RecordedSource(
      basename(path),
      {
        open: () => recordingLines(path),
        waitsAtEnd: true,
        server: { all: say },
        onHeader: (header) => {
          this.known = header;
          this.learn(header);
        },
        onOtherHeader: (header) => this.learn(header),
        onProblem: (line, problem) => {
          if (++this.problems <= toldProblems) this.stage?.log(`${basename(path)}: line ${line} is skipped: ${plain(problem)}`);
        },
        onQuantilesOnly: () =>
          this.stage?.tell(message("{0} was written without histograms: no percentiles can be made of it.", basename(path))),
        onFailure: (error) => this.stage?.log(`${basename(path)}: ${reason(error)}`),
      },
      1,
    );
    this.clock = { ...systemClock, now: () => (this.source.at === undefined ? Date.now() : this.source.at * 1000) };
  }

  /** Of its servers, each once. */
  get versions(): readonly string[] {
    return [...new Set(this.told.values())];
  }

  get header(): RecordingHeader | undefined {
    return this.known;
  }

  /** Begins to tell `stage`, and looks how long the recording is. */
  play(stage: ReplayStage): void {
    this.stage = stage;
    this.measured = recordingSpan(this.path).then(
      ({ from, to }) => {
        [this.from, this.to] = [from, to];
        stage.changed("pace");
      },
      (error: unknown) => stage.log(`${basename(this.path)}: ${reason(error)}`),
    );
  }

  view(): ReplayView {
    const { source, from, to } = this;
    const at = this.shown ?? from ?? 0;
    const playing = this.playing && !source.isAtEnd;
    return { name: source.name, from: from ?? at, to, at, speed: source.speed, playing };
  }

  /** What is kept of it over a reload. */
  get place(): ReplayPlace {
    const { source, playing } = this;
    return { at: source.isAtEnd ? null : (this.shown ?? null), speed: source.speed, playing };
  }

  /** A look that was read while somebody said stop is taken back: the source is one ahead of what is seen. */
  private get shown(): number | undefined {
    return this.stage?.series.last?.time ?? this.source.at;
  }

  /** Stands where it was left, and goes on as it did. */
  async resume({ at, speed, playing }: ReplayPlace): Promise<void> {
    this.source.speed = speed;
    this.playing = playing;
    if (at !== null) await this.seek(at);
    else if (!playing) this.stage?.loop.pause();
    this.stage?.changed("pace");
  }

  /** Stands still, one look on or back. */
  async step(by: 1 | -1): Promise<void> {
    this.playing = false;
    const { at } = this.source;
    const before = this.stage?.series.points.at(-2)?.time ?? this.from ?? 0;
    // A jump gives one look at least.
    await this.seek(by > 0 ? (at ?? before) : before);
    this.stage?.changed("pace");
  }

  /** Goes on, or stands still. At its end it begins anew. */
  async setPlaying(on: boolean): Promise<void> {
    this.playing = on;
    if (!on) this.stage?.loop.pause();
    else if (this.source.isAtEnd) await this.seek(this.from ?? 0);
    else this.stage?.loop.resume();
    this.stage?.changed("pace");
  }

  /** null = to the end at once. */
  async setSpeed(speed: number | null): Promise<void> {
    if (speed === null) return this.seek(Number.POSITIVE_INFINITY);
    this.source.speed = speed;
    this.stage?.loop.pause();
    if (this.playing) this.stage?.loop.resume();
    this.stage?.changed("pace");
  }

  /** Shows the recording as it stood at a moment, with all that was before. */
  async seek(time: number): Promise<void> {
    const { stage, source } = this;
    if (!stage) return;
    stage.loop.pause();
    // What lies long before the end is read coarsely: the end must be known first.
    if (!Number.isFinite(time)) await this.measured;
    const { series } = stage;
    await source.jump(Math.min(time, this.to ?? time), { take: (look) => series.take(look), anew: () => series.reset() });
    stage.changed("place");
    if (this.playing) stage.loop.resume();
  }

  private learn({ name, running }: RecordingHeader): void {
    if (running?.version) this.told.set(name, running.version.value);
    this.stage?.changed("header");
  }
}
