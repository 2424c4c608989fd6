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
  private playing = true;
  private problems = 0;

  constructor(private readonly path: string) {
    this.source = new RecordedSource(
      basename(path),
      {
        open: () => recordingLines(path),
        waitsAtEnd: true,
        onHeader: (header) => {
          this.known = header;
          this.stage?.changed("header");
        },
        onProblem: (line, problem) => {
          if (++this.problems <= toldProblems) this.stage?.log(`${basename(path)}: line ${line} is skipped: ${plain(problem)}`);
        },
        onQuantilesOnly: () =>
          this.stage?.tell(message("{0} was written without histograms: no percentiles can be made of it.", basename(path))),
        onFailure: (error) => this.stage?.log(`${basename(path)}: ${reason(error)}`),
        onOther: (server) => this.stage?.log(`${basename(path)}: also holds ${server}, which is not shown; watch --replay prints it`),
      },
      1,
    );
    this.clock = { ...systemClock, now: () => (this.source.at === undefined ? Date.now() : this.source.at * 1000) };
  }

  get header(): RecordingHeader | undefined {
    return this.known;
  }

  /** Begins to tell `stage`, and looks how long the recording is. */
  play(stage: ReplayStage): void {
    this.stage = stage;
    recordingSpan(this.path).then(
      ({ from, to }) => {
        [this.from, this.to] = [from, to];
        stage.changed("pace");
      },
      (error: unknown) => stage.log(`${basename(this.path)}: ${reason(error)}`),
    );
  }

  view(): ReplayView {
    const { source, from, to } = this;
    const at = source.at ?? from ?? 0;
    const playing = this.playing && !source.isAtEnd;
    return { name: source.name, from: from ?? at, to, at, speed: source.speed, playing };
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
    const { series } = stage;
    await source.jump(Math.min(time, this.to ?? time), { take: (look) => series.take(look), anew: () => series.reset() });
    stage.changed("place");
    if (this.playing) stage.loop.resume();
  }
}
