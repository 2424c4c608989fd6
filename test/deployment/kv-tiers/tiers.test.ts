import { describe, expect, test } from "vitest";
import { readCase } from "../../../src/deployment/case.ts";
import type { Deployment } from "../../../src/deployment/deployment.ts";
import type { KvTiers } from "../../../src/deployment/kv-tiers/kv-tiers.ts";
import { settle } from "../../../src/deployment/settle.ts";
import { noSurroundings } from "../../../src/deployment/surroundings.ts";
import { testCatalog } from "../../support/catalog.ts";
import { only, readLine, readText } from "../support.ts";

const GiB = 2 ** 30;

function settled(deployment: Deployment) {
  const { settled: whole, missing } = settle(deployment, testCatalog());
  if (!whole) throw new Error(JSON.stringify(missing));
  return { tiers: whole.pools[0]?.kvTiers, assumed: whole.assumed.filter(({ what }) => what === "kvTiers") };
}

/** `dram 10 GiB`, `ssd 2 × cache`, `remote 5 chunks`. */
function sizes(tiers: KvTiers | undefined): string[] {
  return (tiers?.tiers ?? []).map(({ kind, size }) => {
    if (size.kind === "bytes") return `${kind} ${size.bytes / GiB} GiB`;
    return size.kind === "of-cache" ? `${kind} ${size.times} × cache` : `${kind} ${size.chunks} chunks`;
  });
}

const vllm = (flags: string, variables = ""): ReturnType<typeof settled> =>
  settled(only(readLine(`${variables} vllm serve meta-llama/Llama-3.1-8B-Instruct --tensor-parallel-size 2 ${flags}`, onH100)).deployment);

const sglang = (flags: string, variables = ""): ReturnType<typeof settled> =>
  settled(only(readLine(`${variables} python3 -m sglang.launch_server --model-path Qwen/Qwen3-32B --tp 2 ${flags}`, onH100)).deployment);

const onH100 = { ...noSurroundings, argument: { gpu: "H100-SXM5-80GB" } };

const connector = (value: unknown): string => `--kv-transfer-config '${JSON.stringify(value)}'`;

describe("vLLM's own offloading", () => {
  test("of a size over all ranks goes to the host as blocks are computed, and comes back beside the steps of others", () => {
    const { tiers } = vllm("--kv-offloading-size 64");
    expect(sizes(tiers)).toEqual(["dram 64 GiB"]);
    expect(tiers).toMatchObject({ system: "vLLM offloading", loading: "aside", keepsAnswers: true });
    // PCIe 5 x16 of two GPUs, of which copies reach 0.8.
    expect(tiers?.tiers[0]).toMatchObject({ writePolicy: "write-through", shared: "engine", readBytesPerSecond: 2 * 64e9 * 0.8 });
  });

  test("by its connector: bytes or blocks, chunks, and when a block is written", () => {
    const told = (kv_connector_extra_config: unknown) =>
      vllm(connector({ kv_connector: "OffloadingConnector", kv_connector_extra_config })).tiers;
    expect(sizes(told({ cpu_bytes_to_use: 10 * GiB, block_size: 64 }))).toEqual(["dram 10 GiB"]);
    expect(told({ cpu_bytes_to_use: GiB, block_size: 64 })?.tiers[0]?.blockTokens).toBe(64);
    expect(sizes(told({ num_cpu_blocks: 5000 }))).toEqual(["dram 5000 chunks"]);
    expect(told({ cpu_bytes_to_use: GiB, store_threshold: 2 })?.tiers[0]?.writePolicy).toBe("write-through-selective");
    expect(told({ cpu_bytes_to_use: GiB, lazy_offload: true })?.tiers[0]?.writePolicy).toBe("write-back");
    expect(told({ cpu_bytes_to_use: GiB, offload_prompt_only: true })?.keepsAnswers).toBe(false);
    const tiering = { spec_name: "TieringOffloadingSpec", cpu_bytes_to_use: GiB, secondary_tiers: [{ type: "fs", max_disk_gib: 200 }] };
    expect(sizes(told(tiering))).toEqual(["dram 1 GiB", "ssd 200 GiB"]);
  });

  test("among several connectors, wherever it stands", () => {
    const nixl = { kv_connector: "NixlConnector", kv_role: "kv_both" };
    const own = { kv_connector: "OffloadingConnector", kv_connector_extra_config: { cpu_bytes_to_use: 2 * GiB } };
    const both = { kv_connector: "MultiConnector", kv_connector_extra_config: { connectors: [nixl, own] } };
    expect(sizes(vllm(connector(both)).tiers)).toEqual(["dram 2 GiB"]);
    expect(vllm(connector(nixl)).tiers).toBeUndefined();
  });

  test("without a size is not guessed at", () => {
    const { tiers, assumed } = vllm(connector({ kv_connector: "OffloadingConnector" }));
    expect(tiers).toBeUndefined();
    expect(assumed).toMatchObject([{ value: "none" }]);
  });
});

