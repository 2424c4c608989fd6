import { headerJson, type RecordingHeader, recordingVersion } from "../live/recording/recording-header.ts";
import { RecordingWriter } from "../live/recording/recording-writer.ts";
import type { RunningServer } from "../live/running/running-server.ts";
import { Recorder } from "../platform/recorder.ts";
import { FileError } from "../platform/text-files.ts";
import { usage } from "./exit.ts";
import { toolVersion } from "./tool-version.ts";
import type { Seen } from "./watch-one.ts";
import type { WatchedSource } from "./watch-sources.ts";

/** Days of looks; a file that nobody stops must not fill the disk. */
const mostBytes = 2 ** 30;

/** The file of `--record`: lines of `--format jsonl` that hold their look as well, so that they can be replayed. */
export class WatchRecord {
  private readonly recorder: Recorder;

  /** Throws CliError where the file cannot be written. `tell` says why recording ended before watching did. */
  constructor(
    path: string,
    private readonly about: Pick<RecordingHeader, "intervalSeconds" | "deployment">,
    tell: (words: string) => void,
  ) {
    const onEnd = (why: "full" | { readonly failed: string }): void =>
      tell(why === "full" ? `${path} has reached 1 GiB: no more is recorded.` : `${path} is not recorded any more: ${why.failed}.`);
    try {
      this.recorder = new Recorder(path, { maxBytes: mostBytes, onEnd });
    } catch (error) {
      if (error instanceof FileError) throw usage(`${path} cannot be written: ${error.message}.`);
      throw error;
    }
  }

  /** What writes the lines of one source. */
  of({ source, label }: WatchedSource): (seen: Seen) => void {
    const writer = new RecordingWriter();
    const named = label === "" ? {} : { url: label };
    const about = { version: recordingVersion, by: toolVersion(), source: source.kind, name: source.name, ...this.about };
    let told: RunningServer | null | undefined;
    return ({ line, look, running }) => {
      const recording = running === told ? {} : { recording: headerJson({ ...about, running }) };
      told = running;
      this.recorder.write(writer.look(look, { ...line, ...named, ...recording }));
    };
  }

  close(): Promise<void> {
    return this.recorder.close();
  }
}
