import { describe, expect, it } from "vitest";
import { readCase } from "../../src/deployment/case.ts";
import { plain } from "../../src/deployment/message.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled } from "../../src/deployment/settled.ts";
import { servedBySystem } from "../../src/deployment/systems/served.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();

type Members = Readonly<Record<string, unknown>>;

function read(deployment: Members) {
  const whole = { engine: "vllm", model: "Qwen/Qwen3-32B", gpu: "H100-SXM-80GB", gpusPerNode: 8, ...deployment };
  return readCase({ id: "r1", deployment: whole }, { catalog });
}

function settled(deployment: Members): Settled {
  const { deployment: made, error } = read(deployment);
  const settlement = made && settle(made, catalog);
  if (!settlement?.settled) throw new Error(error?.message ?? "not settled");
  return settlement.settled;
}

/** `2 prefill of TP 2`, a pool each. */
function pools(deployment: Members): string[] | string {
  const served = servedBySystem(settled(deployment));
  if (!served.settled) return plain(served.problem);
  return served.settled.pools.map(({ instances, role, layout }) => {
    const sizes = (["data", "attentionData", "tensor", "sequence", "pipeline", "expert"] as const).filter((size) => layout[size] > 1);
    return `${instances} ${role} of ${sizes.map((size) => `${size} ${layout[size]}`).join(" × ") || "1 GPU"}`;
  });
}

const mixed = (instances: number, parallel: Members = { tensor: 2 }): Members => ({
  system: "distserve",
  pools: [{ role: "mixed", instances, parallel }],
});

describe("Sarathi-Serve on the GPUs of a deployment", () => {
  it("keeps its pools, with a budget and an order of its own", () => {
    const asked = { ...mixed(2), system: "sarathi", systemSettings: { budgetTokens: 2048 } };
    expect(pools(asked)).toEqual(["2 mixed of tensor 2"]);
    const served = servedBySystem(settled(asked)).settled?.pools[0]?.settings;
    expect(served).toMatchObject({ maxNumBatchedTokens: 2048, chunkedPrefill: true, scheduling: { decodesFirst: true, watermark: 0.01 } });
    expect(servedBySystem(settled({ ...mixed(2), system: "sarathi" })).settled?.pools[0]?.settings.maxNumBatchedTokens).toBe(512);
  });

  it("has no pools of their own for prompts and answers", () => {
    const pair = ["prefill", "decode"].map((role) => ({ role, instances: 1, parallel: { tensor: 2 } }));
    expect(pools({ system: "sarathi", pools: pair })).toBe(
      "Sarathi-Serve has no pools of their own for prompts and answers: each of its instances does both.",
    );
  });
});

describe("a system on the GPUs of one pool", () => {
  it("deals its instances out: half of them compute prompts, or as many as asked for", () => {
    expect(pools(mixed(4))).toEqual(["2 prefill of tensor 2", "2 decode of tensor 2"]);
    expect(pools(mixed(3))).toEqual(["1 prefill of tensor 2", "2 decode of tensor 2"]);
    expect(pools({ ...mixed(3), systemSettings: { prefillInstances: 2 } })).toEqual(["2 prefill of tensor 2", "1 decode of tensor 2"]);
  });

  it("halves a single instance: its engines, its attention replicas or its ranks", () => {
    expect(pools(mixed(1, { tensor: 2, data: 4 }))).toEqual(["1 prefill of data 2 × tensor 2", "1 decode of data 2 × tensor 2"]);
    expect(pools(mixed(1, { tensor: 8 }))).toEqual(["1 prefill of tensor 4", "1 decode of tensor 4"]);
    expect(pools(mixed(1, { tensor: 1, pipeline: 2 }))).toEqual(["1 prefill of 1 GPU", "1 decode of 1 GPU"]);
    const experts = { ...mixed(1, { tensor: 2, attentionData: 4, expert: 8 }), model: "Qwen/Qwen3-30B-A3B" };
    expect(pools(experts)).toEqual([
      "1 prefill of attentionData 2 × tensor 2 × expert 4",
      "1 decode of attentionData 2 × tensor 2 × expert 4",
    ]);
  });

  it("leaves pools that are apart as they are, and says what is missing otherwise", () => {
    const pair = [
      { role: "prefill", instances: 3, parallel: { tensor: 2 } },
      { role: "decode", instances: 1, parallel: { tensor: 4 } },
    ];
    expect(pools({ system: "distserve", pools: pair })).toEqual(["3 prefill of tensor 2", "1 decode of tensor 4"]);
    expect(pools(mixed(1, { tensor: 1 }))).toBe(
      "DistServe computes prompts and answers on different GPUs, and one instance of this layout cannot be halved.",
    );
    expect(pools({ ...mixed(2), systemSettings: { prefillInstances: 2 } })).toBe(
      "2 instances that compute prompts leave none of 2 to decode.",
    );
  });

  it("has a pool that does both only where the system has one", () => {
    const three = ["prefill", "mixed", "decode"].map((role) => ({ role, instances: 1 }));
    expect(pools({ system: "distserve", pools: three })).toBe(
      "DistServe has no instances that do both beside those for prompts and for answers.",
    );
    expect(pools({ system: "splitwise", pools: three })).toEqual(["1 prefill of 1 GPU", "1 mixed of 1 GPU", "1 decode of 1 GPU"]);
  });

  it("gives its engines their own scheduler", () => {
    const served = servedBySystem(settled(mixed(2)));
    expect(served.settled?.pools.map((pool) => pool.settings.scheduling)).toEqual([
      { engine: "phased", system: "DistServe", promptTokens: null, mostPauses: null },
      { engine: "phased", system: "DistServe", promptTokens: null, mostPauses: null },
    ]);
  });
});

