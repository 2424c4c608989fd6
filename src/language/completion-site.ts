import type { LineMap, Position, Range } from "../deployment/text.ts";
import { indentOf, lineText } from "./line-text.ts";

/** What is being typed at a position. */
export type CompletionSite =
  | { readonly kind: "directive-key"; readonly range: Range }
  | { readonly kind: "directive-value"; readonly key: string; readonly range: Range }
  /** `dashes` is what a flag begins with here; a config file's keys have none. */
  | { readonly kind: "flag"; readonly word: string; readonly dashes: string; readonly mapping: boolean; readonly range: Range }
  /** Empty `flag`: the model's place. */
  | { readonly kind: "value"; readonly flag: string; readonly range: Range };

/** Looks only at the text around the position, so that half-typed and broken files are served too. */
export function siteAt(text: string, lines: LineMap, position: Position, isConfig: boolean): CompletionSite | undefined {
  const line = lineText(text, lines, position.line);
  const before = line.slice(0, position.character);
  const range = (from: number): Range => ({
    start: { line: position.line, character: from },
    end: { line: position.line, character: wordEnd(line, position.character) },
  });
  const directive = /#\s*inference-lens:(.*)$/.exec(before);
  if (directive) {
    const word = /[^\s]*$/.exec(directive[1] ?? "")?.[0] ?? "";
    const equals = word.indexOf("=");
    if (equals < 0) return { kind: "directive-key", range: range(before.length - word.length) };
    const value = word.slice(equals + 1);
    return { kind: "directive-value", key: word.slice(0, equals), range: range(before.length - value.length) };
  }
  if (/^\s*#/.test(before)) return undefined;
  const joined = /(?:^|[\s"'[,])--?([\w.-]+)=([^\s"']*)$/.exec(before);
  if (joined?.[1] !== undefined)
    return { kind: "value", flag: joined[1].replaceAll("_", "-"), range: range(before.length - (joined[2] ?? "").length) };
  const flag = /(?:^|[\s"'[,])(--?[\w.-]*)$/.exec(before);
  if (flag?.[1] !== undefined && !/^\s*-$/.test(before))
    return { kind: "flag", word: flag[1], dashes: "--", mapping: false, range: range(before.length - flag[1].length) };
  const spaced = /(?:^|[\s"'])--?([\w.-]+)\s+([^\s"'-][^\s"']*)?$/.exec(before);
  if (spaced?.[1] !== undefined)
    return { kind: "value", flag: spaced[1].replaceAll("_", "-"), range: range(before.length - (spaced[2] ?? "").length) };
  const served = /\bvllm\s+serve\s+([^\s"'-][^\s"']*)?$/.exec(before);
  if (served) return { kind: "value", flag: "", range: range(before.length - (served[1] ?? "").length) };
  const item = /^(\s*)-\s+["']?([^\s"']*)$/.exec(before);
  if (item) return itemSite(text, lines, position, item[1]?.length ?? 0, item[2] ?? "", range);
  return isConfig ? configSite(before, range) : undefined;
}

/** A list item without dashes: the value of a flag in the item above, the model behind `serve`, or a flag to come. */
function itemSite(
  text: string,
  lines: LineMap,
  position: Position,
  indent: number,
  word: string,
  range: (from: number) => Range,
): CompletionSite | undefined {
  const from = position.character - word.length;
  for (let at = position.line - 1; at >= 0; at--) {
    const content = lineText(text, lines, at);
    if (content.trim() === "" || /^\s*#/.test(content)) continue;
    const above = /^(\s*)-\s+["']?([^"'\s]*)["']?\s*$/.exec(content);
    if (above && (above[1] ?? "").length === indent) {
      const name = /^--([\w.-]+)$/.exec(above[2] ?? "")?.[1];
      if (name !== undefined) return { kind: "value", flag: name.replaceAll("_", "-"), range: range(from) };
      if (above[2] === "serve") return { kind: "value", flag: "", range: range(from) };
      return word === "" && isArgumentList(text, lines, at, indent)
        ? { kind: "flag", word, dashes: "--", mapping: false, range: range(from) }
        : undefined;
    }
    if (!/^\s*(args|command):\s*$/.test(content)) return undefined;
    // The first word of a container's arguments is the model, unless it is a flag.
    return word === ""
      ? { kind: "flag", word, dashes: "--", mapping: false, range: range(from) }
      : { kind: "value", flag: "", range: range(from) };
  }
  return undefined;
}

/** Upwards to the list's key. */
function isArgumentList(text: string, lines: LineMap, line: number, indent: number): boolean {
  for (let at = line; at >= 0; at--) {
    const content = lineText(text, lines, at);
    if (content.trim() === "" || indentOf(content) > indent || /^\s*-/.test(content)) continue;
    return /^\s*(args|command):\s*$/.test(content);
  }
  return false;
}

function configSite(before: string, range: (from: number) => Range): CompletionSite | undefined {
  const value = /^([\w.-]+):\s+["']?([^\s"']*)$/.exec(before);
  if (value?.[1] !== undefined) {
    const flag = value[1] === "model" ? "" : value[1].replaceAll("_", "-");
    return { kind: "value", flag, range: range(before.length - (value[2] ?? "").length) };
  }
  const key = /^([\w-]*)$/.exec(before);
  return key ? { kind: "flag", word: key[1] ?? "", dashes: "", mapping: true, range: range(0) } : undefined;
}

/** The rest of the word is replaced with it; what stands behind `=` or `:` stays. */
function wordEnd(line: string, from: number): number {
  return from + (/^[\w./-]*/.exec(line.slice(from))?.[0].length ?? 0);
}
