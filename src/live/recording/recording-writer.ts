import type { Fields } from "../../deployment/case-fields.ts";
import type { Look } from "../source.ts";
import { memberOf } from "./measures-json.ts";
import { membersJson } from "./members-json.ts";
import { mergePatch } from "./merge-patch.ts";
import { headerJson, type RecordingHeader } from "./recording-header.ts";
import { snapshotJson } from "./snapshot-json.ts";

/** Looks between two that are written whole: a damaged line of those costs what refers to it, no more. */
const keyEvery = 60;
/** Lines of a page that made no sense: a few tell which. */
const mostProblems = 5;

/**
 * Looks as lines of a recording. One in so many is written whole, the others as what differs from it: a line stands on one other alone,
 * so that a file which is cut or damaged loses little.
 */
export class RecordingWriter {
  private keys = 0;
  private whole: Fields | undefined;
  private since = 0;

  /** The line of what is recorded; again whenever more of it is known. */
  header(header: RecordingHeader): string {
    return `${JSON.stringify({ recording: headerJson(header) })}\n`;
  }

  /** The line of a look; `beside` are members that other readers look for. */
  look(look: Look, beside: Fields = {}): string {
    const time = look.kind === "none" ? look.time : figuresOf(look).time;
    const line = { ...beside, time, look: this.lookJson(look) };
    return `${JSON.stringify(line)}\n`;
  }

  private lookJson(look: Look): Fields {
    const { problems, events, members } = look;
    const notes = {
      ...(problems.length > 0 ? { problems: problems.slice(0, mostProblems) } : {}),
      ...(events && events.length > 0 ? { events } : {}),
    };
    if (look.kind === "none") {
      const detail = look.detail === "" ? {} : { detail: look.detail };
      const steady = look.steady === undefined ? {} : { steady: look.steady };
      return {
        kind: look.kind,
        why: look.why,
        ...steady,
        ...detail,
        ...(members ? { members: membersJson(members, undefined) } : {}),
        ...notes,
      };
    }
    const snapshot = figuresOf(look);
    const passing = {
      kind: look.kind,
      ...(snapshot.steady === undefined ? {} : { steady: snapshot.steady }),
      ...(look.kind === "stretch" ? { seconds: look.seconds } : {}),
    };
    const figures = snapshotJson(snapshot);
    const alone = memberOf(figures.engines, "alone");
    const all = members ? { ...figures, members: membersJson(members, alone) } : figures;
    return { ...passing, ...this.figuresJson(all), ...notes };
  }

  private figuresJson(figures: Fields): Fields {
    if (this.whole && this.since < keyEvery - 1) {
      this.since++;
      const changes = mergePatch(this.whole, figures);
      return { of: this.keys, ...(changes ? { changes } : {}) };
    }
    this.whole = figures;
    this.since = 0;
    this.keys++;
    return { key: this.keys, whole: figures };
  }
}

function figuresOf(look: Exclude<Look, { kind: "none" }>) {
  return look.kind === "scrape" ? look.snapshot : look.grown;
}
