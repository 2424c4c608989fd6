import type { Catalog } from "../catalog/catalog.ts";
import type { FlagEngine, FlagTable } from "../catalog/facts.ts";
import type { EngineId, Flag } from "../deployment/deployment.ts";
import { factsOf } from "./flag-table.ts";

export interface ForeignFlag {
  readonly engine: FlagEngine;
  /** The other engine's own name, with dashes for underscores. */
  readonly name: string;
}

/** The engine that has a flag which this one has in no version. */
export function foreignFlagOf(catalog: Catalog, own: EngineId, { name, spelled }: Flag): ForeignFlag | undefined {
  const base = name.split(".")[0] ?? name;
  const table = catalog.flags(own);
  if (factsOf(table, base) || factsOf(table, base.replace(/^no-/, "")) || isBeginning(table, base)) return undefined;
  // vLLM and SGLang write dashes, TensorRT-LLM underscores.
  const engines = spelled.includes("_") ? (["tensorrt-llm", "sglang", "vllm"] as const) : (["sglang", "vllm", "tensorrt-llm"] as const);
  for (const engine of engines) {
    const known = engine === own ? undefined : namesOf(catalog.flags(engine)).get(dashed(base));
    if (known !== undefined) return { engine, name: known };
  }
  return undefined;
}

/** The parser completes the beginning of a name. */
function isBeginning(table: FlagTable, name: string): boolean {
  return table.flags.some((facts) => facts.name.startsWith(name));
}

const indexes = new WeakMap<FlagTable, ReadonlyMap<string, string>>();

/** Every spelling of a table's flags, without dashes in front, to the name it stands for. */
function namesOf(table: FlagTable): ReadonlyMap<string, string> {
  const known = indexes.get(table);
  if (known) return known;
  const names = new Map<string, string>();
  for (const { name, aliases, negatable, plugin } of table.flags) {
    if (plugin) continue;
    for (const alias of [name, ...aliases]) names.set(dashed(alias), dashed(name));
    if (negatable) names.set(`no-${dashed(name)}`, `no-${dashed(name)}`);
  }
  indexes.set(table, names);
  return names;
}

function dashed(spelling: string): string {
  return spelling.replace(/^-+/, "").replaceAll("_", "-");
}
