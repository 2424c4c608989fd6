import type { EngineId, Flag, Pool } from "../deployment/deployment.ts";
import { dialects } from "../deployment/engines/dialect.ts";
import type { LineMap, Position, Range } from "../deployment/text.ts";
import type { CompletionSite } from "./completion-site.ts";
import { indentOf, lineText } from "./line-text.ts";
import { contains } from "./position.ts";
import type { Analysis } from "./results.ts";

/** Keys and values of mappings whose keys are flags: known by the flags that were read there, in whatever format. */
export function mappingSite(lines: LineMap, position: Position, analysis: Analysis): CompletionSite | undefined {
  const line = lineText(lines.text, lines, position.line);
  const before = line.slice(0, position.character);
  for (const { deployment } of analysis.deployments) {
    for (const pool of deployment.pools) {
      const keys = pool.engine.written.filter((flag) => isKey(flag, lines));
      const site = valueSite(keys, deployment.engine, line, position) ?? keySite(keys, pool, deployment.engine, lines, position);
      if (site) return site;
    }
    const model = deployment.model?.range;
    if (model && contains(model, position) && /^\s*(?:-\s+)?["']?[\w.-]+["']?:\s+["']?[^\s"']*$/.test(before)) {
      return { kind: "value", engine: deployment.engine, flag: "", quote: "", isItem: false, range: model };
    }
  }
  return readsAsConfig(lines.text) ? configSite(line, position, lines.text) : undefined;
}

/** The flag is written as a key, and the text still has it where it was read. */
function isKey({ spelled, flagRange }: Flag, lines: LineMap): boolean {
  if (spelled.startsWith("-") || flagRange.file !== undefined) return false;
  const { start, end } = lines.span(flagRange);
  return lines.text.slice(start, end) === (spelled.split(".").at(-1) ?? spelled);
}

function valueSite(keys: readonly Flag[], engine: EngineId, line: string, position: Position): CompletionSite | undefined {
  for (const { name, flagRange } of keys) {
    if (flagRange.end.line !== position.line || flagRange.end.character > position.character) continue;
    const between = /^["']?:\s+(["']?)([^\s"'#]*)$/.exec(line.slice(flagRange.end.character, position.character));
    if (!between) continue;
    const range = { start: { ...position, character: position.character - (between[2] ?? "").length }, end: wordEnd(line, position) };
    return { kind: "value", engine, flag: dialects[engine].modelFlags.includes(name) ? "" : name, quote: "", isItem: false, range };
  }
  return undefined;
}

/** A new key among others: at their column, with nothing less indented between. */
function keySite(
  keys: readonly Flag[],
  { engine: { site } }: Pool,
  engine: EngineId,
  lines: LineMap,
  position: Position,
): CompletionSite | undefined {
  const line = lineText(lines.text, lines, position.line);
  const typed = /^(\s*)([\w-]*)$/.exec(line.slice(0, position.character));
  if (!typed || line.slice(wordEnd(line, position).character).trim() !== "") return undefined;
  const column = (typed[1] ?? "").length;
  const beside = keys.find(({ spelled, name, flagRange: { start } }) => {
    const isPlain = spelled.replaceAll("_", "-") === name.replaceAll("_", "-");
    return isPlain && start.character === column && isOneBlock(lines, column, start.line, position.line);
  });
  if (!beside) return undefined;
  return {
    kind: "flag",
    engine,
    spelling: site?.style === "fields" || beside.spelled.includes("_") ? "fields" : "mapping",
    prefix: beside.spelled.includes(".") ? beside.spelled.slice(0, beside.spelled.lastIndexOf(".") + 1) : "",
    assign: ": ",
    quote: "",
    range: { start: { ...position, character: column }, end: wordEnd(line, position) },
  };
}

function isOneBlock(lines: LineMap, column: number, a: number, b: number): boolean {
  for (let at = Math.min(a, b) + 1; at < Math.max(a, b); at++) {
    const content = lineText(lines.text, lines, at);
    if (content.trim() !== "" && indentOf(content) < column) return false;
  }
  return true;
}

/** A half-typed config file is no YAML: its keys at the margin tell what it is. */
export function readsAsConfig(text: string): boolean {
  const ours = /^(model|(tensor|pipeline|data)[-_]parallel[-_]size|max[-_]model[-_]len|gpu[-_]memory[-_]utilization|max[-_]num[-_]seqs):/m;
  return ours.test(text) && !/^(apiVersion|kind|services):/m.test(text);
}

function configSite(line: string, position: Position, text: string): CompletionSite | undefined {
  const before = line.slice(0, position.character);
  const range = (from: number): Range => ({ start: { ...position, character: from }, end: wordEnd(line, position) });
  const value = /^([\w.-]+):\s+["']?([^\s"']*)$/.exec(before);
  if (value?.[1] !== undefined) {
    const flag = value[1] === "model" ? "" : value[1].replaceAll("_", "-");
    return { kind: "value", engine: "vllm", flag, quote: "", isItem: false, range: range(before.length - (value[2] ?? "").length) };
  }
  if (!/^[\w-]*$/.test(before)) return undefined;
  const spelling = /^[a-z]+_[a-z_]+:/m.test(text) ? "fields" : "mapping";
  return { kind: "flag", engine: "vllm", spelling, prefix: "", assign: ": ", quote: "", range: range(0) };
}

function wordEnd(line: string, { line: at, character }: Position): Position {
  return { line: at, character: character + (/^[\w./-]*/.exec(line.slice(character))?.[0].length ?? 0) };
}
