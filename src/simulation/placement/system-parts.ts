import { randomSource } from "../random.ts";
import type { Requests } from "../requests.ts";
import { InfiniteLlmParts } from "../systems/dist-attention/infinite-llm-parts.ts";
import { expectedTokens } from "../systems/tetriinfer/length-predictor.ts";
import { tetriinferParts } from "../systems/tetriinfer/parts.ts";
import type { ClusterPlan } from "./cluster.ts";
import type { CoreParts } from "./core-parts.ts";

/** What the system that a deployment runs as changes of its engine cores, and what it foresees of its requests. */
export function systemParts(plan: ClusterPlan, requests: Requests, seed: number): CoreParts {
  const { system } = plan;
  switch (system?.kind) {
    case "tetriinfer":
      requests.expected = expectedTokens(requests.output, system, randomSource(seed, "lengthsForeseen"));
      return tetriinferParts(system);
    case "infinite-llm":
      return new InfiniteLlmParts(plan, system);
    default:
      return {};
  }
}
