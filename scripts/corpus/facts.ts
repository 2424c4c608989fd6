import type { Catalog } from "../../src/catalog/catalog.ts";
import { type IndexEntry, sizeNames } from "./index-entry.ts";
import type { Told } from "./told.ts";

export const factNames = ["units", "engine", "model", ...sizeNames, "gpusPerReplica", "gpuType"] as const;
export type FactName = (typeof factNames)[number];

/** `left out`: the index says more; `beyond`: derived from what the index does not follow (an instance type). */
export type Outcome = "right" | "wrong" | "left out" | "beyond";

export interface Fact {
  readonly name: FactName;
  readonly outcome: Outcome;
  readonly expected: string;
  readonly found: string;
}

/** Every fact that the index or the tool states about a file with engines. */
export function factsOf(entry: IndexEntry, told: Told, catalog: Catalog): Fact[] {
  return [
    units(entry, told),
    engine(entry, told),
    model(entry, told),
    ...sizeNames.map((name) => asSets(name, entry.sizes[name], told.sizes[name])),
    gpusPerReplica(entry, told),
    gpuType(entry, told, catalog),
  ].filter(({ expected, found }) => expected !== "" || found !== "");
}

function units({ units }: IndexEntry, told: Told): Fact {
  const outcome = told.units === units ? "right" : told.units < units ? "left out" : "wrong";
  return { name: "units", outcome, expected: String(units), found: String(told.units) };
}

function engine({ engines, engineDetails }: IndexEntry, told: Told): Fact {
  const accepted = engines.map((name) => acceptedEngines(name, engineDetails));
  // Where the index names no engine, one that nobody knows is no claim.
  const open: readonly (string | null)[] = engines.length === 0 ? ["other", null] : [];
  const strange = told.engines.some((found) => !open.includes(found) && !accepted.some((names) => names.includes(found)));
  const missing = accepted.some((names) => !told.engines.some((found) => names.includes(found)));
  return {
    name: "engine",
    outcome: strange ? "wrong" : missing ? "left out" : "right",
    expected: joined(engines),
    found: joined(told.engines.map((name) => name ?? "unknown")),
  };
}

/** An engine that this product has no name for is `other` or unknown; Hugging Face's server starts vLLM by default. */
function acceptedEngines(name: string, details: readonly string[]): readonly (string | null)[] {
  switch (name) {
    case "dynamo-trtllm":
      return ["dynamo-tensorrt-llm"];
    case "dynamo-mocker":
      return ["dynamo-other", "other", null];
    case "other":
      return details.includes("huggingfaceserver") ? ["other", null, "vllm"] : ["other", null];
    default:
      return [name];
  }
}

/** Any of its names will do, for as many models as there are engines. */
function model({ models, modelAliases, units }: IndexEntry, told: Told): Fact {
  const found = new Set(told.models.filter((name) => name !== null));
  const accepted = new Set([...models, ...modelAliases]);
  const strange = [...found].some((name) => !accepted.has(name));
  return {
    name: "model",
    outcome: strange ? "wrong" : found.size < Math.min(models.length, units) ? "left out" : "right",
    expected: joined(models),
    found: joined([...found]),
  };
}

function gpusPerReplica(entry: IndexEntry, told: Told): Fact {
  const fact = asSets("gpusPerReplica", entry.gpusPerReplica, told.gpusPerReplica);
  const written = told.gpusPerReplica.filter((count) => count !== null && !told.gpusDerived.includes(count));
  const isBeyond = entry.gpusPerReplica.length === 0 && written.length === 0 && fact.outcome === "wrong";
  return isBeyond ? { ...fact, outcome: "beyond" } : fact;
}

/** The index has the words of the file, the tool the catalogue's id: words that the catalogue cannot resolve stay unknown. */
function gpuType({ gpuTypes }: IndexEntry, told: Told, catalog: Catalog): Fact {
  const resolved = gpuTypes.flatMap((word) => resolve(word, catalog) ?? []);
  return asSets("gpuType", resolved, told.gpus);
}

function resolve(word: string, catalog: Catalog): string | undefined {
  return catalog.instance(word)?.gpu ?? catalog.gpu(word)?.id ?? catalog.family(word);
}

function asSets<T extends string | number>(name: FactName, expected: readonly T[], values: readonly (T | null)[]): Fact {
  const wanted = new Set(expected);
  const found = new Set(values.filter((value) => value !== null));
  const strange = [...found].some((value) => !wanted.has(value));
  const missing = [...wanted].some((value) => !found.has(value));
  return {
    name,
    outcome: strange ? "wrong" : missing ? "left out" : "right",
    expected: joined([...wanted]),
    found: joined([...found]),
  };
}

function joined(values: readonly (string | number)[]): string {
  return [...new Set(values)].join(", ");
}
