import type { ArgumentSite, EngineId, Flag } from "../../deployment.ts";
import type { FlagName, FlagNames } from "../../flag-names.ts";
import { isReadable, type Mapped, opaque } from "../../mapped.ts";
import { indentAt, lineBreak } from "../../placement.ts";
import type { MappingFlags } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { fieldFlag } from "./field-flags.ts";

/** More settings than any engine has. */
const mostSettings = 2_000;
const deepest = 8;

/**
 * An engine's own settings as a mapping: a file for `--config`, a platform's engine block, YAML in a ConfigMap. Keys of vLLM and SGLang
 * are long flags without dashes; those of TensorRT-LLM are fields of its `LlmArgs`, nested ones under dotted names.
 */
export function engineMapping(root: YamlValue, engine: EngineId, readBy: MappingFlags["readBy"], context: ReaderContext): MappingFlags {
  const names = context.names(engine);
  const fields = engine === "tensorrt-llm";
  const flags: Flag[] = [];
  let complete = root.document.errors.length === 0 && !root.document.structuralTemplate;
  let model: Mapped | undefined;
  const add = (entry: YamlValue, path: Mapped | undefined, depth: number): void => {
    const { key } = entry;
    if (!key || !isReadable(key.value) || flags.length >= mostSettings) {
      complete = false;
      return;
    }
    const name = path ? opaque(`${path.value}.${key.value}`, key.span) : key;
    const inner = fields && depth < deepest ? entry.allEntries() : [];
    if (inner.length > 0) {
      for (const one of inner) add(one, name, depth + 1);
      return;
    }
    // `vllm serve` itself knows its positional word by this name.
    if (name.value === "model_tag") model = entry.text();
    flags.push(fieldFlag(entry, name, fields ? fieldName(name.value, names) : names.resolve(`--${flagKey(name.value)}`), context));
  };
  for (const entry of root.allEntries()) add(entry, undefined, 0);
  return { flags, site: mappingSite(root, fields, context), model, complete, readBy };
}

/** A key as the flag it is: before the first dot underscores and dashes are one (argparse_utils.py of vLLM). */
export function flagKey(key: string): string {
  const dot = key.indexOf(".");
  return dot < 0 ? key.replaceAll("_", "-") : key.slice(0, dot).replaceAll("_", "-") + key.slice(dot);
}

/** Fields have neither aliases nor beginnings that would do; one that the flag table lacks may still be a field. */
function fieldName(key: string, names: FlagNames): FlagName {
  const { facts } = names.resolve(`--${key}`);
  return { name: key, facts: facts?.name === key ? facts : undefined, negated: false, dotted: key.includes(".") };
}

/** Behind the mapping's last line, a comment on it included. */
function mappingSite(root: YamlValue, fields: boolean, { source, lines }: ReaderContext): ArgumentSite | undefined {
  const entries = root.entries();
  const last = entries.at(-1);
  if (!last?.key || root.isFlow) return undefined;
  let end = Math.max(last.span?.end ?? 0, last.key.span.end);
  while (end > 0 && /\s/.test(source[end - 1] ?? "")) end--;
  // A comment behind the value stays on its line.
  let line = end;
  while (line < source.length && source[line] !== "\n" && source[line] !== "\r") line++;
  const at = { start: line, end: line };
  const snake = fields || entries.some(({ key }) => key?.value.includes("_"));
  return {
    style: snake ? "fields" : "mapping",
    end: lines.range(at),
    before: `${lineBreak(source)}${indentAt(source, last.key.span.start)}`,
    after: "",
  };
}
