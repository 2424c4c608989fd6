import { describe, expect, test } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { changedSettings } from "../../../src/live/drift/changed-settings.ts";
import { type Drift, driftRows } from "../../../src/live/drift/drift.ts";
import { driftOf } from "../../../src/live/drift/drift-of.ts";
import { identify, identityOf } from "../../../src/live/running/identify.ts";
import type { RunningServer } from "../../../src/live/running/running-server.ts";
import { cacheConfigLabels } from "../../../src/live/running/vllm.ts";
import { analysed, only, prefillAndDecode, yaml } from "../../language/deployments.ts";
import { scrapes } from "../page/captures.ts";

const h100 = "H100-SXM5-80GB";

/** A server that answers these addresses with these objects. */
async function running(kind: string, answers: Readonly<Record<string, unknown>>): Promise<RunningServer> {
  const page = { server: { kind: kind as RunningServer["engine"], model: null, engines: 1 } };
  return identify(page, async (path) => answers[path]);
}

/** vLLM in development mode, with a configuration as `/server_info` prints it. */
function vllm(config: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>, version = "0.18.1"): Promise<RunningServer> {
  return running("vllm", {
    "openapi.json": { paths: { "/server_info": { get: {} } } },
    server_info: { vllm_config: config },
    version: { version },
  });
}

/** `setting: file → server` of what differs. */
function different(rows: readonly Drift[]): readonly string[] {
  return rows.filter(({ verdict }) => verdict === "different").map(({ setting, file, server }) => `${setting}: ${file} → ${server}`);
}

function row(rows: readonly Drift[], setting: string): Drift | undefined {
  return rows.find((one) => one.setting === setting);
}

describe("what file and server both tell", () => {
  const text = yaml({
    gpu: h100,
    args: ["--max-num-seqs=256", "--enable-prefix-caching", "--gpu-memory-utilization", "0.9", "--kv-cache-dtype=fp8"],
  });

  test("a value that differs has its line, and the flag that would say what runs", async () => {
    const rows = driftOf(await vllm({ scheduler_config: { max_num_seqs: 128 } }), only(text));
    const line = text.split("\n").findIndex((one) => one.includes("--max-num-seqs"));
    expect(row(rows, "max-num-seqs")).toMatchObject({
      file: "256",
      server: "128",
      from: "/server_info",
      verdict: "different",
      predicted: false,
      lines: [line, line],
      // `            - --max-num-seqs=256`: the number alone.
      place: { start: { line, character: 29 }, end: { line, character: 32 } },
      change: { flag: "max-num-seqs", text: "128" },
      pool: 0,
    });
  });

  test("what is equal has no change to make", async () => {
    const server = await vllm({
      scheduler_config: { max_num_seqs: 256 },
      cache_config: { enable_prefix_caching: true, gpu_memory_utilization: 0.8999999761581421, cache_dtype: "fp8_e4m3" },
      model_config: { model: "meta-llama/Llama-3.1-8B-Instruct", quantization: null },
      parallel_config: { tensor_parallel_size: 1, pipeline_parallel_size: 1 },
    });
    const rows = driftOf(server, only(text));
    expect(different(rows)).toEqual([]);
    const equal = rows.filter(({ verdict, change }) => verdict === "equal" && change === null).map(({ setting }) => setting);
    expect(equal).toEqual([
      "version",
      "model",
      "tensor-parallel-size",
      "pipeline-parallel-size",
      "max-num-seqs",
      "gpu-memory-utilization",
      "enable-prefix-caching",
      "kv-cache-dtype",
      "quantization",
    ]);
  });

  test("switches, types and formats differ by their meaning", async () => {
    const server = await vllm({
      cache_config: { enable_prefix_caching: false, cache_dtype: "auto" },
      model_config: { quantization: "fp8", enforce_eager: true },
      parallel_config: { tensor_parallel_size: 2 },
    });
    expect(different(driftOf(server, only(text)))).toEqual([
      "tensor-parallel-size: 1 → 2",
      "enable-prefix-caching: true → false",
      "enforce-eager: false → true",
      "kv-cache-dtype: fp8_e4m3 → auto",
      "quantization: none → fp8",
    ]);
  });

  test("what a server does not tell is not offered where the file writes it, and no row where it does not", async () => {
    const rows = driftOf(await running("vllm", {}), only(text));
    expect(rows.filter(({ predicted }) => !predicted).map(({ setting, verdict, server }) => [setting, verdict, server])).toEqual([
      ["max-num-seqs", "not-offered", null],
      ["gpu-memory-utilization", "not-offered", null],
      ["enable-prefix-caching", "not-offered", null],
    ]);
  });

  test("another engine, release and model come first, and another engine ends it", async () => {
    const other = await vllm({ model_config: { model: "Qwen/Qwen3-8B" } }, "0.19.0");
    expect(different(driftOf(other, only(text))).slice(0, 2)).toEqual([
      "version: 0.18.1 → 0.19.0",
      "model: meta-llama/Llama-3.1-8B-Instruct → Qwen/Qwen3-8B",
    ]);
    const sglang = await running("sglang", { server_info: { tp_size: 1, max_running_requests: 7, model_path: "Qwen/Qwen3-8B" } });
    expect(different(driftOf(sglang, only(text)))).toEqual([
      "engine: vllm → sglang",
      "model: meta-llama/Llama-3.1-8B-Instruct → Qwen/Qwen3-8B",
    ]);
  });
});