describe("LMCache", () => {
  const lmcache = connector({ kv_connector: "LMCacheConnectorV1", kv_role: "kv_both" });

  test("has 5 GiB for each GPU's process unless told, in chunks of 256 tokens, without answers", () => {
    const { tiers } = vllm(lmcache);
    expect(sizes(tiers)).toEqual(["dram 10 GiB"]);
    expect(tiers).toMatchObject({ system: "LMCache", loading: "before-step", keepsAnswers: false });
    expect(tiers?.tiers[0]?.blockTokens).toBe(256);
  });

  test("takes its variables: host, disk, server, chunks, layers", () => {
    const told =
      "LMCACHE_MAX_LOCAL_CPU_SIZE=20 LMCACHE_LOCAL_DISK=file:///cache LMCACHE_MAX_LOCAL_DISK_SIZE=100 LMCACHE_REMOTE_URL=redis://r:6379 LMCACHE_CHUNK_SIZE=128 LMCACHE_USE_LAYERWISE=True LMCACHE_SAVE_DECODE_CACHE=true";
    const { tiers, assumed } = vllm(lmcache, told);
    expect(sizes(tiers)).toEqual(["dram 40 GiB", "ssd 200 GiB", "remote 1024 GiB"]);
    expect(tiers).toMatchObject({ loading: "layer-by-layer", keepsAnswers: true });
    expect(tiers?.tiers.map(({ shared, blockTokens }) => [shared, blockTokens])).toEqual([
      ["engine", 128],
      ["engine", 128],
      ["all", 128],
    ]);
    expect(assumed.map(({ value }) => value)).toContain("remote 1 TiB");
  });

  test("keeps nothing in the host where that is off", () => {
    expect(sizes(vllm(lmcache, "LMCACHE_LOCAL_CPU=False LMCACHE_REMOTE_URL=lm://s:65432").tiers)).toEqual(["remote 1024 GiB"]);
  });

  test("takes the connector's own settings above its variables", () => {
    const told = { kv_connector: "LMCacheConnectorV1", kv_connector_extra_config: { "lmcache.max_local_cpu_size": 7 } };
    expect(sizes(vllm(connector(told), "LMCACHE_MAX_LOCAL_CPU_SIZE=20").tiers)).toEqual(["dram 14 GiB"]);
  });

  test("reads the file that LMCACHE_CONFIG_FILE names where a ConfigMap holds it, below variables and the connector's settings", () => {
    const text = (file: string, variables = ""): string => `# inference-lens: gpu=H100-SXM5-80GB
apiVersion: v1
kind: Pod
metadata: { name: llama }
spec:
  containers:
    - name: engine
      image: lmcache/vllm-openai:v0.11.0
      args: ["meta-llama/Llama-3.1-8B-Instruct", "--kv-transfer-config", '{"kv_connector":"LMCacheConnectorV1","kv_role":"kv_both"}']
      env: [{ name: LMCACHE_CONFIG_FILE, value: /etc/lmcache/lmcache.yaml }${variables}]
      volumeMounts: [{ name: lmcache, mountPath: /etc/lmcache }]
      resources: { limits: { nvidia.com/gpu: 1 } }
  volumes: [{ name: lmcache, configMap: { name: lmcache } }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: lmcache }
data:
  lmcache.yaml: |
${file.replace(/^/gm, "    ")}
`;
    const of = (file: string, variables?: string) => settled(only(readText(text(file, variables))).deployment);
    const file = `chunk_size: 512
local_cpu: true
max_local_cpu_size: 60
local_disk: file:///disk/
max_local_disk_size: 200
remote_url: null
save_decode_cache: true
extra_config: { s3_region: us-east-1 }`;
    const { tiers } = of(file);
    expect(sizes(tiers)).toEqual(["dram 60 GiB", "ssd 200 GiB"]);
    expect(tiers).toMatchObject({ system: "LMCache", keepsAnswers: true });
    expect(tiers?.tiers[0]?.blockTokens).toBe(512);
    expect(sizes(of(file, ", { name: LMCACHE_MAX_LOCAL_CPU_SIZE, value: '20' }").tiers)).toEqual(["dram 20 GiB", "ssd 200 GiB"]);
    // A template's size is known to nobody.
    expect(of(file.replace("60", "{{ .Values.size }}")).tiers).toBeUndefined();
  });

  test("reads the file that its own script writes, and the one that SGLang's flag names", () => {
    const pod = (launch: string): string => `# inference-lens: gpu=H100-SXM5-80GB
apiVersion: v1
kind: Pod
metadata: { name: llama }
spec:
  containers:
    - name: engine
      image: example/engine
      command: [bash, -c]
      args:
        - |
          cat > lmcache.yaml <<EOF
          chunk_size: 128
          max_local_cpu_size: 8
          EOF
          ${launch}
      resources: { limits: { nvidia.com/gpu: 1 } }
`;
    const of = (launch: string) => sizes(settled(only(readText(pod(launch))).deployment).tiers);
    expect(of(`LMCACHE_CONFIG_FILE=lmcache.yaml vllm serve meta-llama/Llama-3.1-8B-Instruct ${lmcache}`)).toEqual(["dram 8 GiB"]);
    const flags = "--enable-lmcache --lmcache-config-file lmcache.yaml";
    expect(of(`python3 -m sglang.launch_server --model-path Qwen/Qwen3-8B ${flags}`)).toEqual(["dram 8 GiB"]);
  });

  test("with a file that nobody sees is not guessed at", () => {
    const { tiers, assumed } = vllm(lmcache, "LMCACHE_CONFIG_FILE=/etc/lmcache.yaml");
    expect(tiers).toBeUndefined();
    expect(assumed).toHaveLength(1);
  });

  test("of the production stack's chart", () => {
    const chart = `servingEngineSpec:
  modelSpec:
    - name: llama
      repository: lmcache/vllm-openai
      tag: v0.11.0
      modelURL: meta-llama/Llama-3.1-8B-Instruct
      replicaCount: 2
      requestGPU: 1
      nodeSelectorTerms: []
      vllmConfig: { tensorParallelSize: 1 }
      lmcacheConfig: { enabled: true, cpuOffloadingBufferSize: "30" }
cacheserverSpec: { enabled: true }
`;
    const { deployment } = only(readText(`# inference-lens: gpu=H100-SXM5-80GB\n${chart}`));
    expect(sizes(settled(deployment).tiers)).toEqual(["dram 30 GiB", "remote 1024 GiB"]);
    const off = chart.replace("enabled: true, ", "enabled: false, ");
    expect(settled(only(readText(`# inference-lens: gpu=H100-SXM5-80GB\n${off}`)).deployment).tiers).toBeUndefined();
  });
});

