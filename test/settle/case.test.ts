import { describe, expect, it } from "vitest";
import { readCase } from "../../src/deployment/case.ts";
import { plain } from "../../src/deployment/message.ts";
import { prefixRouting } from "../../src/deployment/routing.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled } from "../../src/deployment/settled.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();

// The case of interfaces.md, word for word.
const written =
  JSON.parse(`{"id":"r1","deployment":{"engine":"vllm","engineVersion":"0.12.0","model":"Qwen/Qwen3-32B","gpu":"H100-SXM-80GB","gpusPerNode":8,"nodes":1,
  "pools":[{"role":"mixed","instances":1,"parallel":{"tensor":2,"pipeline":1,"data":1,"expert":1,"sequence":1,"decodeContext":1,"attentionData":1}}],
  "weightQuantization":"fp8","kvCacheDtype":"auto","shiftThreshold":null,"settings":{"max-num-seqs":256,"gpu-memory-utilization":0.9},"gpuTotalBytes":null,"kvCacheBlocks":null},
 "workload":{"kind":"closed-loop","concurrency":8,"requests":80,"warmup":16,"promptTokens":{"uniform":[820,1024]},"outputTokens":{"uniform":[820,1024]}},"slo":{"ttftSeconds":0.5,"tpotSeconds":0.05},"seed":1}`);

type Changes = Readonly<Record<string, unknown>>;

function caseWith(changes: Changes) {
  return { ...written, deployment: { ...written.deployment, ...changes } };
}

function settledOf(value: unknown): Settled {
  const read = readCase(value, { catalog });
  if (!read.deployment) throw new Error(read.error.message);
  const { settled, missing } = settle(read.deployment, catalog);
  if (!settled) throw new Error(missing.map((one) => plain(one.message)).join("; "));
  return settled;
}

