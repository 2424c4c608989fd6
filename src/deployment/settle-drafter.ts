import type { Catalog } from "../catalog/catalog.ts";
import type { Model } from "../catalog/facts.ts";
import { isSized } from "../catalog/weight-format.ts";
import type { FlagReader } from "./flag-reader.ts";
import type { Drafter, JudgedEngine } from "./settled.ts";

/** How an engine is told to speculate. */
interface Speculation {
  readonly method: string;
  readonly draft: string | undefined;
  /** Ranks of the drafter; the model's own where nothing is said. */
  readonly tensor: number | undefined;
}

/** Heads on the model's own hidden states: they share its embedding, and their names tell no sizes. */
const heads = /^(eagle3?|medusa|mlp_speculator|dflash)$/;

/** What speculation loads: the model's own further layers, a model of its own, or something whose size nobody knows. */
export function drafterOf(engine: JudgedEngine, flags: FlagReader, model: Model, tensor: number, catalog: Catalog): Drafter | undefined {
  const speculation = engine === "vllm" ? ofVllm(flags) : engine === "sglang" ? ofSglang(flags) : ofTensorrt(flags);
  if (!speculation) return undefined;
  const { method, draft } = speculation;
  if (/mtp$|^nextn$/.test(method) || (draft === undefined && model.nextLayers !== undefined && /^(eagle|)$/.test(method)))
    return { kind: "own-layers", layers: model.nextLayers ?? 1 };
  if (draft === undefined) return undefined;
  const known = heads.test(method) ? undefined : catalog.model(draft)?.model;
  if (!known || !isSized(known.weights)) return { kind: "unsized", name: draft };
  return { kind: "model", model: known, weights: known.weights, tensor: speculation.tensor ?? tensor };
}

function ofVllm(flags: FlagReader): Speculation | undefined {
  const member = (key: string) => flags.member("speculative-config", key);
  const text = (key: string, flag: string) => {
    const value = member(key);
    return typeof value === "string" ? value : flags.text(flag);
  };
  const method = text("method", "spec-method")?.toLowerCase();
  const draft = text("model", "spec-model") ?? flags.text("speculative-model");
  const ranks = member("draft_tensor_parallel_size");
  if (/^\[?(ngram\w*|suffix)\]?$/.test(method ?? draft ?? "") || (method === undefined && draft === undefined)) return undefined;
  return { method: method ?? methodOf(draft ?? ""), draft, tensor: typeof ranks === "number" && ranks > 0 ? ranks : undefined };
}

function ofSglang(flags: FlagReader): Speculation | undefined {
  const method = flags.text("speculative-algorithm")?.toLowerCase();
  if (method === undefined || /^(ngram|none)$/.test(method)) return undefined;
  return { method, draft: flags.text("speculative-draft-model-path") ?? flags.text("speculative-draft-model"), tensor: undefined };
}

/** speculative_config of llm_args.py: MTP drafts with the model's own layers, the others load what they name. */
function ofTensorrt(flags: FlagReader): Speculation | undefined {
  const text = (key: string): string | undefined => {
    const value = flags.member("speculative_config", key);
    return typeof value === "string" ? value : undefined;
  };
  const method = text("decoding_type")?.toLowerCase();
  if (method === undefined || /^(ngram|lookahead|auto|user_provided)$/.test(method)) return undefined;
  return { method, draft: text("speculative_model_dir") ?? text("speculative_model"), tensor: undefined };
}

/** The engine tells by the drafter's own config, which its name mostly repeats. */
function methodOf(draft: string): string {
  return /eagle3/i.test(draft) ? "eagle3" : /eagle/i.test(draft) ? "eagle" : /medusa/i.test(draft) ? "medusa" : "draft_model";
}
