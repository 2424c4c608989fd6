import { describe, expect, it } from "vitest";
import { readCase } from "../../../src/deployment/case.ts";
import { settle } from "../../../src/deployment/settle.ts";
import { watchedPart } from "../../../src/live/prediction/watched-part.ts";
import { workloadNumbers } from "../../../src/simulation/workload/numbers.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import { testCatalog } from "../../support/catalog.ts";

const catalog = testCatalog();

function settled(pools: readonly object[]) {
  const engine = { engine: "vllm", engineVersion: "0.11.0", model: "Qwen/Qwen3-8B", gpu: "H100-SXM-80GB" };
  const read = readCase({ id: "d", deployment: { ...engine, pools } }, { catalog });
  const found = read.error ? undefined : settle(read.deployment, catalog).settled;
  if (!found) throw new Error("does not settle");
  return found;
}

const assumed: Workload = { kind: "open-loop", ratePerSecond: 8, requests: 4000, promptTokens: 100, outputTokens: 50 };

describe("what of a deployment is watched", () => {
  const four = settled([{ role: "mixed", instances: 4, parallel: { tensor: 1, data: 2 } }]);

  it("is one pod of four, with a quarter of what is assumed to come", () => {
    const part = watchedPart(four, assumed, 2);
    expect(part.settled.pools[0]?.instances).toBe(1);
    expect(part.assumed && workloadNumbers(part.assumed)?.ratePerSecond).toBeCloseTo(2, 0);
  });

  it("is all of it where all engines are seen, or pools work together", () => {
    expect(watchedPart(four, assumed, 8)).toEqual({ settled: four, assumed });
    const both = settled([
      { role: "prefill", instances: 2, parallel: { tensor: 1 } },
      { role: "decode", instances: 2, parallel: { tensor: 1 } },
    ]);
    expect(watchedPart(both, assumed, 1)).toEqual({ settled: both, assumed });
  });
});