describe("a case", () => {
  it("becomes a deployment with its workload, limits and seed", () => {
    const read = readCase(written, { catalog });
    expect(read).toMatchObject({
      id: "r1",
      seed: 1,
      slo: { ttftSeconds: 0.5, tpotSeconds: 0.05, percentile: 95 },
      workload: written.workload,
    });
    expect(settledOf(written)).toMatchObject({
      model: { id: "Qwen/Qwen3-32B" },
      slo: { ttftSeconds: 0.5 },
      pools: [
        {
          gpu: { id: "H100-SXM5-80GB" },
          gpusPerNode: 8,
          nodes: 1,
          version: { text: "0.12.0" },
          layout: { tensor: 2, attentionData: 1, data: 1 },
          weights: { linear: "fp8" },
          settings: { maxNumSeqs: 256, maxNumBatchedTokens: 8192 },
          budget: { gpuMemoryUtilization: 0.9 },
          observed: { gpuTotalBytes: null, kvCacheBlocks: null },
        },
      ],
    });
  });

  it.each([
    ["compressed-tensors", "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", "int8"],
    ["gptq_marlin", "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16", "int4"],
    ["modelopt", "nvidia/DeepSeek-R1-0528-FP4", "fp4"],
    ["modelopt nvfp4", "Qwen/Qwen3-32B", "fp4"],
    ["auto_round int4", "Qwen/Qwen3-32B", "int4"],
    ["auto_round", "Qwen/Qwen3-32B", "int4"],
    ["FP8", "Qwen/Qwen3-32B", "fp8"],
  ])("“%s” for %s is %s: a checkpoint keeps its own format where the word names its method", (weightQuantization, model, linear) => {
    expect(settledOf(caseWith({ model, weightQuantization })).pools[0]?.weights.linear).toBe(linear);
  });

  it("takes the card whose memory a run reports where none is named, and says so", () => {
    expect(settledOf(caseWith({ gpu: null, gpuTotalBytes: 79.18 * 2 ** 30 })).pools[0]?.gpu.id).toBe("H100-SXM5-80GB");
    // A T4 by its drivers of 2025, which keep more to themselves.
    expect(settledOf(caseWith({ gpu: null, gpuTotalBytes: 14.56 * 2 ** 30 })).pools[0]?.gpu.id).toBe("T4");
    const settled = settledOf(caseWith({ gpu: null, gpuTotalBytes: 139.8 * 2 ** 30 }));
    expect(settled.pools[0]?.gpu.id).toBe("H200-SXM");
    expect(settled.assumed).toContainEqual(expect.objectContaining({ what: "gpu", value: "H200-SXM" }));
    const read = readCase(caseWith({ gpu: null, gpuTotalBytes: 7.92 * 2 ** 30 }), { catalog });
    expect(read.deployment && settle(read.deployment, catalog).missing).toContainEqual(expect.objectContaining({ what: "gpu" }));
  });

  it("takes variables of the engine's environment, a pool's own above the deployment's", () => {
    const pools = [{ parallel: { pipeline: 2 }, environment: { VLLM_PP_LAYER_PARTITION: "16,48" } }];
    const environment = { VLLM_PP_LAYER_PARTITION: "32,32" };
    expect(settledOf(caseWith({ environment, pools })).pools[0]?.layout.stageLayers).toEqual([16, 48]);
    expect(settledOf(caseWith({ environment, pools: [{ parallel: { pipeline: 2 } }] })).pools[0]?.layout.stageLayers).toEqual([32, 32]);
  });

  // bitsandbytes_loader.py unpacks doubly quantised scales from 0.9.2 on.
  it.each([
    ["0.9.1", 1 / 64 + 4 / (64 * 256)],
    ["0.9.2", 4 / 64],
  ])("in vLLM %s bitsandbytes keeps %d bytes of scales an element", (engineVersion, bytes) => {
    const [pool] = settledOf(caseWith({ engineVersion, weightQuantization: "bitsandbytes" })).pools;
    expect(pool?.weights.scaleBytesPerElement).toBe(bytes);
  });

  it("takes what a real run reported, links and settings", () => {
    const [pool] = settledOf(
      caseWith({
        gpuTotalBytes: 85e9,
        kvCacheBlocks: 1234,
        links: { intraNodeBytesPerSecond: 25e9, interNodeBytesPerSecond: 12.5e9, latencySeconds: 1e-5 },
        settings: { "max-model-len": "8K", "enable-prefix-caching": false, "enforce-eager": true },
        kvCacheDtype: "fp8",
      }),
    ).pools;
    expect(pool).toMatchObject({
      observed: { gpuTotalBytes: 85e9, kvCacheBlocks: 1234 },
      links: { intraNode: { bytesPerSecond: 25e9 }, interNode: { bytesPerSecond: 12.5e9 }, latencySeconds: 1e-5 },
      settings: { maxModelLen: 8192, prefixCaching: false, enforceEager: true },
      kvElementBytes: 1,
    });
  });

  it("lets a pool override the deployment", () => {
    const pools = [
      { role: "prefill", instances: 2, parallel: { tensor: 2 }, gpu: "B200" },
      { role: "decode", instances: 1, parallel: { tensor: 4 }, settings: { "max-num-seqs": 64 }, engineVersion: "0.19.0" },
    ];
    const settled = settledOf(caseWith({ pools }));
    expect(settled.pools).toMatchObject([
      { role: "prefill", instances: 2, gpu: { id: "B200-SXM" }, version: { text: "0.12.0" } },
      { role: "decode", gpu: { id: "H100-SXM5-80GB" }, settings: { maxNumSeqs: 64 }, version: { text: "0.19.0" } },
    ]);
  });

  it.each([
    ["gemma-2-9b-it", "google/gemma-2-9b-it", "bf16"],
    ["qwen3-32b-fp8", "Qwen/Qwen3-32B-FP8", "fp8"],
    ["qwen3-32b-autoround-int4", "Qwen/Qwen3-32B", "int4"],
  ])("takes %s, which names no folder here, as %s in %s", (model, id, linear) => {
    const settled = settledOf(caseWith({ model, weightQuantization: null }));
    expect([settled.model.id, settled.pools[0]?.weights.linear]).toEqual([id, linear]);
  });

  it.each([
    ["RTX 5070 Ti + RTX 5090 D", "RTX-5070-Ti"],
    ["H200 + NVIDIA H100 80GB HBM3", "H100-SXM5-80GB"],
  ])("of the unlike cards %s takes the smallest, %s", (gpu, id) => {
    expect(settledOf(caseWith({ gpu })).pools[0]?.gpu.id).toBe(id);
  });

  it("counts attention replicas of a dense model as engines of their own, of experts as lock-step", () => {
    const pools = [{ parallel: { attentionData: 2 } }];
    expect(settledOf(caseWith({ pools })).pools[0]?.layout).toMatchObject({ data: 2, attentionData: 1 });
    expect(settledOf(caseWith({ pools, model: "openai/gpt-oss-120b", weightQuantization: null })).pools[0]?.layout).toMatchObject({
      data: 1,
      attentionData: 2,
    });
  });

  it("takes the newest version and the engine's defaults where members are null or absent", () => {
    const settled = settledOf({ id: 7, deployment: { model: "Qwen/Qwen3-32B", gpu: "h200_sxm" } });
    expect(settled.pools[0]).toMatchObject({ versionAssumed: true, layout: { tensor: 1 }, budget: { gpuMemoryUtilization: 0.92 } });
    expect(settled.id).toBe("7");
  });

  it("reads shift from the threshold", () => {
    const pools = [{ parallel: { tensor: 1, sequence: 8 } }];
    expect(settledOf(caseWith({ pools, shiftThreshold: 512 })).pools[0]).toMatchObject({ shiftThreshold: 512, layout: { sequence: 8 } });
  });

  it.each([
    [null, "bad-case", "“case” must be an object."],
    [{ id: "x" }, "bad-case", "“deployment” must be an object."],
    [caseWith({ model: 3 }), "bad-case", "“model” must be text."],
    [caseWith({ model: "acme/secret" }), "missing", "Model not known: acme/secret."],
    [caseWith({ gpu: "Z900" }), "missing", "GPU type not known: Z900."],
    [caseWith({ gpu: "H200 + Z900" }), "missing", "GPU type not known: H200 + Z900."],
    [caseWith({ engine: "ollama" }), "unsupported", "Cases of ollama are not supported."],
    [caseWith({ engine: "mystery" }), "unsupported", "The engine “mystery” is not known."],
    [caseWith({ system: "orca" }), "bad-case", "The system “orca” is not known."],
    [caseWith({ pools: [{ parallel: { tensor: 0 } }] }), "bad-case", "“tensor” must be a whole number from 1 up."],
    [caseWith({ pools: [{ role: "both" }] }), "bad-case", "“role” must be mixed, prefill or decode."],
    [caseWith({ pools: "two" }), "bad-case", "“pools” must be a list."],
    [caseWith({ engineVersion: "latest" }), "bad-case", "“engineVersion” must be a version such as 0.19.0."],
    [caseWith({ weightQuantization: "fp3" }), "bad-case", "The weight quantisation “fp3” is not known."],
    [{ ...written, slo: { ttftSeconds: "fast" } }, "bad-case", "“ttftSeconds” must be a positive number."],
  ])("says what is wrong with case %#", (value, code, message) => {
    expect(readCase(value, { catalog }).error).toEqual({ code, message });
  });
});

