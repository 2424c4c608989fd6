import type { Catalog } from "../catalog/catalog.ts";
import type { Model } from "../catalog/facts.ts";
import { wordTable } from "../catalog/word-table.ts";
import { caseAdmission } from "./admission.ts";
import { asBetween, asCount, asFields, asNotNegative, asText, CaseError, type Fields, isFields, optional } from "./case-fields.ts";
import { casePool } from "./case-pool.ts";
import { caseRouting } from "./case-routing.ts";
import { caseSlo } from "./case-slo.ts";
import type { Deployment, EngineId, ModelReference, Slo } from "./deployment.ts";
import { routedPrompts } from "./local-prompts.ts";
import type { Known } from "./located.ts";
import { isJudged } from "./settle-engine.ts";
import { namedWeights, weightsOf } from "./settle-formats.ts";
import { caseSystem } from "./systems/system.ts";
import { emptyRange } from "./text.ts";

export interface CaseFailure {
  readonly code: "bad-case" | "unsupported" | "missing";
  readonly message: string;
}

/** A case of interfaces.md as a deployment, so that it takes the same path as a file. `workload` is as written, null when absent. */
export type ReadCase =
  | {
      readonly id: string;
      readonly deployment: Deployment;
      readonly workload: unknown;
      readonly slo: Slo | null;
      readonly seed: number;
      readonly error?: undefined;
    }
  | { readonly id: string; readonly deployment?: undefined; readonly error: CaseFailure };

const engines: Readonly<Record<string, EngineId>> = wordTable({
  vllm: "vllm",
  sglang: "sglang",
  "tensorrt-llm": "tensorrt-llm",
  trtllm: "tensorrt-llm",
  tgi: "tgi",
  nim: "nim",
  "llama.cpp": "llama.cpp",
  ollama: "ollama",
  other: "other",
});

/** Reads one case. Never throws on its content: what is wrong comes back as an error that names the member. */
export function readCase(value: unknown, { catalog }: { readonly catalog: Catalog }): ReadCase {
  const id = isFields(value) && (typeof value.id === "string" || typeof value.id === "number") ? String(value.id) : "";
  try {
    const fields = asFields(value, "case");
    const whole = asFields(fields.deployment, "deployment");
    const deployment = caseDeployment(id, whole, catalog, optional(fields, "slo", caseSlo));
    const seed = optional(fields, "seed", asNotNegative) ?? 1;
    return { id, deployment, workload: fields.workload ?? null, slo: deployment.slo?.value ?? null, seed: Math.floor(seed) };
  } catch (error) {
    if (error instanceof CaseError) return { id, error: { code: error.code, message: error.message } };
    throw error;
  }
}

function caseDeployment(id: string, whole: Fields, catalog: Catalog, slo: Slo | undefined): Deployment {
  const engineWord = optional(whole, "engine", asText) ?? "vllm";
  const engine = engines[engineWord.toLowerCase()];
  if (!engine) throw new CaseError("unsupported", `The engine “${engineWord}” is not known.`);
  if (!isJudged(engine)) throw new CaseError("unsupported", `Cases of ${engineWord} are not supported.`);
  const model = caseModel(whole, catalog);
  const listed = whole.pools;
  if (listed !== undefined && listed !== null && !Array.isArray(listed)) throw new CaseError("bad-case", "“pools” must be a list.");
  const pools = (Array.isArray(listed) && listed.length > 0 ? listed : [{}]).map((pool, index) =>
    casePool(asFields(pool, `pools[${index}]`), { engine, whole, model: model.facts?.value, catalog }),
  );
  return {
    id,
    name: id,
    format: "case",
    anchor: emptyRange,
    engine,
    launcher: null,
    model: { value: model, origin: "argument" },
    pools,
    slo: slo && { value: slo, origin: "argument" },
    workload: undefined,
    routing: optional(whole, "routing", caseRouting),
    ...admissionOf(whole),
    ...systemOf(whole),
    ...localPrompts(whole),
    acceptance: caseAcceptance(whole),
    ignored: new Set(),
    gpuHourPrice: priceOf(whole),
  };
}

function priceOf(whole: Fields): Known<number> {
  const value = optional(whole, "price", asNotNegative);
  return value === undefined ? undefined : { value, origin: "argument" };
}

function admissionOf(whole: Fields): Pick<Deployment, "admission"> {
  const value = optional(whole, "admission", caseAdmission);
  return value ? { admission: { value, origin: "argument" } } : {};
}

function systemOf(whole: Fields): Pick<Deployment, "system"> {
  const word = optional(whole, "system", asText);
  const settings = optional(whole, "systemSettings", asFields) ?? {};
  if (word !== undefined) return { system: { value: caseSystem(word, settings), origin: "argument" } };
  if (Object.keys(settings).length > 0) throw new CaseError("bad-case", "“systemSettings” are those of a “system”, and none is named.");
  return {};
}

function localPrompts(whole: Fields): Pick<Deployment, "localPrompts"> {
  const fields = optional(whole, "localPrompts", asFields);
  if (!fields) return {};
  const value = {
    ...routedPrompts,
    belowTokens: optional(fields, "belowTokens", asCount) ?? routedPrompts.belowTokens,
    belowShare: optional(fields, "belowShare", asBetween(0, 1)) ?? routedPrompts.belowShare,
  };
  return { localPrompts: { value, origin: "argument" } };
}

function caseAcceptance(whole: Fields): Known<number> {
  const value = optional(optional(whole, "speculation", asFields) ?? {}, "acceptance", asBetween(0, 0.9999));
  return value === undefined ? undefined : { value, origin: "argument" };
}

/** The model with the weights that the case names, whatever its checkpoint holds. */
function caseModel(whole: Fields, catalog: Catalog): ModelReference {
  const name = asText(whole.model, "model");
  const known = (catalog.model(name) ?? catalog.namedModel(name))?.model;
  const word = optional(whole, "weightQuantization", asText);
  if (!known) throw new CaseError("missing", `Model not known: ${name}.`);
  return { name, facts: { value: word === undefined || /^auto$/i.test(word) ? known : quantised(known, word), origin: "argument" } };
}

/** A checkpoint stored in a format of the same element type keeps it with its scales; so does one whose own method the word names, which says nothing of bits. */
function quantised(model: Model, word: string): Model {
  const weights = namedWeights(word);
  if (!weights) throw new CaseError("bad-case", `The weight quantisation “${word}” is not known.`);
  const own = weightsOf(model, undefined);
  const isOwn = own !== undefined && own.method !== "none" && (own.linear === weights.linear || namesMethod(word, own.method));
  return isOwn ? model : { ...model, weights };
}

/** `gptq_marlin` names `gptq`, `modelopt` also `modelopt_fp4`. */
function namesMethod(word: string, method: string): boolean {
  const name = word
    .trim()
    .toLowerCase()
    .replace(/_marlin$/, "");
  return method.replaceAll("_", "-").startsWith(name.replaceAll("_", "-"));
}