describe("what is not sure has no row", () => {
  test("a default of a release that nobody wrote", async () => {
    const text = yaml({ gpu: h100, image: "vllm/vllm-openai:latest" });
    const server = await vllm({ scheduler_config: { max_num_seqs: 333 } });
    expect(different(driftOf(server, only(text)))).toEqual([]);
    const written = yaml({ gpu: h100 });
    expect(different(driftOf(server, only(written)))).toEqual(["max-num-seqs: 1024 → 333"]);
  });

  test("a default that the engine chooses by its kernels", async () => {
    const server = await vllm({ cache_config: { block_size: 528 }, scheduler_config: { async_scheduling: false } });
    expect(different(driftOf(server, only(yaml({ gpu: h100 }))))).toEqual([]);
    expect(different(driftOf(server, only(yaml({ gpu: h100, args: ["--block-size=16"] }))))).toEqual(["block-size: 16 → 528"]);
  });

  test("a value that cannot be read here", async () => {
    const text = yaml({ gpu: h100, args: ["--max-num-seqs=$(MAX_SEQS)"] });
    const rows = driftOf(await vllm({ scheduler_config: { max_num_seqs: 333 } }), only(text));
    expect(row(rows, "max-num-seqs")).toBeUndefined();
  });

  test.each([
    ["a path of the container", [], { root: "/models/llama", id: "llama" }],
    ["a name that the file gives the model", ["--served-model-name=chat"], { root: "chat", id: "chat" }],
    ["a re-uploader's name", [], { root: "acme/Llama-3.1-8B-Instruct", id: "x" }],
  ])("%s is no other model", async (_, args, { root, id }) => {
    const server = await running("vllm", { "v1/models": { data: [{ id, root, parent: null }] } });
    expect(different(driftOf(server, only(yaml({ args }))))).toEqual([]);
  });

  test("fewer engines than the file has replicas, behind one of several API servers", () => {
    const [snapshot] = scrapes("vllm-0.32.0-dp2");
    if (!snapshot) throw new Error("no capture");
    const server = identityOf(snapshot);
    expect(server.settings.data).toEqual({ value: 2, from: "metrics", isLeast: true });
    const of = (size: number) =>
      row(driftOf(server, only(yaml({ gpu: h100, gpus: size, args: [`--data-parallel-size=${size}`] }))), "data-parallel-size");
    expect(of(4)).toBeUndefined();
    expect(of(2)).toMatchObject({ verdict: "equal" });
    expect(of(1)).toMatchObject({ verdict: "different", server: "2" });
  });
});

describe("the capacity that is predicted", () => {
  test("counts as close within 3 %, and is nobody's setting", () => {
    const subject = only(yaml({ gpu: h100 }));
    const tokens = subject.memory[0]?.kvCacheTokens ?? 0;
    const verdict = (share: number) => {
      const told = { told: [cacheConfigLabels({ kv_cache_size_tokens: String(Math.round(tokens * share)) })] };
      const rows = driftOf(identityOf({ server: { kind: "vllm", model: null, engines: 1 }, ...told }), subject);
      return row(rows, "KV cache tokens");
    };
    expect(verdict(1)).toMatchObject({ verdict: "equal", predicted: true, change: null, lines: null });
    expect(verdict(0.98)).toMatchObject({ verdict: "close", predicted: true });
    expect(verdict(0.9)).toMatchObject({ verdict: "different", predicted: true, change: null });
  });

  test("is that of all ranks that share a context", () => {
    const labels = cacheConfigLabels({ num_gpu_blocks: "1000", block_size: "16" });
    expect(labels.tokens).toEqual({ value: 16_000, from: "metrics", isPerRank: true });
    const subject = only(
      yaml({
        gpu: h100,
        gpus: 8,
        model: "deepseek-ai/DeepSeek-V2-Lite",
        args: ["--tensor-parallel-size=8", "--decode-context-parallel-size=4"],
      }),
    );
    const rows = driftOf(identityOf({ server: { kind: "vllm", model: null, engines: 1 }, told: [labels] }), subject);
    expect(row(rows, "KV cache tokens")?.server).toBe("64000");
  });
});

