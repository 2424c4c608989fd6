import type { Model } from "../../catalog/facts.ts";
import { atLeast } from "../../deployment/version.ts";
import type { VllmPool } from "./pool.ts";

/**
 * Whether logged starts of this kind stand behind the constants: releases up to 0.20 on NVIDIA cards, without the sampler that 0.9 to
 * 0.11.0 take from their image, and without experts in several attention replicas.
 */
export function isFittedStart(model: Model, { gpu, layout, version }: VllmPool): boolean {
  const isLogged = !atLeast(version, "0.21.0") && (atLeast(version, "0.11.1") || !atLeast(version, "0.9.0"));
  return isLogged && gpu.vendor === "nvidia" && !model.approximate && layout.attentionData === 1 && layout.prefillContext === 1;
}