describe("SGLang's hierarchical cache", () => {
  test("holds twice the GPU's pool unless told, and lets a step compute what has come", () => {
    const { tiers } = sglang("--enable-hierarchical-cache");
    expect(sizes(tiers)).toEqual(["dram 2 × cache"]);
    expect(tiers).toMatchObject({ system: "HiCache", loading: "layer-by-layer", leastTokens: 10 });
    expect(tiers?.tiers[0]?.writePolicy).toBe("write-through");
  });

  test("takes a size of each rank above the ratio, a policy, and a storage that all reach", () => {
    const { tiers } = sglang(
      "--enable-hierarchical-cache --hicache-size 100 --hicache-ratio 3 --hicache-write-policy write_back --hicache-storage-backend mooncake",
      "MOONCAKE_GLOBAL_SEGMENT_SIZE=4gb",
    );
    expect(sizes(tiers)).toEqual([`dram ${(2 * 100e9) / GiB} GiB`, "remote 4 GiB"]);
    expect(tiers?.tiers.map(({ writePolicy }) => writePolicy)).toEqual(["write-back", "write-through"]);
    expect(tiers?.prefetch).toBe("wait");
    const atOnce = sglang("--enable-hierarchical-cache --hicache-storage-backend hf3fs --hicache-storage-prefetch-policy best_effort");
    expect(atOnce.tiers?.prefetch).toBe("best-effort");
    expect(sglang("--enable-hierarchical-cache").tiers?.prefetch).toBeUndefined();
  });

  test("of a size that a template holds is not guessed at", () => {
    const text = `# inference-lens: gpu=H100-SXM5-80GB
apiVersion: apps/v1
kind: Deployment
metadata: { name: s }
spec:
  template:
    spec:
      containers:
        - name: s
          image: lmsysorg/sglang:v0.5.9
          command: [python3, -m, sglang.launch_server]
          args: [--model-path, Qwen/Qwen3-32B, --tp, "2", --enable-hierarchical-cache, --hicache-size, "{{ .Values.size }}"]
          resources: { limits: { nvidia.com/gpu: 2 } }
`;
    const { tiers, assumed } = settled(only(readText(text)).deployment);
    expect(tiers).toBeUndefined();
    expect(assumed).toMatchObject([{ value: "none" }]);
  });

  test("is off unless switched on", () => {
    expect(sglang("--hicache-ratio 4").tiers).toBeUndefined();
  });
});

