import { describe, expect, it } from "vitest";
import { bandOf } from "../../src/timing/operators/operator-band.ts";
import { stepModel } from "../../src/timing/step.ts";
import type { Basis } from "../../src/timing/step-model.ts";
import { decoding, poolOf } from "./pools.ts";

describe("how sure the operators of a step are", () => {
  const { model, pool } = poolOf({ model: "meta-llama/Llama-3.3-70B-Instruct", pools: [{ parallel: { tensor: 8 } }] });
  const shares = stepModel(model, pool).anatomy(decoding(32, 2000));

  it("is told of those whose kernels were measured, and not of the host", () => {
    const told = shares.filter((share) => bandOf(share)).map(({ operator }) => operator);
    expect(told).toEqual(["attention-projections", "mlp", "decode-attention", "head", "all-reduce"]);
  });

  it("is less for each step away from this very GPU", () => {
    const [share] = shares;
    if (!share) throw new Error("nothing is run");
    const width = (basis: Basis): number => {
      const band = bandOf({ ...share, basis });
      return band ? Math.log(band.high / band.low) : 0;
    };
    expect(width("interpolated")).toBeGreaterThan(width("measured"));
    expect(width("analytical")).toBeGreaterThan(width("interpolated"));
  });
});
