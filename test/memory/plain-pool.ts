import type { Model, WeightFormat } from "../../src/catalog/facts.ts";
import { isSized } from "../../src/catalog/weight-format.ts";
import type { VllmCache } from "../../src/deployment/settled.ts";

/** How its checkpoint stores it. */
export function formatOf({ id, weights }: Model): WeightFormat {
  if (!isSized(weights)) throw new Error(`${id} is quantised in a way that is not known`);
  return weights;
}

export const cache: VllmCache = {
  isV1: true,
  isGrouped: true,
  states: "none",
  stateElementBytes: 2,
  matrixElementBytes: null,
  draftTokens: 0,
  headLayers: 0,
};
