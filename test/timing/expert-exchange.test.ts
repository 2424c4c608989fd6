import { describe, expect, it } from "vitest";
import type { ExpertExchange } from "../../src/deployment/settled.ts";
import { exchangesOfExperts } from "../../src/timing/collectives/expert-exchange.ts";
import { poolOf } from "./pools.ts";

const replicas = { model: "deepseek-ai/DeepSeek-R1", pools: [{ parallel: { attentionData: 8, expert: 8 } }] };

function exchanged(expertExchange: ExpertExchange, deployment: Readonly<Record<string, unknown>> = {}) {
  const { model, pool } = poolOf({ gpu: "H200-SXM", ...replicas, ...deployment });
  const [operator] = exchangesOfExperts(model, { ...pool, settings: { ...pool.settings, expertExchange } }, 8, { unevenExchange: 1 });
  if (!operator) throw new Error("nothing is exchanged");
  return operator;
}

const us = (operator: ReturnType<typeof exchanged>, tokens: number): number => operator.seconds(tokens) * 1e6;

describe("tokens of attention replicas and their experts", () => {
  it("are gathered and summed by all ranks: 64 tokens of eight replicas are 7.3 MB each way", () => {
    // collectives.csv, eight H200 like eight H100: all-gather of 4 MiB 33, of 16 MiB 69 µs; reduce-scatter of 4 MiB 30, of 8 MiB 44 µs.
    expect(us(exchanged("gather"), 64)).toBeGreaterThan(33 + 30);
    expect(us(exchanged("gather"), 64)).toBeLessThan(69 + 44);
    expect(exchanged("gather").bytes(64)).toBeCloseTo(2 * 64 * 8 * 7168 * 2 * (7 / 8), 0);
  });

  it("are gathered as four bits and scales where experts multiply those", () => {
    // 0.5 + 1 / 16 byte an element there, two back.
    const narrow = exchanged("gather", { gpu: "B200-SXM", model: "nvidia/DeepSeek-R1-0528-NVFP4" });
    expect(narrow.bytes(64)).toBeCloseTo(64 * 8 * 7168 * (0.5625 + 2) * (7 / 8), 0);
  });

  it("are sent by DeepEP as measured, in decode steps and in prompts", () => {
    // moe_all2all.csv, SGLang 0.5.12, hidden 7,168, 8 of 256: of 64 tokens a rank tens of µs both ways; vLLM's kernels for throughput wait for the host.
    expect(us(exchanged("deepep-latency"), 64)).toBeLessThan(70);
    expect(us(exchanged("deepep-throughput"), 64)).toBeGreaterThan(250);
    const auto = exchanged("deepep-auto");
    expect(auto.seconds(64)).toBe(exchanged("deepep-latency").seconds(64));
    expect(auto.seconds(8192)).toBe(exchanged("deepep-throughput").seconds(8192));
  });

  it("go to the ranks of their experts alone: 8 choices meet 4.6 of seven others", () => {
    // 7 · (1 − (7 / 8)⁸) = 4.595 copies of 14,336 B, there and back.
    expect(exchanged("all-to-all").bytes(1)).toBeCloseTo(2 * 4.595 * 14_336, -2);
  });

  it("between nodes wait for the network, whatever kernel sends them", () => {
    const far = { gpusPerNode: 4, nodes: 2, links: { interNodeBytesPerSecond: 10e9 } };
    // 1,024 tokens: 67.5 MB each way, more than half of them over 10 GB/s · 0.8.
    expect(exchanged("deepep-latency", far).seconds(1024)).toBeGreaterThan((67.5e6 * 4) / 7 / 8e9);
    expect(exchanged("deepep-latency", far).basis).toBe("analytical");
    expect(exchanged("deepep-latency").basis).toBe("measured");
  });
});
