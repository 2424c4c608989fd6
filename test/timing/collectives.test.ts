import { describe, expect, it } from "vitest";
import { allReduceSeconds, groupOf } from "../../src/timing/collectives/collectives.ts";
import { poolOf } from "./pools.ts";

const reduced = (deployment: Readonly<Record<string, unknown>>, tensor: number, bytes: number): number => {
  const { pool } = poolOf({ ...deployment, pools: [{ parallel: { tensor } }] });
  return allReduceSeconds(pool, groupOf(tensor, pool), bytes) * 1e6;
};

describe("all-reduce inside a node", () => {
  // collectives.csv: 4,096 B among four H100 in a graph take 4.7 µs under vLLM 0.24, 2.7 under SGLang 0.5.14, 3.1 under TensorRT-LLM 1.3.
  it.each([
    { engine: "vllm", engineVersion: "0.19.0", measured: 4.7 },
    { engine: "sglang", engineVersion: "0.5.14", measured: 2.7 },
    { engine: "tensorrt-llm", engineVersion: "1.2.0", measured: 3.1 },
  ])("is that of the engine: $engine", ({ measured, ...engine }) => {
    expect(reduced(engine, 4, 4096)).toBeCloseTo(measured, 1);
  });

  it("is NCCL's rate beyond the engine's own kernel: 1 GB among eight H100 in 4.0 ms", () => {
    expect(reduced({}, 8, 2 ** 30)).toBeCloseTo(4009, 0);
  });

  it("crosses the hosts' bridges on cards without NVLink, as those of an L40S", () => {
    // l40s: 4 MiB among two in 0.23 ms; the RTX 4090's link is the same PCIe 4 x16.
    expect(reduced({ gpu: "RTX-4090" }, 2, 2 ** 22)).toBeCloseTo(229.4, 0);
  });

  it("asks no network between nodes that share one switched fabric", () => {
    const { pool } = poolOf({ gpu: "GB200", gpusPerNode: 4, pools: [{ parallel: { tensor: 16 } }] });
    expect(groupOf(16, pool)).toEqual({ ranks: 16, inside: 16, nodes: 1 });
  });
});
