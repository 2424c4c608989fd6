import { basename } from "node:path";
import { plain } from "../deployment/message.ts";
import type { RecordingHeader } from "../live/recording/recording-header.ts";
import { RecordingReader } from "../live/recording/recording-reader.ts";
import { RecordedSource } from "../live/sources/recording.ts";
import { identityFrom } from "../platform/identity.ts";
import { recordingLines } from "../platform/recording-lines.ts";
import { FileError } from "../platform/text-files.ts";
import { usage } from "./exit.ts";
import type { Session } from "./session.ts";
import type { WatchedSource } from "./watch-sources.ts";

/** Servers that write into one file do so in turn: all of them are among the first lines. */
const firstLines = 500;
/** A torn file can have a problem a line: a few tell what is wrong with it. */
const toldProblems = 10;

/** A recording's servers, one source each; `speed` null = as fast as it goes. Throws CliError where nothing in it can be played. */
export async function recordedSources(path: string, speed: number | null, session: Session): Promise<readonly WatchedSource[]> {
  const servers = await serversOf(path);
  if (servers.length === 0) throw usage(`${path} holds no look at a server.`);
  return servers.map((server, index) => {
    let header: RecordingHeader | undefined;
    let problems = 0;
    const tell = (words: string): void => session.terminal.tell(`${path}: ${words}`);
    const source = new RecordedSource(
      basename(path),
      {
        open: () => recordingLines(path),
        server,
        onHeader: (told) => {
          header = told;
        },
        // Each source reads the whole file; one of them tells.
        onProblem: (line, problem) => {
          if (index === 0 && ++problems <= toldProblems) tell(`line ${line} is skipped: ${plain(problem)}`);
          if (index === 0 && problems === toldProblems + 1) tell("more lines are skipped");
        },
        onQuantilesOnly: () => {
          tell(
            "was written without histograms: percentiles of a stretch of time cannot be made of it, nor a prediction compared with them",
          );
        },
      },
      speed,
    );
    const identity = () => (header?.running ? identityFrom(header.running) : undefined);
    return { source, label: servers.length > 1 ? server : "", keyFor: () => undefined, identity };
  });
}

async function serversOf(path: string): Promise<readonly string[]> {
  const reader = new RecordingReader();
  const servers = new Set<string>();
  try {
    for await (const line of recordingLines(path)) {
      const read = line.problem ? undefined : reader.read(line.text);
      if (read && "look" in read) servers.add(read.server);
      if (line.number >= firstLines && servers.size > 0) break;
    }
  } catch (error) {
    if (error instanceof FileError) throw usage(`${path} ${error.message}.`);
    throw error;
  }
  return [...servers];
}
