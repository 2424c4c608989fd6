import { parsedJson } from "../catalog/json-text.ts";
import type { Flag, Pool } from "../deployment/deployment.ts";
import type { Range } from "../deployment/text.ts";
import { flagOf, wordOf } from "./place.ts";

export interface JsonMember {
  readonly value: unknown;
  /** The member's value where it stands character by character, else the whole flag's. */
  readonly range: Range;
  /** Whether `range` is the value alone, so that it can be written anew. */
  readonly exact: boolean;
  /** The key with its quotes, or the dotted flag; undefined where it cannot be told apart. */
  readonly key: Range | undefined;
}

export interface JsonFlag {
  readonly flag: Flag;
  readonly members: ReadonlyMap<string, JsonMember>;
}

/** The members of a JSON flag, those written as `--flag.member` with them; undefined where it is absent or a part cannot be read. */
export function jsonFlag(pool: Pool, name: string): JsonFlag | undefined {
  const whole = flagOf(pool, name);
  const dotted = [...pool.engine.flags.values()].filter((flag) => flag.name.startsWith(`${name}.`));
  const first = whole ?? dotted[0];
  const members = new Map<string, JsonMember>();
  if (!first || (whole && !readMembers(whole, members))) return undefined;
  for (const flag of dotted) {
    const text = flag.value?.value;
    if (typeof text !== "string") return undefined;
    const [key = "", ...deeper] = flag.name
      .slice(name.length + 1)
      .replace(/\+$/, "")
      .split(".");
    const value = deeper.length > 0 ? undefined : (parsedJson(text) ?? text);
    members.set(key, { value, range: wordOf(flag), exact: deeper.length === 0, key: deeper.length === 0 ? flag.flagRange : undefined });
  }
  return { flag: first, members };
}

function readMembers(flag: Flag, members: Map<string, JsonMember>): boolean {
  const text = flag.value?.value;
  const parsed = typeof text === "string" ? parsedJson(text) : undefined;
  if (typeof text !== "string" || !isRecord(parsed)) return false;
  for (const [key, value] of Object.entries(parsed)) members.set(key, memberOf(flag, text, key, value));
  return true;
}

/** A member with its places, if the text is written on one line as it is read and names the key once. */
function memberOf(flag: Flag, text: string, key: string, value: unknown): JsonMember {
  const name = JSON.stringify(key);
  const head = new RegExp(`${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*:\\s*`, "g");
  const [found, ...more] = isVerbatim(flag, text) ? text.matchAll(head) : [];
  if (!found || more.length > 0) return { value, range: wordOf(flag), exact: false, key: undefined };
  const start = found.index + found[0].length;
  const plain = /^(?:"(?:[^"\\]|\\.)*"|[\w.+-]+)/.exec(text.slice(start))?.[0];
  const range = plain === undefined ? undefined : shifted(flag, start, plain.length);
  return { value, range: range ?? wordOf(flag), exact: range !== undefined, key: shifted(flag, found.index, name.length) };
}

/** Longer texts than people write on one line are not searched for their keys. */
const longestSearched = 4000;

function isVerbatim({ valueRange }: Flag, text: string): boolean {
  if (text.length > longestSearched) return false;
  return (
    valueRange?.start.line === valueRange?.end.line &&
    valueRange !== undefined &&
    valueRange.end.character - valueRange.start.character === text.length
  );
}

function shifted({ valueRange }: Flag, from: number, length: number): Range | undefined {
  if (!valueRange) return undefined;
  const { line, character } = valueRange.start;
  return { start: { line, character: character + from }, end: { line, character: character + from + length } };
}

/** The place behind the opening brace, where a further member can be written; undefined where the text is not verbatim. */
export function firstMemberPlace(flag: Flag): Range | undefined {
  const text = flag.value?.value;
  return typeof text === "string" && text.startsWith("{") && isVerbatim(flag, text) ? shifted(flag, 1, 0) : undefined;
}

/** A JSON object, not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
