import { describe, expect, it } from "vitest";
import {
  highAffinityPlacement,
  highestRate,
  lowAffinityPlacement,
  type PhaseLayout,
} from "../../../../src/simulation/systems/distserve/placement-search.ts";

const powersOfTwo = ({ tensor, pipeline }: PhaseLayout): boolean => [1, 2, 4, 8].includes(tensor) && [1, 2, 4].includes(pipeline);

describe("DistServe's search for a placement", () => {
  it("takes the layout with the most requests a GPU for each phase by itself, as often as the rate needs", () => {
    // The paper's introduction: 13B on one A100 serves 5.6 prompts a second and 10 answers; two and one make 3.3 a GPU.
    const goodput = (phase: "prefill" | "decode", { tensor, pipeline }: PhaseLayout): number =>
      (phase === "prefill" ? 5.6 : 10) * (tensor * pipeline) ** 0.9;
    const plan = highAffinityPlacement({ nodes: 4, gpusPerNode: 8, ratePerSecond: 10, fits: powersOfTwo, goodput });
    expect(plan).toEqual({
      prefill: { tensor: 1, pipeline: 1, instances: 2, goodput: 5.6 },
      decode: { tensor: 1, pipeline: 1, instances: 1, goodput: 10 },
    });
  });

  it("prefers more GPUs where one serves nobody within the limits, and pipelines over nodes", () => {
    const goodput = (_: string, { tensor, pipeline }: PhaseLayout): number => (tensor * pipeline < 16 ? 0 : 3);
    const plan = highAffinityPlacement({ nodes: 2, gpusPerNode: 8, ratePerSecond: 5, fits: powersOfTwo, goodput });
    expect(plan?.prefill).toEqual({ tensor: 4, pipeline: 4, instances: 2, goodput: 3 });
    expect(highAffinityPlacement({ nodes: 1, gpusPerNode: 8, ratePerSecond: 5, fits: powersOfTwo, goodput })).toBeUndefined();
  });

  it("keeps both phases of a stage on one node where caches may not leave it", () => {
    const tried: string[] = [];
    const goodput = (prefill: PhaseLayout, decode: PhaseLayout): number => {
      tried.push(`${prefill.tensor}+${decode.tensor} × ${prefill.pipeline}`);
      return prefill.pipeline * Math.min(2.5 * prefill.tensor, 5 * decode.tensor);
    };
    const plan = lowAffinityPlacement({ nodes: 2, gpusPerNode: 4, ratePerSecond: 12, fits: powersOfTwo, goodput });
    expect(tried).toEqual(["1+1 × 1", "1+2 × 1", "2+1 × 1", "2+2 × 1", "1+1 × 2", "1+2 × 2", "2+1 × 2", "2+2 × 2"]);
    // Two GPUs of prompts feed one of answers: 5 requests a second of three GPUs.
    expect(plan).toEqual({
      prefill: { tensor: 2, pipeline: 1, instances: 3, goodput: 5 },
      decode: { tensor: 1, pipeline: 1, instances: 3, goodput: 5 },
    });
  });

  it("finds the highest rate that still meets what is asked", () => {
    expect(highestRate((rate) => rate <= 1.6, 5, 0.25)).toBe(1.5625);
    expect(highestRate(() => false, 5, 0.25)).toBe(0);
  });
});
