import type { ArgumentSite, Flag } from "../deployment.ts";
import type { FlagNames } from "../flag-names.ts";
import { isReadable, type Mapped, spanOf } from "../mapped.ts";
import { message } from "../message.ts";
import { indentAt, lineBreak, lineStart, nextLine } from "../placement.ts";
import type { Span } from "../text.ts";
import { type MappingFlags, type Unit, unknownHardware } from "../units.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { unmistakableFlags } from "./recognise.ts";
import { rootAnchor } from "./workload.ts";

const sglangKeys = new Set(["model-path", "mem-fraction-static", "chunked-prefill-size", "tp-size", "dp-size", "ep-size"]);

/** A file for `vllm serve --config`: a flat mapping whose keys are long flags without dashes. */
export function vllmConfigUnits(root: YamlValue, extent: Span, context: ReaderContext): Unit[] {
  if (!isVllmConfig(root, context)) return [];
  return [
    {
      format: "vllm-config",
      name: configName(context.fileName),
      anchor: rootAnchor(root, extent),
      extent,
      engine: "vllm",
      launcher: null,
      launch: undefined,
      mapping: mappingFlags(root, context),
      image: undefined,
      environment: new Map(),
      environmentComplete: false,
      complete: root.document.errors.length === 0 && !root.document.structuralTemplate,
      role: "mixed",
      instances: { value: 1, origin: "inferred", why: message("a config file starts one server") },
      hardware: unknownHardware,
      gpuHints: [],
      installedVersion: undefined,
      joinsRay: false,
      strayOptions: [],
      groupSize: "unknown",
    },
  ];
}

/** Two of vLLM's flags at least, one of them nobody else's, next to no foreign keys; a single one where the path says vLLM too. */
function isVllmConfig(root: YamlValue, { names, fileName }: ReaderContext): boolean {
  if (!root.isMap || root.isFlow || root.at("apiVersion").exists || root.at("services").exists) return false;
  const keys = root.entries().map(({ key }) => plainKey(key?.value ?? ""));
  if (keys.some((key) => sglangKeys.has(key))) return false;
  const known = keys.map((key) => exactFlag(key, names)).filter((name) => name !== undefined);
  const unmistakable = known.some((name) => unmistakableFlags.has(name));
  if (!unmistakable || known.length < keys.length * 0.75) return false;
  return known.length >= 2 || (keys.length === 1 && /vllm/i.test(fileName));
}

function plainKey(key: string): string {
  const dot = key.indexOf(".");
  return dot < 0 ? key.replaceAll("_", "-") : key.slice(0, dot).replaceAll("_", "-") + key.slice(dot);
}

/** The flag a key stands for by its full name; beginnings that only argparse would complete are no sign of vLLM. */
function exactFlag(key: string, names: FlagNames): string | undefined {
  const { facts, name } = names.resolve(`--${key}`);
  const base = key.replace(/^no-/, "").split(".")[0];
  return facts && (facts.name === base || name === key) ? facts.name : undefined;
}

function configName(fileName: string): string {
  const last = fileName.split(/[\\/]/).at(-1) ?? "";
  return last.replace(/\.ya?ml$/i, "") || "vllm";
}

function mappingFlags(root: YamlValue, context: ReaderContext): MappingFlags {
  const flags: Flag[] = [];
  let model: Mapped | undefined;
  let complete = true;
  for (const entry of root.entries()) {
    if (!entry.key || !isReadable(entry.key.value)) {
      complete = false;
      continue;
    }
    if (entry.key.value === "model" || entry.key.value === "model_tag") model = entry.text();
    flags.push(...entryFlags(entry, entry.key, context));
  }
  return { flags, site: mappingSite(root, context), model, complete };
}

/** One key as the flag it becomes: true is a bare flag, false its `--no-` form, lists join, mappings are JSON. */
function entryFlags(entry: YamlValue, key: Mapped, { source, lines, names }: ReaderContext): Flag[] {
  const resolved = names.resolve(`--${plainKey(key.value)}`);
  const span = entry.span ?? { start: key.span.end, end: key.span.end };
  const text = entry.text();
  const written = text ? spanOf(text) : span;
  // A key alone has no value to point at.
  const valueSpan = written.end > written.start ? written : undefined;
  const flagRange = lines.range(spanOf(key));
  const whole: Span = { start: lineStart(source, key.span.start), end: entryEnd(source, Math.max(span.end, key.span.end)) };
  const bool = entry.boolean;
  const value = bool === undefined ? valueText(entry, text) : null;
  return [
    {
      name: resolved.name,
      spelled: key.value,
      negated: resolved.negated !== (bool === false),
      value: value === undefined ? undefined : { value, origin: "file", range: lines.range(valueSpan ?? spanOf(key)) },
      flagRange,
      valueRange: valueSpan && lines.range(valueSpan),
      wholeRange: lines.range(whole),
      known: resolved.facts !== undefined,
      oneWord: false,
    },
  ];
}

function valueText(entry: YamlValue, text: Mapped | undefined): string | undefined {
  if (text) return isReadable(text.value) ? text.value : undefined;
  if (!entry.exists || entry.isNull) return "None";
  const data = entry.data();
  if (data === undefined) return undefined;
  const written = Array.isArray(data) ? data.map(String).join(" ") : JSON.stringify(data);
  return written && isReadable(written) ? written : undefined;
}

/** Block values end with their last line, others in the middle of one. */
function entryEnd(source: string, end: number): number {
  return end > 0 && /[\r\n]/.test(source[end - 1] ?? "") ? end : nextLine(source, end);
}

function mappingSite(root: YamlValue, { source, lines }: ReaderContext): ArgumentSite | undefined {
  const last = root.entries().at(-1);
  if (!last?.key) return undefined;
  let end = Math.max(last.span?.end ?? 0, last.key.span.end);
  while (end > 0 && /\s/.test(source[end - 1] ?? "")) end--;
  // A comment behind the value stays on its line.
  let line = end;
  while (line < source.length && source[line] !== "\n" && source[line] !== "\r") line++;
  const at = { start: line, end: line };
  return { style: "mapping", end: lines.range(at), before: `${lineBreak(source)}${indentAt(source, last.key.span.start)}`, after: "" };
}
