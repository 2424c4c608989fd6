import { parsedJson } from "../../catalog/json-text.ts";
import { type Fields, isFields } from "../../deployment/case-fields.ts";
import { type Message, message, plain } from "../../deployment/message.ts";
import { readPage } from "../page/read-page.ts";
import type { Look } from "../source.ts";
import { eventsFrom } from "./events-json.ts";
import { memberOf } from "./measures-json.ts";
import { membersFrom } from "./members-json.ts";
import { patched } from "./merge-patch.ts";
import { headerFrom, type RecordingHeader, recordingVersion } from "./recording-header.ts";
import { snapshotFrom } from "./snapshot-json.ts";
import { headerOfWatchLine, lookOfWatchLine } from "./watched-line.ts";

/** What a line of a recording says. A line may say what is recorded and give a look at once. */
export interface RecordedLine {
  readonly header?: RecordingHeader;
  readonly look?: Look;
  /** Which of several servers it is about, in a file of several; "" where it is one. */
  readonly server: string;
  /** Its latencies are quantiles of single looks, of which no window can be made. */
  readonly quantilesOnly?: boolean;
}

/** Reads the lines of a recording in their order; those that make no sense are told and change nothing. */
export class RecordingReader {
  private readonly wholes = new Map<string, { readonly key: number; readonly figures: Fields }>();

  /** undefined = an empty line. */
  read(text: string): RecordedLine | { readonly problem: Message } | undefined {
    if (text.trim() === "") return undefined;
    const line = parsedJson(text);
    if (!isFields(line)) return { problem: message("no JSON object: cut off or damaged") };
    const server = typeof line.url === "string" ? line.url : "";
    const header = headerFrom(line.recording);
    if (header && header.version > recordingVersion) {
      return { problem: message("written by a later version ({0}); this build reads up to {1}", header.version, recordingVersion) };
    }
    const known = header ? { header } : {};
    const page = typeof line.text === "string" ? pageLook(line.text, line.time) : undefined;
    if (page) return "problem" in page ? page : { ...known, look: page, server };
    if (!isFields(line.look)) {
      const old = lookOfWatchLine(line);
      if (old) return { header: header ?? headerOfWatchLine(line, server), look: old, server, quantilesOnly: true };
      return header ? { header, server } : { problem: message("neither a look at a server nor the head of a recording") };
    }
    if (typeof line.time !== "number" || !Number.isFinite(line.time)) return { problem: message("a look without its time") };
    const look = this.lookFrom(line.look, line.time, server);
    return "problem" in look ? look : { ...known, look, server };
  }

  private lookFrom(json: Fields, time: number, server: string): Look | { readonly problem: Message } {
    const events = eventsFrom(json.events);
    const notes = { problems: problemsFrom(json.problems), ...(events.length > 0 ? { events } : {}) };
    if (json.kind === "none") {
      const members = membersFrom(json.members, undefined);
      const detail = typeof json.detail === "string" ? json.detail : "";
      const steady = typeof json.steady === "number" ? { steady: json.steady } : {};
      return { kind: "none", why: whyOf(json.why), detail, time, ...steady, ...notes, ...(members ? { members } : {}) };
    }
    const figures = this.figuresFrom(json, server);
    if (!figures) return { problem: message("refers to a line before it that is missing or damaged") };
    const read = snapshotFrom(figures, time);
    if (!read) return { problem: message("a look without figures") };
    const snapshot = typeof json.steady === "number" ? { ...read, steady: json.steady } : read;
    const members = membersFrom(figures.members, memberOf(figures.engines, "alone"));
    const rest = { ...notes, ...(members ? { members } : {}) };
    if (json.kind !== "stretch") return { kind: "scrape", snapshot, ...rest };
    return { kind: "stretch", grown: snapshot, seconds: typeof json.seconds === "number" ? json.seconds : null, ...rest };
  }

  private figuresFrom(json: Fields, server: string): Fields | undefined {
    if (isFields(json.whole) && typeof json.key === "number") {
      this.wholes.set(server, { key: json.key, figures: json.whole });
      return json.whole;
    }
    const whole = this.wholes.get(server);
    if (!whole || whole.key !== json.of) return undefined;
    return isFields(json.changes) ? patched(whole.figures, json.changes) : whole.figures;
  }
}

/** The look of a metrics page that somebody saved. */
function pageLook(text: string, time: unknown): Look | { readonly problem: Message } {
  if (typeof time !== "number" || !Number.isFinite(time)) return { problem: message("a page without its time") };
  const page = readPage(text, time);
  return page.kind === "snapshot"
    ? { kind: "scrape", snapshot: page.snapshot, problems: page.problems }
    : { kind: "none", why: page.kind === "cut-off" ? "lost" : "wrong-page", detail: plain(page.detail), time, problems: page.problems };
}

function problemsFrom(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

const reasons: readonly Extract<Look, { kind: "none" }>["why"][] = ["lost", "wrong-page", "needs-key", "cancelled"];

function whyOf(value: unknown): Extract<Look, { kind: "none" }>["why"] {
  return reasons.find((why) => why === value) ?? "lost";
}
