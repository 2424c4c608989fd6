/** V6: what a prompt's KV cache weighs, and the link that it takes (DistServe, arXiv 2401.09670, section 3.3; Mooncake, FAST'25, 5.3.1). */
import { describe, expect, it } from "vitest";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { kvTransfer } from "../../src/timing/collectives/kv-transfer.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();

/** Bytes of one token's keys and values as they move between a prefill and a decode instance. */
function movedBytesPerToken(model: string, tensor: number, gpu: string): number {
  const pools = ["prefill", "decode"].map((role) => ({ role, parallel: { tensor } }));
  const read = readCase(
    { id: "v6", deployment: { engine: "vllm", engineVersion: "0.10.0", model, gpu, gpusPerNode: 8, pools } },
    { catalog },
  );
  const settled = read.deployment && settle(read.deployment, catalog).settled;
  if (!settled) throw new Error("not settled");
  const [from, to] = settled.pools.map((pool) => ({ pool, plan: memoryPlan(settled.model, pool) }));
  if (!from || !to) throw new Error("no two pools");
  return kvTransfer(from, to, false).bytesPerToken;
}

describe("V6: the volume of KV caches", () => {
  it("is 1.13 GB for 512 tokens of OPT-66B, and 90 Gbit/s for ten such prompts a second", () => {
    const bytes = 512 * movedBytesPerToken("facebook/opt-66b", 4, "A100-SXM4-80GB");
    // 2 · 64 layers · 9,216 · 2 B · 512 tokens; the paper counts in GiB.
    expect(bytes).toBe(2 * 64 * 9216 * 2 * 512);
    expect(Math.abs(bytes / 2 ** 30 / 1.13 - 1)).toBeLessThan(0.02);
    expect(Math.abs((10 * 8 * bytes) / 2 ** 30 / 90 - 1)).toBeLessThan(0.02);
  });

  it("is 320 KiB a token of Llama-3-70B", () => {
    expect(movedBytesPerToken("meta-llama/Meta-Llama-3-70B-Instruct", 8, "A100-SXM4-80GB")).toBe(327_680);
  });
});