describe("routing over the instances", () => {
  const scored = {
    ...prefixRouting,
    weights: { prefix: 3, queue: 0, running: 0, active: 0, freeCache: 0 },
    index: { from: "engines" },
  };
  const routed = (routing: unknown, instances: number) => caseWith({ routing, pools: [{ instances }] });

  it.each([
    [null, 3, undefined],
    ["random", 3, "random"],
    ["round-robin", 3, "round-robin"],
    ["least_requests", 3, "least-requests"],
    ["power_of_two", 3, "power-of-two"],
    ["prefix", 3, prefixRouting],
    [{ policy: "kv-cost", temperature: 0.5 }, 3, { policy: "kv-cost", overlapWeight: 1, temperature: 0.5 }],
    [{ policy: "prefix", weights: { prefix: 3 }, index: "engines" }, 1, scored],
  ])("%s over %i", (word, instances, policy) => {
    expect(settledOf(routed(word, instances)).routing).toEqual(policy);
  });

  it.each([
    ["by-mood", "bad-case"],
    [7, "bad-case"],
    [{ policy: "kv-cost", temperature: -1 }, "bad-case"],
  ])("%s over three is told", (word, code) => {
    expect(readCase(routed(word, 3), { catalog }).error?.code).toBe(code);
  });
});
