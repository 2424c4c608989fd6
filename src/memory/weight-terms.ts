import type { Model } from "../catalog/facts.ts";
import { gib as gibWords } from "../catalog/quantity.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { allocationBytes } from "./allocation.ts";
import { drafterBytes } from "./draft-weights.ts";
import { towerTableBytes } from "./held-parts.ts";
import { absorbedBytes, latentCopyBytes, rotaryBytes } from "./kept-tables.ts";
import { loraSlotBytes } from "./lora-slots.ts";
import type { Confidence } from "./plan.ts";
import type { Stage } from "./stages.ts";
import type { Sum } from "./sum.ts";
import { type RankWeights, rankWeights, total } from "./weights.ts";

/** Three decimals, so that the printed sum gives the printed value. */
const gib = (bytes: number): string => gibWords(bytes, 3);

/** Logged starts of covered architectures lie within a percent; what is approximate was counted from fewer facts. */
const countedShare = 0.01;
const approximateShare = 0.08;

/** Adds what a rank loads, and the second copy of Shift Parallelism. */
export function addWeights(sum: Sum, model: Model, pool: SettledPool, stage: Stage): { readonly weights: number; readonly shift: number } {
  const { layout, settings, activationBytes } = pool;
  const isCounted = !model.approximate || model.checkpoint !== undefined;
  const confidence: Confidence = isCounted ? "engine-law" : "estimated";
  const share = isCounted ? countedShare : approximateShare;
  const parts = rankWeights(model, pool.weights, layout, stage, activationBytes);
  const beside = besideOf(model, pool, stage);
  const loaded = total(parts) + beside.reduce((sum, [bytes]) => sum + bytes, 0);
  const onHost = Math.min(settings.cpuOffloadBytes, loaded);
  const weights = sum.add(
    "weights",
    "Weights",
    {
      bytes: loaded - onHost,
      formula: `${weightsFormula(parts, beside)}${onHost > 0 ? ` − ${gib(onHost)} on the host` : ""}`,
      confidence,
      spread: share * loaded,
    },
    "memory.md 5",
  );
  if (pool.shiftThreshold === null || layout.sequence === 1) return { weights, shift: 0 };
  const whole = { ...layout, tensor: layout.tensor * layout.sequence, sequence: 1 };
  const copy = rankWeights(model, pool.weights, whole, stage, activationBytes);
  const bytes = total(copy);
  const shift = sum.add(
    "shift-weights",
    "Second copy for Shift",
    { bytes, formula: weightsFormula(copy, []), confidence, spread: share * bytes },
    "systems.md 6",
  );
  return { weights, shift };
}

type Named = readonly [bytes: number, name: string];

/** What a rank loads or makes beside the model's own weights. */
function besideOf(model: Model, pool: SettledPool, stage: Stage): readonly Named[] {
  return [
    [latentCopyBytes(model, pool, stage), "latent projections"],
    [absorbedBytes(model, pool, stage), "absorbed projections"],
    [rotaryBytes(model, pool), "rotary table"],
    // What SGLang measures is free memory, which its share of the card is taken from.
    [pool.budget.engine === "vllm" ? allocationBytes(model, pool, stage) : 0, "rests of allocated pieces"],
    [pool.layout.towers === "none" ? 0 : towerTableBytes(model), "tower's tables"],
    // SGLang's has a term of its own: its version decides what it is taken from.
    [pool.budget.engine === "sglang" ? 0 : drafterBytes(model, pool, stage), "drafter"],
    [loraSlotBytes(model, pool, stage), "adapter slots"],
  ];
}

function weightsFormula(parts: RankWeights, beside: readonly Named[]): string {
  const named: readonly Named[] = [
    [parts.attention, "attention"],
    [parts.recurrent, "recurrent layers"],
    [parts.mlp, "MLP"],
    [parts.experts, "experts"],
    [parts.embedding, "embedding and head"],
    [parts.towers, "vision tower"],
    [parts.copied, "norms and routers"],
    ...beside,
  ];
  return named
    .filter(([bytes]) => bytes > 0)
    .map(([bytes, name]) => `${gib(bytes)} ${name}`)
    .join(" + ");
}
