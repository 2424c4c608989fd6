import { plain } from "../../deployment/message.ts";
import type { Family, MetricsPage, Sample } from "../snapshot.ts";
import { foreignPage } from "./foreign-page.ts";
import { MetricsLine } from "./metrics-line.ts";
import { withoutRepeated } from "./repeated-series.ts";

type FamilyType = Family["type"];
interface OpenFamily {
  readonly name: string;
  type: FamilyType;
  readonly samples: Sample[];
}

const mostProblems = 20;
/** A vLLM page has some 450 samples an engine: far above any real page, and still read in about a second. */
const mostSamples = 100_000;
const mostFamilies = 20_000;
const types: ReadonlyMap<string, FamilyType> = new Map([
  ["counter", "counter"],
  ["gauge", "gauge"],
  ["histogram", "histogram"],
  ["gaugehistogram", "histogram"],
  ["summary", "summary"],
  ["info", "info"],
  ["stateset", "gauge"],
  ["untyped", "untyped"],
  ["unknown", "untyped"],
]);

/**
 * Endings that a family's own lines may carry beside its name. OpenMetrics types a counter `x` and writes `x_total`. Births (`x_created`)
 * are times, whatever they stand among: a family of their own, as the older format has them.
 */
const endings: Readonly<Record<FamilyType, readonly string[]>> = {
  counter: ["_total"],
  gauge: [],
  histogram: ["_bucket", "_sum", "_count"],
  summary: ["_sum", "_count"],
  info: ["_info"],
  untyped: [],
};
const anyEnding = /_(?:total|bucket|sum|count|info)$/;

/**
 * Reads a page of the Prometheus text format or of OpenMetrics. Never throws: lines that make no sense are left out and told in
 * `problems` (the first 20, then their number). Time grows with the length of the text alone.
 */
export function parseMetrics(text: string): MetricsPage {
  const foreign = foreignPage(text);
  if (foreign) return { families: new Map(), labelNames: new Set(), problems: [plain(foreign)] };
  const reader = new PageReader();
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  while (start < text.length) {
    const end = text.indexOf("\n", start);
    const stop = end < 0 ? text.length : end;
    reader.line(text.slice(start, text.charCodeAt(stop - 1) === 13 ? stop - 1 : stop), line, end < 0);
    start = stop + 1;
    line++;
  }
  return reader.page();
}

class PageReader {
  private readonly families = new Map<string, OpenFamily>();
  private readonly problems: string[] = [];
  private unlisted = 0;
  private ended = false;
  private cutOff = false;
  private limit: string | undefined;
  private samples = 0;
  private readonly scanner = new MetricsLine();
  private lastName = "";
  private lastFamily: OpenFamily | undefined;
  private lastLabels: Sample["labels"] | undefined;
  /** Families whose lines do not stand together, or stand twice one after the other: their series may be repeated. */
  private readonly reopened = new Set<OpenFamily>();

  line(text: string, number: number, unfinished: boolean): void {
    if (this.ended) return;
    const first = text.charCodeAt(0) > 32 ? 0 : text.search(/\S/);
    if (first < 0) return;
    const problem = text[first] === "#" ? this.comment(text) : this.sample(text, unfinished);
    if (problem === undefined) return;
    if (this.problems.length < mostProblems) this.problems.push(`line ${number}: ${problem}`);
    else this.unlisted++;
  }

  page(): MetricsPage {
    if (this.unlisted > 0) this.problems.push(`and ${this.unlisted} more`);
    this.joinLate();
    const families = new Map<string, Family>();
    let repeated = 0;
    for (const family of this.families.values()) {
      if (family.samples.length === 0 && family.type === "untyped") continue;
      const samples = this.reopened.has(family) ? withoutRepeated(family.samples) : family.samples;
      repeated += family.samples.length - samples.length;
      families.set(family.name, { ...family, samples });
    }
    if (repeated > 0) this.problems.push(`${repeated} lines repeat a series that stands above them: the first is read`);
    if (families.size === 0 && this.problems.length > 0) this.problems.unshift("not Prometheus text: no line could be read");
    const { problems, limit } = this;
    const { labelNames } = this.scanner;
    return { families, labelNames, problems, ...(this.cutOff ? { cutOff: true } : {}), ...(limit === undefined ? {} : { limit }) };
  }

  /** Lines may stand above the line that types their family. */
  private joinLate(): void {
    for (const [name, family] of this.families) {
      if (family.type !== "untyped") continue;
      const ending = anyEnding.exec(name)?.[0];
      const base = ending ? this.families.get(name.slice(0, -ending.length)) : undefined;
      if (!ending || !base || !endings[base.type].includes(ending)) continue;
      for (const sample of family.samples) base.samples.push(sample);
      this.reopened.add(base);
      this.families.delete(name);
    }
  }

  private comment(text: string): string | undefined {
    if (text.startsWith("# HELP ")) return undefined;
    if (/^\s*#\s*EOF\s*$/.test(text)) {
      this.ended = true;
      return undefined;
    }
    const words = /^\s*#\s*TYPE\s+(\S+)\s+(\S+)\s*$/.exec(text.length > 2000 ? "" : text);
    if (!words) return undefined;
    const name = (words[1] ?? "").replace(/^"(.*)"$/, "$1");
    const type = types.get((words[2] ?? "").toLowerCase());
    if (!type) return `unknown type ${(words[2] ?? "").slice(0, 40)}`;
    const known = this.families.get(name);
    if (!known) {
      this.families.set(name, { name, type, samples: [] });
      return this.tooMany();
    }
    if (known.type === "untyped") known.type = type;
    else if (known.type !== type) return `${name.slice(0, 100)} is typed twice, as ${known.type} and ${type}`;
    return undefined;
  }

  private sample(text: string, unfinished: boolean): string | undefined {
    // A line without its line feed may have lost digits: a counter cut short would read as a restart.
    if (unfinished) {
      this.cutOff = true;
      return "the page is cut off in the middle of a line";
    }
    if (++this.samples > mostSamples) {
      return this.endedAt(`the page is too long: nothing is read after ${mostSamples} samples`);
    }
    const parsed = this.scanner.read(text);
    if ("problem" in parsed) return parsed.problem;
    const family = parsed.name === this.lastName && this.lastFamily ? this.lastFamily : this.familyOf(parsed.name);
    // Labels with the same text are one object.
    const isAgain = parsed.name === this.lastName && parsed.labels === this.lastLabels;
    if (isAgain || (family !== this.lastFamily && family.samples.length > 0)) this.reopened.add(family);
    this.lastName = parsed.name;
    this.lastFamily = family;
    this.lastLabels = parsed.labels;
    family.samples.push(parsed);
    return this.tooMany();
  }

  private tooMany(): string | undefined {
    if (this.families.size <= mostFamilies) return undefined;
    return this.endedAt(`the page is too long: nothing is read after ${mostFamilies} families`);
  }

  private endedAt(limit: string): string {
    this.ended = true;
    this.limit = limit;
    return limit;
  }

  private familyOf(name: string): OpenFamily {
    const own = this.families.get(name);
    if (own) return own;
    const ending = anyEnding.exec(name)?.[0];
    if (ending) {
      const base = this.families.get(name.slice(0, -ending.length));
      if (base && endings[base.type].includes(ending)) return base;
    }
    const fresh: OpenFamily = { name, type: "untyped", samples: [] };
    this.families.set(name, fresh);
    return fresh;
  }
}