describe("systems of the field", () => {
  const system = (name: string, systemSettings: Members = {}) =>
    settled({ system: name, systemSettings, pools: [{ role: "mixed", instances: 2, parallel: { tensor: 2 } }] });
  const served = (name: string, systemSettings: Members = {}): Settled => {
    const { settled: made } = servedBySystem(system(name, systemSettings));
    if (!made) throw new Error("not served");
    return made;
  };

  it("have the published settings unless a case says otherwise", () => {
    expect(system("tetriinfer").system).toMatchObject({
      chunkTokens: 512,
      promptWindow: 16,
      bucketTokens: 200,
      accuracy: 0.749,
      flipSeconds: 60,
    });
    expect(system("tetriinfer", { chunkTokens: 256, promptOrder: "SJF" }).system).toMatchObject({ chunkTokens: 256, promptOrder: "sjf" });
    expect(system("mooncake").system).toMatchObject({ prefillSelection: "kvcache-centric", rejection: "none", dramBytesPerNode: 1e12 });
    expect(system("infinite-llm").system).toMatchObject({ kind: "infinite-llm", lentShare: 0.5, heartbeatSeconds: 0.1 });
    expect(system("DistAttention").system?.kind).toBe("infinite-llm");
  });

  it("run TetriInfer's prompts in its chunks, and Mooncake's over stores in DRAM", () => {
    expect(served("tetriinfer", { chunkTokens: 256 }).pools.map(({ settings }) => settings.maxNumBatchedTokens)[0]).toBe(256);
    const [prefill, decode] = served("mooncake", { dramBytesPerNode: 4e11 }).pools;
    // Two of the node's eight GPUs have a quarter of its DRAM.
    expect(prefill?.kvTiers?.tiers).toMatchObject([{ kind: "dram", size: { kind: "bytes", bytes: 1e11 }, blockTokens: 256 }]);
    expect(prefill?.kvTiers).toMatchObject({ system: "Mooncake", loading: "layer-by-layer" });
    expect(decode?.kvTiers).toBeUndefined();
  });

  it("start Infinite-LLM's instances with contexts that they hold with what others lend", () => {
    const plan = (name: string | null, instances: number) => {
      const deployment = settled({
        model: "meta-llama/Llama-3.1-8B-Instruct",
        gpu: "L4",
        system: name,
        settings: { "max-model-len": 60_000 },
        pools: [{ role: "mixed", instances }],
      });
      return memoryPlan(deployment.model, deployment.pools[0] as Settled["pools"][number]);
    };
    const alone = plan(null, 4);
    expect(alone.refusal).toMatchObject({ kind: "model-len", longest: alone.longestModelLen });
    expect(alone.longestModelLen).toBeLessThan(60_000);
    // Three others lend half of theirs.
    expect(plan("infinite-llm", 4).fits).toBe(true);
    expect(plan("infinite-llm", 4).longestModelLen / alone.longestModelLen).toBeCloseTo(2.5, 2);
    expect(plan("infinite-llm", 1).longestModelLen).toBe(alone.longestModelLen);
  });

  it("let Mooncake refuse by the deployment's limits, unless a case has others", () => {
    const limits = (systemSettings: Members) => {
      const whole = system("mooncake", systemSettings);
      return servedBySystem({ ...whole, slo: { ttftSeconds: 3, tpotSeconds: 0.05, e2eSeconds: null, percentile: 95 } }).settled?.system;
    };
    expect(limits({})).toMatchObject({ ttftLimitSeconds: 3, tbtLimitSeconds: 0.05 });
    expect(limits({ tbtLimitSeconds: 0.3 })).toMatchObject({ ttftLimitSeconds: 3, tbtLimitSeconds: 0.3 });
    expect(served("mooncake").system).toMatchObject({ ttftLimitSeconds: null, tbtLimitSeconds: null });
  });

  it("keep Infinite-LLM's instances as they are, without a prefix cache", () => {
    const [pool, ...others] = served("infinite-llm").pools;
    expect(others).toEqual([]);
    expect([pool?.role, pool?.instances, pool?.settings.prefixCaching]).toEqual(["mixed", 2, false]);
  });
});

describe("a case's system", () => {
  it.each([
    [{ system: "distsrv" }, "The system “distsrv” is not known."],
    [{ system: "distserve", systemSettings: { batchTokens: "many" } }, "“batchTokens” must be a whole number from 1 up."],
    [{ system: "distserve", systemSettings: { affinity: "none" } }, "“affinity” of DistServe must be one of high, low."],
    [{ system: "distserve", systemSettings: { lm: 512 } }, "“lm” is no setting of DistServe; it has prefillInstances, "],
    [{ systemSettings: { lm: 512 } }, "“systemSettings” are those of a “system”, and none is named."],
  ])("is refused in words: %j", (deployment, words) => {
    expect(read(deployment).error?.message).toContain(words);
  });

  it("is what the engine does where none is named", () => {
    expect(settled({}).system).toBeUndefined();
    expect(settled({ system: null }).system).toBeUndefined();
  });
});
