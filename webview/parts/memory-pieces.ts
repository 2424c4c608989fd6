import { isMeasured } from "../../src/memory/measured.ts";
import type { Confidence, Derivation, Part, RankMemory } from "../../src/memory/plan.ts";
import { words } from "./words.ts";

/** One piece of a GPU's memory: a line of the sum that takes bytes. */
export interface Piece {
  readonly part: Part;
  readonly name: string;
  readonly series: number;
  readonly bytes: number;
  /** Stands beyond the budget's line. */
  readonly isOutside: boolean;
  readonly step: Derivation;
}

/** Colours by part; what has none is a line of the sum, but no piece of the card. */
const series: Readonly<Record<Part, number | null>> = {
  budget: null,
  weights: 1,
  "shift-weights": 5,
  draft: 5,
  activation: 4,
  "non-torch": 6,
  graphs: 2,
  // What is left free stays blank.
  reserve: null,
  states: 2,
  "kv-cache": 3,
  "kv-token": null,
};

/** Pieces of one rank in the order of its bar: what the budget holds, the cache last, then what stands beside it. */
export function pieces(rank: RankMemory): readonly Piece[] {
  const all = rank.steps.flatMap((step): Piece[] => {
    const colour = series[step.part];
    if (colour === null || step.value <= 0) return [];
    return [
      { part: step.part, name: nameOf(step.part, rank), series: colour, bytes: step.value, isOutside: isOutside(step.part, rank), step },
    ];
  });
  const place = ({ part, isOutside: outside }: Piece): number => (outside ? 2 : part === "kv-cache" ? 1 : 0);
  return all.sort((a, b) => place(a) - place(b));
}

/** An engine that keeps a reserve shares out what was free before loading: neither what was taken before nor what runs in the reserve is in its budget. */
function isOutside(part: Part, { cudaGraphInBudget, reservedBytes, weightsBytes, steps }: RankMemory): boolean {
  if (part === "graphs") return !cudaGraphInBudget;
  // Older versions load a draft behind the pools.
  if (part === "draft") return steps.some((step) => step.part === "weights" && step.value >= weightsBytes);
  return reservedBytes > 0 && (part === "non-torch" || part === "activation");
}

function nameOf(part: Part, { cudaGraphInBudget, reservedBytes }: RankMemory): string {
  switch (part) {
    case "weights":
      return words("Weights");
    case "shift-weights":
      return words("Weights, Shift copy");
    case "draft":
      return words("Draft model");
    case "activation":
      return words("Activations");
    case "non-torch":
      return reservedBytes > 0 ? words("Taken before loading") : words("Outside the allocator");
    case "graphs":
      return cudaGraphInBudget || reservedBytes > 0 ? words("CUDA graphs") : words("CUDA graphs, beside the budget");
    case "reserve":
      return words("Left free");
    case "states":
      return words("Recurrent states");
    case "kv-cache":
      return words("KV cache");
    case "budget":
      return words("Budget");
    case "kv-token":
      return words("One token");
    default: {
      const never: never = part;
      return never;
    }
  }
}

/** ● what the engine itself computes, ◐ fitted on start-ups, ○ estimated; always with its word. */
export const marks: Readonly<Record<Confidence, string>> = { "engine-law": "●", fitted: "◐", estimated: "○" };

export function basisWords(step: Derivation): string {
  return isMeasured(step) ? words("measured") : confidenceWords(step.confidence);
}

export function confidenceWords(confidence: Confidence): string {
  switch (confidence) {
    case "engine-law":
      return words("the engine's own arithmetic");
    case "fitted":
      return words("fitted on start-up logs");
    case "estimated":
      return words("estimated");
    default: {
      const never: never = confidence;
      return never;
    }
  }
}
