import type { Catalog } from "../catalog/catalog.ts";
import { gib } from "../catalog/quantity.ts";
import { divisors } from "../deployment/divisors.ts";
import { saidVersion } from "../rules/certainty.ts";
import { choicesIn } from "../rules/choices.ts";
import { knownModel } from "../rules/known.ts";
import { gpusAsked } from "../rules/layout.ts";
import type { ValueSite } from "./completion-site.ts";
import { flagFacts } from "./flag-facts.ts";
import type { PoolPlace } from "./position.ts";
import type { Completion } from "./results.ts";
import { planWith } from "./variants.ts";

interface Value {
  readonly text: string;
  readonly detail: string;
  readonly deprecated?: boolean;
}

/** Values of a flag, by what the version, the model and the GPU admit. */
export function valueItems(site: ValueSite, owner: PoolPlace | undefined, catalog: Catalog): readonly Completion[] {
  const { engine, flag } = site;
  if (flag === "") return items(models(owner, catalog), site, "model");
  const own = owner?.analysis.deployment.engine === engine ? owner : undefined;
  return items(special(flag, own, catalog) ?? choices(site, own, catalog), site, "value");
}

/** Known models; those that end like the name in the file come first. */
function models(owner: PoolPlace | undefined, catalog: Catalog): readonly Value[] {
  const name = owner?.analysis.deployment.model?.value.name;
  const near = new Set(name === undefined ? [] : catalog.modelProposals(name));
  return [...near, ...catalog.models().filter((id) => !near.has(id))].map((text) => ({ text, detail: "" }));
}

function choices({ engine, flag }: ValueSite, owner: PoolPlace | undefined, catalog: Catalog): readonly Value[] {
  const table = catalog.flags(engine);
  const own = flagFacts(catalog, engine, flag);
  const facts = own ?? catalog.options(engine).options.get(flag);
  const version = owner && saidVersion(owner.pool);
  const ofVersion = own && version && choicesIn(own, version, table);
  const words = ofVersion ?? [...(facts?.type === "bool" ? ["true", "false"] : []), ...(facts?.choices ?? [])];
  return words.map((text) => ({ text, detail: text === facts?.default ? "default" : "" }));
}

/** Flags whose values follow from heads, memory or GPUs; the engines name the same things differently. */
function special(flag: string, owner: PoolPlace | undefined, catalog: Catalog): readonly Value[] | undefined {
  switch (flag) {
    case "tensor-parallel-size":
    case "tp-size":
    case "tensor_parallel_size":
      return tensorSizes(flag, owner, catalog);
    case "ulysses-sequence-parallel-size":
      return sequenceSizes(owner);
    case "max-model-len":
    case "context-length":
    case "max_seq_len":
      return lengths(flag, owner, catalog);
    case "gpu-memory-utilization":
      return ["0.85", "0.90", "0.92", "0.95"].map((text) => ({ text, detail: tokensWith(owner, { [flag]: text }, catalog) }));
    case "mem-fraction-static":
    case "free_gpu_memory_fraction":
      return ["0.80", "0.85", "0.88", "0.90"].map((text) => ({ text, detail: "" }));
    case "max-num-seqs":
      return ["64", "128", "256", "512", "1024"].map((text) => ({ text, detail: tokensWith(owner, { [flag]: text }, catalog) }));
    case "max-num-batched-tokens":
      return ["2048", "4096", "8192", "16384"].map((text) => ({ text, detail: tokensWith(owner, { [flag]: text }, catalog) }));
    case "shift-parallel-threshold":
      return ["256", "512", "1024"].map((text) => ({ text, detail: text === "512" ? "default" : "" }));
    default:
      return undefined;
  }
}

/** Sizes that divide the heads, with what they leave for the cache. */
function tensorSizes(flag: string, owner: PoolPlace | undefined, catalog: Catalog): readonly Value[] {
  const heads = knownModel(owner?.analysis.deployment)?.heads;
  const asked = owner ? gpusAsked(owner.pool) : undefined;
  const sizes = heads === undefined ? [1, 2, 4, 8] : divisors([heads], 16);
  return sizes.map((size) => {
    const plan = owner && planWith(owner.analysis.deployment, owner.index, { [flag]: String(size) }, catalog);
    const rank = plan?.ranks[plan.tightest];
    const fits =
      plan === undefined || rank === undefined ? "" : plan.fits ? `leaves ${gib(rank.kvCacheBytes)} for KV cache` : "does not fit";
    const here = asked === size ? "all GPUs asked for" : "";
    return { text: String(size), detail: [here, fits].filter((part) => part !== "").join(", "), deprecated: plan?.fits === false };
  });
}

function sequenceSizes(owner: PoolPlace | undefined): readonly Value[] {
  const facts = knownModel(owner?.analysis.deployment);
  const tensor = owner?.pool.engine.parallel.tensor.value ?? 1;
  const asked = owner ? gpusAsked(owner.pool) : undefined;
  const sizes = facts && facts.heads % tensor === 0 ? divisors([facts.heads / tensor], 16) : [1, 2, 4, 8];
  return sizes.map((size) => ({
    text: String(size),
    detail:
      asked === size * tensor ? `TP ${tensor} × SP ${size} = all GPUs asked for` : `TP ${tensor} × SP ${size} = ${tensor * size} GPUs`,
  }));
}

/** The model's limit, what fits, and halves of it. */
function lengths(flag: string, owner: PoolPlace | undefined, catalog: Catalog): readonly Value[] {
  const limit = knownModel(owner?.analysis.deployment)?.maxPositions;
  // A half-typed value leaves no plan of its own.
  const plan =
    owner?.analysis.memory[owner.index] ??
    (owner && limit ? planWith(owner.analysis.deployment, owner.index, { [flag]: String(limit) }, catalog) : undefined);
  const fitting = plan ? Math.floor(plan.longestModelLen / 1024) * 1024 : undefined;
  const values: Value[] = [];
  if (limit) values.push({ text: String(limit), detail: "the model's limit" });
  if (fitting && fitting > 0 && (!limit || fitting < limit)) values.push({ text: String(fitting), detail: "the longest that fits" });
  for (const text of ["8192", "16384", "32768", "65536", "131072"]) {
    if ((!limit || Number(text) < limit) && !values.some((value) => value.text === text)) values.push({ text, detail: "" });
  }
  return values;
}

function tokensWith(owner: PoolPlace | undefined, changes: Readonly<Record<string, string>>, catalog: Catalog): string {
  const plan = owner && planWith(owner.analysis.deployment, owner.index, changes, catalog);
  if (!plan) return "";
  return plan.fits ? `${Math.round(plan.kvCacheTokens / 1000)}k tokens of KV cache` : "does not fit";
}

function items(values: readonly Value[], site: ValueSite, kind: Completion["kind"]): readonly Completion[] {
  return values.map(({ text, detail, deprecated }, index) => ({
    label: text,
    insert: written(text, site),
    back: 0,
    range: site.range,
    kind,
    detail,
    documentation: "",
    deprecated: deprecated ?? false,
    sort: String(index).padStart(4, "0"),
  }));
}

/** A number or switch as a list item of its own must be text: Kubernetes and compose refuse anything else in a list of arguments. */
function written(text: string, { quote, isItem }: ValueSite): string {
  const around = quote === "" && isItem && /^(?:[-+.\d][\d._e+-]*|true|false|yes|no|on|off|null|~)$/i.test(text) ? '"' : quote;
  return `${around}${text}${around}`;
}
