import type { Flag } from "./deployment.ts";
import type { FlagNames } from "./flag-names.ts";
import { isReadable, type Mapped, spanOf } from "./mapped.ts";
import { removalSpan } from "./placement.ts";
import type { LineMap, Span } from "./text.ts";

/** A command line as the engine's parser takes it apart. */
export interface Arguments {
  /** In the order written, unknown ones included. */
  readonly flags: readonly Flag[];
  readonly positionals: readonly Mapped[];
  /** False when some word could not be read, so that it may hold any flag. */
  readonly complete: boolean;
}

export interface ArgumentText {
  readonly source: string;
  readonly lines: LineMap;
  readonly style: "list" | "shell";
  readonly names: FlagNames;
}

/** Takes words apart by argparse's rules: flags by name, alias or unique prefix, values joined by `=` or following. */
export function parseArguments(words: readonly Mapped[], text: ArgumentText): Arguments {
  const flags: Flag[] = [];
  const positionals: Mapped[] = [];
  let complete = true;
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (!word) continue;
    if (word.value === "--") {
      positionals.push(...words.slice(i + 1));
      break;
    }
    if (!isFlagWord(word.value)) {
      // Anything may hide in a word that is unreadable from its first letter on.
      if (!isReadable(word.value) && positionals.length > 0) complete = false;
      positionals.push(word);
      continue;
    }
    const head = /^[^=\s]*/.exec(word.value)?.[0] ?? word.value;
    if (!isReadable(head)) {
      complete = false;
      continue;
    }
    const { flag, used } = readFlag(word, words, i, head, text);
    flags.push(flag);
    i += used - 1;
  }
  return { flags, positionals, complete };
}

/** A dash in front, but no number. */
function isFlagWord(value: string): boolean {
  return value.length > 1 && value.startsWith("-") && !/^-\d+(?:\.\d+)?$/.test(value);
}

/** What argparse would take as a value: no dash in front, a number, or a word with blanks in it. */
function isValueWord(word: Mapped | undefined): word is Mapped {
  return word !== undefined && (!isFlagWord(word.value) || (word.value.includes(" ") && !word.value.startsWith("--")));
}

function readFlag(word: Mapped, words: readonly Mapped[], at: number, head: string, text: ArgumentText): { flag: Flag; used: number } {
  const level = /^-O(\d)$/.exec(head);
  const { name, facts, negated, dotted } = text.names.resolve(optimisation(head, words[at + 1]?.value, word.value) ?? head);
  const base = { name, spelled: head, negated, known: facts !== undefined };
  const make = (value: Span | undefined, readValue: string | null | undefined, last: Span, oneWord = false): Flag => {
    const range = value && text.lines.range(value);
    return {
      ...base,
      value:
        readValue === undefined
          ? undefined
          : { value: readValue, origin: "file", range: range ?? text.lines.range(spanOf(word, 0, head.length)) },
      flagRange: text.lines.range(spanOf(word, 0, head.length)),
      valueRange: range,
      wholeRange: text.lines.range(removalSpan(text.source, text.style, word.span, last)),
      oneWord,
    };
  };
  if (level?.[1]) return { flag: make(spanOf(word, 2, 3), level[1], word.span), used: 1 };
  const separator = word.value[head.length];
  if (separator === "=")
    return { flag: make(spanOf(word, head.length + 1), orUnknown(word.value.slice(head.length + 1)), word.span), used: 1 };
  if (separator !== undefined) {
    const blank = /^\s+/.exec(word.value.slice(head.length))?.[0].length ?? 0;
    const from = head.length + blank;
    const value = word.value.slice(from).trimEnd();
    return { flag: make(spanOf(word, from, from + value.length), orUnknown(value), word.span, text.style === "list"), used: 1 };
  }
  const takesNone = facts?.type === "bool" && !dotted;
  const next = words[at + 1];
  if (takesNone || !isValueWord(next)) return { flag: make(undefined, null, word.span), used: 1 };
  let used = 2;
  let last = next;
  if (facts?.type === "list" && !dotted) {
    for (let more = words[at + used]; isValueWord(more); more = words[at + used]) {
      last = more;
      used++;
    }
  }
  const values = words.slice(at + 1, at + used);
  const value = values.map((one) => one.value).join(" ");
  const first = spanOf(next);
  const end = spanOf(last);
  const flag = make(end.end >= first.start ? { start: first.start, end: end.end } : first, orUnknown(value), last.span);
  const isBare = text.style === "list" && used === 2 && first.start === next.span.start && first.end === next.span.end;
  return { flag: isBare ? { ...flag, bareItem: true } : flag, used };
}

/** `-O3`, `-O 3` and `-O=3` set the level, `-O.key` and `-O {…}` the compilation config (argparse_utils.py). */
function optimisation(head: string, next: string | undefined, word: string): string | undefined {
  if (/^-O\d$/.test(head)) return "--optimization-level";
  if (head.startsWith("-O.")) return `--compilation-config${head.slice(2)}`;
  if (head !== "-O") return undefined;
  return /^O?\d$/.test(word === head ? (next ?? "") : word.slice(3)) ? "--optimization-level" : "--compilation-config";
}

function orUnknown(value: string): string | undefined {
  return isReadable(value) ? value : undefined;
}

/** By canonical name; the last of repeated flags counts. */
export function lastOfEach(flags: readonly Flag[]): ReadonlyMap<string, Flag> {
  return new Map(flags.map((flag) => [flag.name, flag]));
}
