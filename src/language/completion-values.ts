import type { Catalog } from "../catalog/catalog.ts";
import { gib } from "../catalog/quantity.ts";
import type { Range } from "../deployment/text.ts";
import { factsOf } from "../rules/flag-table.ts";
import { knownModel } from "../rules/known.ts";
import { divisors, gpusAsked } from "../rules/layout.ts";
import type { Completion, DeploymentAnalysis } from "./results.ts";
import { planWith } from "./variants.ts";

interface Value {
  readonly text: string;
  readonly detail: string;
  readonly deprecated?: boolean;
}

/** Values of a flag, by what the model and the GPU admit; an empty name stands for the model itself. */
export function valuesFor(name: string, range: Range, owner: DeploymentAnalysis | undefined, catalog: Catalog): readonly Completion[] {
  const facts = name === "" ? undefined : factsOf(catalog, name);
  const flag = facts?.name ?? name;
  if (flag === "" || flag === "model")
    return items(
      catalog.models().map((text) => ({ text, detail: "" })),
      range,
      "model",
    );
  return items(special(flag, owner, catalog) ?? (facts?.choices ?? []).map((text) => ({ text, detail: "" })), range, "value");
}

function special(flag: string, owner: DeploymentAnalysis | undefined, catalog: Catalog): readonly Value[] | undefined {
  switch (flag) {
    case "tensor-parallel-size":
      return tensorSizes(owner, catalog);
    case "ulysses-sequence-parallel-size":
      return sequenceSizes(owner);
    case "max-model-len":
      return lengths(owner, catalog);
    case "gpu-memory-utilization":
      return ["0.85", "0.90", "0.92", "0.95"].map((text) => ({ text, detail: tokensWith(owner, { [flag]: text }, catalog) }));
    case "max-num-seqs":
      return ["64", "128", "256", "512", "1024"].map((text) => ({ text, detail: tokensWith(owner, { [flag]: text }, catalog) }));
    case "shift-parallel-threshold":
      return ["256", "512", "1024"].map((text) => ({ text, detail: text === "512" ? "default" : "" }));
    default:
      return undefined;
  }
}

/** Sizes that divide the heads, with what they leave for the cache. */
function tensorSizes(owner: DeploymentAnalysis | undefined, catalog: Catalog): readonly Value[] {
  const heads = knownModel(owner?.deployment)?.heads;
  const pool = owner?.deployment.pools[0];
  const asked = pool ? gpusAsked(pool) : undefined;
  const sizes = heads === undefined ? [1, 2, 4, 8] : divisors([heads], 16);
  return sizes.map((size) => {
    const plan = owner ? planWith(owner.deployment, 0, { "tensor-parallel-size": String(size) }, catalog) : undefined;
    const rank = plan?.ranks[plan.tightest];
    const fits =
      plan === undefined || rank === undefined ? "" : plan.fits ? `leaves ${gib(rank.kvCacheBytes)} for KV cache` : "does not fit";
    const here = asked === size ? "all GPUs asked for" : "";
    return { text: String(size), detail: [here, fits].filter((part) => part !== "").join(", "), deprecated: plan?.fits === false };
  });
}

function sequenceSizes(owner: DeploymentAnalysis | undefined): readonly Value[] {
  const facts = knownModel(owner?.deployment);
  const pool = owner?.deployment.pools[0];
  const tensor = pool?.engine.parallel.tensor.value ?? 1;
  const asked = pool ? gpusAsked(pool) : undefined;
  const sizes = facts && facts.heads % tensor === 0 ? divisors([facts.heads / tensor], 16) : [1, 2, 4, 8];
  return sizes.map((size) => ({
    text: String(size),
    detail:
      asked === size * tensor ? `TP ${tensor} × SP ${size} = all GPUs asked for` : `TP ${tensor} × SP ${size} = ${tensor * size} GPUs`,
  }));
}

/** The model's limit, what fits, and halves of it. */
function lengths(owner: DeploymentAnalysis | undefined, catalog: Catalog): readonly Value[] {
  const limit = knownModel(owner?.deployment)?.maxPositions;
  // A half-typed value leaves no plan of its own.
  const plan =
    owner?.memory[0] ?? (owner && limit ? planWith(owner.deployment, 0, { "max-model-len": String(limit) }, catalog) : undefined);
  const fitting = plan ? Math.floor(plan.longestModelLen / 1024) * 1024 : undefined;
  const values: Value[] = [];
  if (limit) values.push({ text: String(limit), detail: "the model's limit" });
  if (fitting && fitting > 0 && (!limit || fitting < limit)) values.push({ text: String(fitting), detail: "the longest that fits" });
  for (const text of ["8192", "16384", "32768", "65536", "131072"]) {
    if ((!limit || Number(text) < limit) && !values.some((value) => value.text === text)) values.push({ text, detail: "" });
  }
  return values;
}

function tokensWith(owner: DeploymentAnalysis | undefined, changes: Readonly<Record<string, string>>, catalog: Catalog): string {
  const plan = owner ? planWith(owner.deployment, 0, changes, catalog) : undefined;
  if (!plan) return "";
  return plan.fits ? `${Math.round(plan.kvCacheTokens / 1000)}k tokens of KV cache` : "does not fit";
}

function items(values: readonly Value[], range: Range, kind: Completion["kind"]): readonly Completion[] {
  return values.map(({ text, detail, deprecated }, index) => ({
    label: text,
    insert: text,
    range,
    kind,
    detail,
    documentation: "",
    deprecated: deprecated ?? false,
    sort: String(index).padStart(4, "0"),
  }));
}