describe("KVBM", () => {
  test("has host and disk of an engine, and writes to the disk what is used again", () => {
    const dynamo = connector({ kv_connector: "DynamoConnector", kv_connector_module_path: "kvbm.vllm_integration.connector" });
    const { tiers } = vllm(dynamo, "DYN_KVBM_CPU_CACHE_GB=100 DYN_KVBM_DISK_CACHE_GB=500");
    expect(tiers?.tiers.map(({ kind, size, writePolicy }) => [kind, size, writePolicy])).toEqual([
      ["dram", { kind: "bytes", bytes: 100e9 }, "write-through"],
      ["ssd", { kind: "bytes", bytes: 500e9 }, "write-through-selective"],
    ]);
    expect(vllm(dynamo).tiers).toBeUndefined();
  });
});

describe("cases", () => {
  const tiersOf = (kvTiers: unknown, engine = "vllm") => {
    const deployment = { engine, model: "Qwen/Qwen3-32B", gpu: "H100-SXM-80GB", pools: [{ parallel: { tensor: 2 } }], kvTiers };
    const read = readCase({ id: "a", deployment }, { catalog: testCatalog() });
    return read.deployment ? settled(read.deployment).tiers : read.error.message;
  };

  test("say stores themselves, nearest first; what they leave out follows from the GPU", () => {
    const tiers = tiersOf([
      { kind: "dram", capacityBytes: 64 * GiB },
      { kind: "remote", readBytesPerSecond: 5e9, blockTokens: 256 },
    ]);
    expect(tiers).toMatchObject({
      loading: "aside",
      takes: "always",
      tiers: [
        { kind: "dram", readBytesPerSecond: 2 * 64e9 * 0.8, shared: "engine" },
        { kind: "remote", readBytesPerSecond: 5e9, writeBytesPerSecond: 5e9, blockTokens: 256, shared: "all" },
      ],
    });
    expect(tiersOf([{ kind: "dram", capacityBytes: GiB }], "sglang")).toMatchObject({ loading: "layer-by-layer" });
  });

  test.each([
    [[{ kind: "tape" }], "“kind” must be dram, ssd or remote."],
    [{ tiers: "none" }, "“kvTiers” must be a list of tiers."],
    [{ tiers: [{ capacityBytes: -1 }] }, "“capacityBytes” must be a number from 1 to 1125899906842624."],
    [{ tiers: [{}], takes: "sometimes" }, "“takes” must be always or sooner."],
    [Array.from({ length: 9 }, () => ({})), "“kvTiers” has at most 8 tiers."],
    ["many", "“kvTiers” must be an object."],
  ])("refuse %j", (kvTiers, words) => {
    expect(tiersOf(kvTiers)).toBe(words);
  });

  test("say that there is none by an empty list, whatever the settings ask for", () => {
    const asked = { engine: "vllm", model: "Qwen/Qwen3-32B", gpu: "H100-SXM-80GB", pools: [{}], settings: { "kv-offloading-size": 8 } };
    const of = (deployment: object) =>
      settled(readCase({ id: "a", deployment }, { catalog: testCatalog() }).deployment as Deployment).tiers;
    expect(sizes(of(asked))).toEqual(["dram 8 GiB"]);
    expect(of({ ...asked, kvTiers: [] })).toBeUndefined();
  });

  test("refuse a store of all that only one GPU's room decides on", () => {
    expect(tiersOf([{ kind: "remote", writePolicy: "write-back" }])).toMatch(/^A store that all share gets blocks when they are computed/);
  });

  test("refuse to set requests aside where the engine waits for them", () => {
    expect(tiersOf({ tiers: [{}], loading: "aside" }, "sglang")).toBe(
      "Of the engines only vLLM goes on without a request whose cache is loaded.",
    );
  });

  test("say TensorRT-LLM's host cache in its own settings", () => {
    const deployment = {
      engine: "tensorrt-llm",
      model: "Qwen/Qwen3-32B",
      gpu: "H100-SXM-80GB",
      pools: [{ parallel: { tensor: 2 } }],
      settings: { kv_cache_config: { host_cache_size: 8 * GiB } },
    };
    const read = readCase({ id: "a", deployment }, { catalog: testCatalog() });
    const { tiers } = settled(read.deployment as Deployment);
    expect(sizes(tiers)).toEqual(["dram 16 GiB"]);
    expect(tiers?.tiers[0]?.writePolicy).toBe("write-back");
  });
});