describe("SGLang tells its arguments", () => {
  const sglang = (args: readonly string[]): string =>
    yaml({ gpu: h100, args, image: "lmsysorg/sglang:v0.5.5" }).replace(
      "command: [vllm, serve]",
      "command: [python3, -m, sglang.launch_server, --model-path]",
    );

  test("each written one is compared, by meaning or word by word", async () => {
    const text = sglang([
      "--tp-size=1",
      "--schedule-conservativeness=0.8",
      "--disable-radix-cache",
      "--attention-backend=fa3",
      "--max-running-requests=64",
    ]);
    const server = await running("sglang", {
      server_info: {
        version: "0.5.5",
        model_path: "meta-llama/Llama-3.1-8B-Instruct",
        tp_size: 1,
        schedule_conservativeness: 1.0,
        disable_radix_cache: false,
        attention_backend: "flashinfer",
        max_running_requests: 64,
        api_key: "sk-secret",
        internal_states: [{ memory_usage: { token_capacity: 400_000 } }, { memory_usage: { token_capacity: 399_000 } }],
      },
    });
    expect(different(driftOf(server, only(text)).filter(({ predicted }) => !predicted))).toEqual([
      "disable-radix-cache: true → false",
      "schedule-conservativeness: 0.8 → 1",
      "attention-backend: fa3 → flashinfer",
    ]);
    expect(server.cache.tokens).toEqual({ value: 399_000, from: "/server_info" });
    expect(JSON.stringify([...server.flags])).not.toContain("secret");
  });
});

describe("a deployment of two pools", () => {
  test("is compared by the role that the server says it has", async () => {
    const text = prefillAndDecode(["--max-num-seqs=32"], ["--max-num-seqs=64"]);
    const [subject] = analysed(text).deployments;
    if (!subject) throw new Error("no deployment");
    const server = await vllm({ kv_transfer_config: { kv_role: "kv_consumer" }, scheduler_config: { max_num_seqs: 32 } }, "0.11.0");
    const rows = driftOf(server, subject);
    expect(different(rows)).toEqual(["max-num-seqs: 64 → 32"]);
    expect(row(rows, "max-num-seqs")).toMatchObject({ pool: 1 });
    const unnamed = driftOf(await vllm({ scheduler_config: { max_num_seqs: 32 } }, "0.11.0"), subject);
    expect([different(unnamed), row(unnamed, "max-num-seqs")?.pool]).toEqual([[], 0]);
  });
});

test("a server that comes back with other settings leaves a mark that names them", async () => {
  const subject = only(yaml({ gpu: h100, args: ["--max-num-seqs=256"] }));
  const rows = async (scheduler: Readonly<Record<string, number>>) => driftOf(await vllm({ scheduler_config: scheduler }), subject);
  const before = await rows({ max_num_seqs: 256, max_num_batched_tokens: 8192 });
  expect(changedSettings(before, before, 5)).toBeUndefined();
  const event = changedSettings(before, await rows({ max_num_seqs: 128, max_num_batched_tokens: 4096 }), 5);
  expect(event && [event.kind, event.time, plain(event.words)]).toEqual([
    "drift",
    5,
    "Other settings: max-num-seqs 256 → 128, max-num-batched-tokens 8192 → 4096",
  ]);
  // What it no longer tells did not change for all that is known.
  expect(changedSettings(before, await rows({}), 5)).toBeUndefined();
});

test("a page gets rows alone", async () => {
  const [first] = driftRows(driftOf(await vllm({ scheduler_config: { max_num_seqs: 128 } }), only(yaml({ gpu: h100 }))));
  expect(Object.keys(first ?? {}).sort()).toEqual(["file", "from", "lines", "predicted", "server", "setting", "verdict"]);
});
