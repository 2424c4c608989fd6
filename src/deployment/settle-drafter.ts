import type { Catalog } from "../catalog/catalog.ts";
import type { Model } from "../catalog/facts.ts";
import { isSized } from "../catalog/weight-format.ts";
import type { Drafter } from "./settled.ts";
import { looksUp, type WrittenSpeculation } from "./written-speculation.ts";

/** Heads on the model's own hidden states: they share its embedding, and their names tell no sizes. */
const heads = /^(eagle3?|medusa|mlp_speculator|dflash)$/;

/** What speculation loads: the model's own further layers, a model of its own, or something whose size nobody knows. */
export function drafterOf(written: WrittenSpeculation | undefined, model: Model, tensor: number, catalog: Catalog): Drafter | undefined {
  // TensorRT-LLM's `AUTO` looks up n-grams (llm_args.py of 1.2).
  if (!written || looksUp(written) || written.method === "auto") return undefined;
  const { method, draft } = written;
  if (draftsWithModel(written, model)) return { kind: "own-layers", layers: model.nextLayers ?? 1 };
  if (draft === undefined) return undefined;
  const known = heads.test(method) ? undefined : catalog.model(draft)?.model;
  if (!known || !isSized(known.weights)) return { kind: "unsized", name: draft };
  return { kind: "model", model: known, weights: known.weights, tensor: written.tensor ?? tensor };
}

/** Whether the model's own further layers draft: multi-token prediction. */
export function draftsWithModel({ method, draft }: WrittenSpeculation, model: Model): boolean {
  return /mtp$|^nextn$/.test(method) || (draft === undefined && model.nextLayers !== undefined && /^(eagle|)$/.test(method));
}