describe("stores of a decode pool", () => {
  const pair = (engine: string, flags: Readonly<Record<string, unknown>>, further: object = {}) => {
    const pools = [{ role: "prefill" }, { role: "decode" }];
    const deployment = { engine, model: "Qwen/Qwen3-8B", gpu: "H100", pools, settings: flags, ...further };
    const read = readCase({ id: "c", deployment }, { catalog: testCatalog() });
    const { settled: whole } = settle(read.deployment ?? expect.fail("not read"), testCatalog());
    return whole?.pools.map(({ kvTiers }) => kvTiers);
  };

  test("are those that vLLM's connectors name on its side", () => {
    const own = { kv_connector: "OffloadingConnector", kv_connector_extra_config: { cpu_bytes_to_use: 2 * GiB, lazy_offload: true } };
    const connectors = [{ kv_connector: "NixlConnector", kv_role: "kv_consumer" }, own];
    const several = { kv_connector: "MultiConnector", kv_role: "kv_both", kv_connector_extra_config: { connectors } };
    expect(pair("vllm", { "kv-transfer-config": JSON.stringify(several) })?.map(sizes)).toEqual([["dram 2 GiB"], ["dram 2 GiB"]]);
  });

  test("are one part each of Mooncake's store: 4 GiB a rank unless told", () => {
    const store = { "kv-transfer-config": '{"kv_connector":"MooncakeStoreConnector","kv_role":"kv_both"}' };
    const [prefill, decode] = pair("vllm", store) ?? [];
    expect([prefill, decode].map(sizes)).toEqual([["remote 4 GiB"], ["remote 4 GiB"]]);
    expect(prefill?.tiers[0]?.shared).toBe("pooled");
    const told = pair("vllm", store, { environment: { MOONCAKE_GLOBAL_SEGMENT_SIZE: "30GB" } });
    expect(told?.map(sizes)).toEqual([["remote 30 GiB"], ["remote 30 GiB"]]);
  });

  test("are SGLang's storage alone, for answers, where it is told to send them there", () => {
    const flags = { "enable-hierarchical-cache": true, "hicache-storage-backend": "mooncake" };
    expect(pair("sglang", flags)?.map(sizes)).toEqual([["dram 2 × cache", "remote 4 GiB"], []]);
    const sends = pair("sglang", { ...flags, "disaggregation-decode-enable-offload-kvcache": true });
    expect(sends?.map(sizes)).toEqual([["dram 2 × cache", "remote 4 GiB"], ["remote 4 GiB"]]);
  });
});
