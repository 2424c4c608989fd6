import type { Catalog } from "../catalog/catalog.ts";
import type { FlagTable } from "../catalog/facts.ts";
import type { Flag } from "../deployment/deployment.ts";
import { factsOf } from "./flag-table.ts";

export interface ForeignFlag {
  readonly engine: "sglang" | "tensorrt-llm";
  /** The other engine's own name, with dashes for underscores. */
  readonly name: string;
}

/** The engine that has a flag which vLLM has in no version. */
export function foreignFlagOf(catalog: Catalog, { name, spelled }: Flag): ForeignFlag | undefined {
  const base = name.split(".")[0] ?? name;
  if (factsOf(catalog, base) || factsOf(catalog, base.replace(/^no-/, "")) || isBeginning(catalog, base)) return undefined;
  // SGLang writes dashes, TensorRT-LLM underscores.
  const engines = spelled.includes("_") ? (["tensorrt-llm", "sglang"] as const) : (["sglang", "tensorrt-llm"] as const);
  for (const engine of engines) {
    const known = namesOf(catalog.flags(engine)).get(dashed(base));
    if (known !== undefined) return { engine, name: known };
  }
  return undefined;
}

/** The parser completes the beginning of a name. */
function isBeginning(catalog: Catalog, name: string): boolean {
  return catalog.flags("vllm").flags.some((facts) => facts.name.startsWith(name));
}

const indexes = new WeakMap<FlagTable, ReadonlyMap<string, string>>();

/** Every spelling of a table's flags, without dashes in front, to the name it stands for. */
function namesOf(table: FlagTable): ReadonlyMap<string, string> {
  const known = indexes.get(table);
  if (known) return known;
  const names = new Map<string, string>();
  for (const { name, aliases } of table.flags) for (const alias of [name, ...aliases]) names.set(dashed(alias), dashed(name));
  indexes.set(table, names);
  return names;
}

function dashed(spelling: string): string {
  return spelling.replace(/^-+/, "").replaceAll("_", "-");
}
