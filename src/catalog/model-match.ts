import type { Model, ModelMatch, WeightFormat } from "./facts.ts";
import type { ToldFormat } from "./format-words.ts";
import { modelOfConfig } from "./published-config.ts";
import { splitQuantisedName } from "./quantised-names.ts";
import type { StoredConfig, StoredModel } from "./stored.ts";
import { modelOf } from "./stored-model.ts";
import { elementBytes, isSized } from "./weight-format.ts";

/** One known id with what is stored of it; several may share a config. */
interface KnownModel {
  readonly id: string;
  readonly row: StoredModel | StoredConfig;
}

/** What the model is called, without its owner: the same word under another owner is a copy of it; `3_1` and `3.1` are one. */
const lastPart = (name: string) =>
  name
    .slice(name.lastIndexOf("/") + 1)
    .toLowerCase()
    .replace(/(\d)_(?=\d)/g, "$1.");

const ownerOf = (id: string) => id.slice(0, id.indexOf("/")).toLowerCase();

/** `Meta-Llama-3.1-8B` was renamed `Llama-3.1-8B` by its publisher; others end in `-hf` where they were converted, or do not. */
const renamed = (name: string) => name.replace(/^meta-llama-/, "llama-");

/** Folders, object stores and bare words name no published model, however they end. */
const isHubId = (name: string) =>
  /^[\w.-]+\/[\w.-]+$/.test(name) && !name.startsWith(".") && !/^(?:mnt|models?|data|workspace|opt|root|home)\//i.test(name);

/** Finds models by the names files give them: exact ids, re-uploads, quantised variants. Never by likeness. */
export class ModelNames {
  private readonly byId = new Map<string, KnownModel>();
  private readonly byLast = new Map<string, KnownModel[]>();
  private readonly made = new Map<KnownModel, Model>();

  constructor(rows: readonly (StoredModel | StoredConfig)[]) {
    for (const row of rows) {
      for (const id of "config" in row ? [row.id, ...(row.also ?? [])] : [row.id]) {
        const known = { id, row };
        this.byId.set(id.toLowerCase(), known);
        const last = lastPart(id);
        this.byLast.set(last, [...(this.byLast.get(last) ?? []), known]);
      }
    }
  }

  ids(): readonly string[] {
    return [...this.byId.values()].map(({ id }) => id);
  }

  find(name: string): ModelMatch | undefined {
    const id = name.trim().toLowerCase();
    const exact = this.byId.get(id);
    if (exact) return { model: this.model(exact), how: "exact" };
    if (!isHubId(id)) return undefined;
    const older = this.renamedByOwner(id);
    if (older) return { model: this.model(older), how: "alias" };
    // A known model quantised by this owner is nearer than another owner's checkpoint that happens to be called alike.
    const variant = this.quantised(id);
    if (variant) return variant;
    const same = this.sameModel(id);
    return same && { model: this.model(same), how: ownerOf(same.id) === ownerOf(id) ? "alias" : "re-upload" };
  }

  /** A name without its owner, where one known model is called so. */
  named(word: string): ModelMatch | undefined {
    const name = word.trim().toLowerCase();
    if (name.includes("/")) return undefined;
    const same = this.sameModel(name);
    return same ? { model: this.model(same), how: "alias" } : this.quantised(name);
  }

  /** `/models/Qwen3-32B`: ids that end alike, quantisation suffix or not. */
  proposals(path: string): readonly string[] {
    const last = lastPart(path.trim().replace(/\/+$/, ""));
    const base = splitQuantisedName(last)?.base;
    const rows = this.ending(last);
    return (rows.length > 0 || base === undefined ? rows : this.ending(base)).map((row) => row.id);
  }

  private quantised(id: string): ModelMatch | undefined {
    const split = splitQuantisedName(id);
    if (!split) return undefined;
    // Some publishers name the precision of all their checkpoints: `…-BF16` beside `…-FP8`.
    const row = this.byId.get(split.base) ?? this.sameModel(split.base) ?? this.byId.get(`${split.base}-bf16`);
    if (!row) return undefined;
    return { model: withWeights(this.model(row), split), how: "quantised-variant" };
  }

  /** The same owner's id before or after its publisher renamed it. */
  private renamedByOwner(id: string): KnownModel | undefined {
    const [owner = "", last = ""] = id.split("/");
    return this.byId.get(`${owner}/${renamed(last)}`) ?? this.byId.get(`${owner}/meta-${last}`);
  }

  /** One known id ends in the same word, under another owner or the publisher's older name. */
  private sameModel(id: string): KnownModel | undefined {
    const rows = this.ending(lastPart(id));
    return rows.length === 1 ? rows[0] : undefined;
  }

  private ending(last: string): readonly KnownModel[] {
    const exact = this.byLast.get(last);
    if (exact) return exact;
    const plain = renamed(last);
    const others = [plain, `meta-${plain}`, `${plain}-hf`, plain.replace(/-hf$/, "")];
    return others.map((name) => this.byLast.get(name)).find((rows) => rows !== undefined) ?? [];
  }

  private model(known: KnownModel): Model {
    const made = this.made.get(known);
    if (made) return made;
    const { id, row } = known;
    const model = "config" in row ? modelOfConfig(row, id) : modelOf(row);
    this.made.set(known, model);
    return model;
  }
}

/** A model quantised as its name says. */
function withWeights(model: Model, { weights, isSure }: ToldFormat): Model {
  const told = { ...model, weights, approximate: model.approximate || !isSure };
  if (!isSized(weights)) return told;
  // Of hybrids some makers narrow the MLPs alone, some the recurrent layers too: four bits in a name do not tell what such a checkpoint weighs.
  if (model.recurrent && elementBytes[weights.linear] < 1) return { ...told, weights: { method: weights.method, linear: null } };
  return keepsAttention(model, weights) ? { ...told, weights: { ...weights, plain: { attention: 1 } } } : told;
}

/**
 * Attention stays in 16 bit: of Llama 4 where llm-compressor makes floats of the rest (its examples/quantization_w8a8_fp8/
 * llama4_fp8_block_example.py), and latent attention where ModelOpt makes FP4 (cards of NVIDIA's DeepSeek-R1 checkpoints).
 */
function keepsAttention({ architecture, mla }: Model, { method, linear }: WeightFormat): boolean {
  if (architecture.startsWith("Llama4")) return linear === "fp8" || linear === "fp4";
  return mla !== null && method === "modelopt_fp4";
}
