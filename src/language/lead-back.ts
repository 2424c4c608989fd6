import { JoinedText } from "../deployment/joined-text.ts";
import { spanOf } from "../deployment/mapped.ts";
import type { RelatedFile } from "../deployment/neighbours.ts";
import { LineMap, type Range } from "../deployment/text.ts";
import type { YamlValue } from "../deployment/yaml-document.ts";
import type { Finding } from "../rules/rule.ts";

/** More scalars than a person's values hold. */
const mostValues = 20_000;

interface WrittenValue {
  readonly text: string;
  /** The keys above it, letters and digits alone. */
  readonly path: string;
  readonly range: Range;
}

/**
 * Findings of a rendered text at the places where their words were written: the only value of that text whose key is called like what
 * stands before the word. What cannot be told for certain is left out.
 */
export function ledBack(rendered: string, findings: readonly Finding[], sources: readonly RelatedFile[]): readonly Finding[] {
  if (findings.length === 0) return [];
  const values = writtenValues(sources);
  const lines = new LineMap(rendered);
  return findings.flatMap((finding) => {
    const { start, end } = lines.span(finding.range);
    const range = placeOf(rendered.slice(start, end), nameBefore(rendered, start), values);
    return range ? [{ ...finding, range, related: [], fixes: [] }] : [];
  });
}

function placeOf(word: string, name: string, values: readonly WrittenValue[]): Range | undefined {
  const text = word.replace(/^(["'])(.*)\1$/, "$2");
  const same = text === "" ? [] : values.filter((value) => value.text === text);
  const named = name === "" ? [] : same.filter(({ path }) => path.endsWith(name) || name.endsWith(lastPart(path)));
  if (named.length === 1) return named[0]?.range;
  // A number stands for many things; a model's name or an image only for itself.
  return named.length === 0 && same.length === 1 && /[^\d.]/.test(text) ? same[0]?.range : undefined;
}

/** The flag or key in front of a word, on its line or the one above: letters and digits alone. */
function nameBefore(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - 400), at);
  const name = /([A-Za-z][\w.-]*)["']?[\s:=,["'-]*$/.exec(before)?.[1] ?? "";
  return plain(name);
}

/** `spec.modelSpec.tensorParallelSize` ends in what a flag is called; one letter names nothing. */
function lastPart(path: string): string {
  const last = path.slice(path.lastIndexOf("/") + 1);
  return last.length > 2 ? last : path;
}

function plain(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
}

function writtenValues(sources: readonly RelatedFile[]): WrittenValue[] {
  const joined = new JoinedText("");
  const found: WrittenValue[] = [];
  const walk = (value: YamlValue, path: string): void => {
    if (found.length >= mostValues || path.length > 500) return;
    const text = value.text();
    if (text && text.value !== "") found.push({ text: text.value, path, range: joined.lines.range(spanOf(text)) });
    for (const entry of value.entries()) walk(entry, `${path}/${plain(entry.key?.value ?? "")}`);
    for (const item of value.items()) walk(item, path);
  };
  for (const source of sources) for (const document of joined.documentsOf(source)) walk(document.root, "");
  return found;
}
