import type { Sample } from "../snapshot.ts";

type Labels = Readonly<Record<string, string>>;

/** Far above any real series: `cache_config_info` has some fifty labels, a list of adapters some kilobytes. */
const mostLabels = 256;
const longestLabel = 65_536;
/** Label texts that are kept to be found again: a page repeats them from family to family. */
const mostKept = 20_000;

const blank = 32;
const tab = 9;
const quote = 34;
const backslash = 92;
const comma = 44;
const equals = 61;
const openBrace = 123;
const closeBrace = 125;
const hash = 35;

/**
 * Reads one sample line: `name{label="value",…} value [timestamp] [# exemplar]`, labels in any order, `\"`, `\\` and `\n` unescaped,
 * quoted UTF-8 names (`{"a.b",x="y"} 1`) included. Reused from line to line; one pass over the characters.
 */
export class MetricsLine {
  /** Names of all labels that were read. */
  readonly labelNames = new Set<string>();
  private readonly kept = new Map<string, Labels>();
  private text = "";
  private at = 0;

  read(text: string): Sample | { readonly problem: string } {
    this.text = text;
    this.at = 0;
    this.blanks();
    let name = this.name();
    let labels = noLabels;
    this.blanks();
    if (this.code() === openBrace) {
      const read = this.braces((quoted) => {
        name ||= quoted;
      });
      if (typeof read === "string") return { problem: read };
      labels = read;
    }
    if (name === "") return { problem: `no metric name in ${this.shown()}` };
    this.blanks();
    const word = this.word();
    const value = metricValue(word);
    if (value === undefined) return { problem: word === "" ? `no value in ${this.shown()}` : `${word.slice(0, 40)} is no number` };
    return this.tail() ? { name, labels, value } : { problem: `unexpected words after the value in ${this.shown()}` };
  }

  /** The labels between braces; those of a line before where their text is the same up to its first `}` and was read to there. */
  private braces(named: (name: string) => void): Labels | string {
    const start = this.at;
    const end = this.text.indexOf("}", start) + 1;
    const text = this.text.slice(start, end);
    const known = this.kept.get(text);
    if (known) {
      this.at = end;
      return known;
    }
    this.at++;
    // No prototype: `__proto__` is a legal label name.
    const labels: Record<string, string> = Object.create(null);
    let nameInside = false;
    const problem = this.labels(labels, (quoted) => {
      nameInside = true;
      named(quoted);
    });
    if (problem) return problem;
    if (this.at === end && !nameInside && this.kept.size < mostKept) this.kept.set(text, labels);
    return labels;
  }

  /** `name="value",…}`; a quoted word without `=` is the metric's name. */
  private labels(into: Record<string, string>, named: (name: string) => void): string | undefined {
    for (let count = 0; ; count++) {
      if (count > mostLabels) return `more than ${mostLabels} labels in ${this.shown()}`;
      this.blanks();
      if (this.code() === closeBrace) {
        this.at++;
        return undefined;
      }
      const quoted = this.code() === quote;
      const name = quoted ? this.quoted() : this.name();
      if (name === undefined || name === "") return `a label has no name in ${this.shown()}`;
      this.blanks();
      if (this.code() === equals) {
        this.at++;
        this.blanks();
        const value = this.code() === quote ? this.quoted() : undefined;
        if (value === undefined) return `label ${name.slice(0, 60)} has no closed value in ${this.shown()}`;
        if (value.length > longestLabel) return `label ${name.slice(0, 60)} is longer than ${longestLabel} characters`;
        into[name] = value;
        this.labelNames.add(name);
      } else if (quoted) named(name);
      else return `label ${name.slice(0, 60)} has no value in ${this.shown()}`;
      this.blanks();
      if (this.code() === comma) this.at++;
      else if (this.code() !== closeBrace) return `labels are not closed in ${this.shown()}`;
    }
  }

  /** The quoted word here, unescaped; undefined where its quote never closes. */
  private quoted(): string | undefined {
    let part = ++this.at;
    let value = "";
    for (; this.at < this.text.length; this.at++) {
      const code = this.code();
      if (code === quote) {
        value += this.text.slice(part, this.at++);
        return value;
      }
      if (code !== backslash) continue;
      const next = this.text[this.at + 1];
      const unescaped = next === "n" ? "\n" : next === "\\" || next === '"' ? next : undefined;
      // Any other escape stays as it stands, as Prometheus reads it.
      if (unescaped !== undefined) {
        value += this.text.slice(part, this.at) + unescaped;
        part = this.at + 2;
      }
      this.at++;
    }
    return undefined;
  }

  private name(): string {
    const start = this.at;
    while (nameCode(this.code(), this.at === start)) this.at++;
    return this.text.slice(start, this.at);
  }

  private word(): string {
    const start = this.at;
    while (this.at < this.text.length && this.code() !== blank && this.code() !== tab) this.at++;
    return this.text.slice(start, this.at);
  }

  /** A timestamp and an exemplar may follow the value; neither is used. */
  private tail(): boolean {
    this.blanks();
    if (this.at === this.text.length || this.code() === hash) return true;
    if (metricValue(this.word()) === undefined) return false;
    this.blanks();
    return this.at === this.text.length || this.code() === hash;
  }

  private blanks(): void {
    while (this.code() === blank || this.code() === tab) this.at++;
  }

  private code(): number {
    return this.text.charCodeAt(this.at);
  }

  private shown(): string {
    return `"${this.text.length > 80 ? `${this.text.slice(0, 80)}…` : this.text}"`;
  }
}

const noLabels: Labels = Object.freeze(Object.create(null));

/** Letters, `_`, `:`, and digits after the first. */
function nameCode(code: number, first: boolean): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 58 || (!first && code >= 48 && code <= 57);
}

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const words: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["+inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
  ["+infinity", Number.POSITIVE_INFINITY],
  ["-infinity", Number.NEGATIVE_INFINITY],
]);

/** `12`, `1.5e+06`, `+Inf`, `NaN`; undefined for anything else. */
export function metricValue(word: string): number | undefined {
  if (word.length > 400) return undefined;
  return number.test(word) ? Number(word) : words.get(word.toLowerCase());
}
