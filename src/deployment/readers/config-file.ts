import type { ArgumentSite, EngineId, Flag } from "../deployment.ts";
import { isReadable, type Mapped } from "../mapped.ts";
import { indentAt, lineBreak } from "../placement.ts";
import type { MappingFlags } from "../units.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { fieldFlag } from "./field-flags.ts";

const modelKeys = new Set(["model", "model_tag", "model-path", "model_path"]);

/** A file that an engine reads beside its command line: its keys are the engine's flags; TensorRT-LLM nests them. */
export function configFile(root: YamlValue, engine: EngineId, context: ReaderContext): MappingFlags {
  const flags: Flag[] = [];
  let model: Mapped | undefined;
  let complete = root.document.errors.length === 0 && !root.document.structuralTemplate;
  for (const entry of root.entries()) {
    if (!entry.key || !isReadable(entry.key.value)) {
      complete = false;
      continue;
    }
    if (modelKeys.has(entry.key.value)) model = entry.text();
    flags.push(...keyFlags(entry, entry.key, entry.key.value, engine, context));
  }
  return { flags, site: lastLine(root, context), model, complete, readBy: "engine" };
}

/** TensorRT-LLM's nested settings each count by their path, `kv_cache_config.dtype`; the others take a mapping as one value. */
function keyFlags(entry: YamlValue, key: Mapped, path: string, engine: EngineId, context: ReaderContext): Flag[] {
  const name = context.names(engine).resolve(`--${plainKey(path)}`);
  if (engine !== "tensorrt-llm") return [fieldFlag(entry, key, name, context)];
  if (!entry.isMap) return [fieldFlag(entry, key, name.facts && !name.dotted ? name : { ...name, name: path }, context)];
  return entry
    .entries()
    .flatMap((inner) =>
      inner.key && isReadable(inner.key.value) ? keyFlags(inner, inner.key, `${path}.${inner.key.value}`, engine, context) : [],
    );
}

/** A key as its flag is spelled, without the dashes in front. */
export function plainKey(key: string): string {
  const dot = key.indexOf(".");
  return dot < 0 ? key.replaceAll("_", "-") : key.slice(0, dot).replaceAll("_", "-") + key.slice(dot);
}

/** Behind the last entry, a comment on its line included. */
function lastLine(root: YamlValue, { source, lines }: ReaderContext): ArgumentSite | undefined {
  const last = root.entries().at(-1);
  if (!last?.key || root.isFlow) return undefined;
  let end = Math.max(last.span?.end ?? 0, last.key.span.end);
  while (end > 0 && /\s/.test(source[end - 1] ?? "")) end--;
  let line = end;
  while (line < source.length && source[line] !== "\n" && source[line] !== "\r") line++;
  const at = { start: line, end: line };
  return { style: "mapping", end: lines.range(at), before: `${lineBreak(source)}${indentAt(source, last.key.span.start)}`, after: "" };
}
