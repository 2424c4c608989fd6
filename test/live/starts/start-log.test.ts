import { describe, expect, test } from "vitest";
import { readStartLog } from "../../../src/live/starts/read-start-log.ts";
import type { LoggedPart, StartLog } from "../../../src/live/starts/start-log.ts";

const GiB = 2 ** 30;

/** Figures of a rank in GiB, of the cache as they are. */
function figures(log: StartLog | null, rank = 0): Readonly<Record<string, number>> {
  const ofRank = Object.entries(log?.ranks[rank]?.figures ?? {}).map(
    ([part, { value }]) => [part, Number((value / GiB).toFixed(4))] as const,
  );
  const ofCache = Object.entries(log?.cache ?? {}).map(([part, { value }]) => [part, value] as const);
  return Object.fromEntries([...ofRank, ...ofCache]);
}

const of = (log: StartLog | null, rank: number, part: LoggedPart): number | undefined => {
  const value = log?.ranks[rank]?.figures[part]?.value;
  return value === undefined ? undefined : Number((value / GiB).toFixed(2));
};

/** Lines as engines printed them, shortened to their figures; above each where it was seen. */
const phrasings: readonly (readonly [name: string, text: string, expected: Readonly<Record<string, number>>])[] = [
  [
    // github.com: a notebook of vLLM 0.6.4.post1 with realtreetune/rho-1b on a 140 GB card.
    "vLLM 0.6.4",
    `INFO 04-28 04:07:48 llm_engine.py:249] Initializing an LLM engine (v0.6.4.post1) with config: model='rho-1b', dtype=torch.bfloat16, max_seq_len=2048, tensor_parallel_size=1,
INFO 04-28 04:07:51 model_runner.py:1077] Loading model weights took 2.0512 GB
INFO 04-28 04:07:51 worker.py:232] Memory profiling results: total_gpu_memory=139.80GiB initial_memory_usage=2.71GiB peak_torch_memory=2.38GiB memory_usage_post_profile=2.81GiB non_torch_memory=0.73GiB kv_cache_size=122.71GiB gpu_memory_utilization=0.90
INFO 04-28 04:07:52 gpu_executor.py:113] # GPU blocks: 365549, # CPU blocks: 11915
INFO 04-28 04:07:52 gpu_executor.py:117] Maximum concurrency for 2048 tokens per request: 2855.85x`,
    {
      weights: 2.0512,
      total: 139.8,
      // 2.38 − 2.0512
      activation: 0.3288,
      "non-torch": 0.73,
      "kv-cache": 122.71,
      blocks: 365_549,
      concurrency: 2855.85,
      "concurrency-tokens": 2048,
    },
  ],
  [
    // github.com: a notebook of vLLM 0.7 with Phi-4-mini on an A100-40GB.
    "vLLM 0.7, one figure a line",
    `INFO 08-06 01:39:21 model_runner.py:1115] Loading model weights took 7.1694 GB
INFO 08-06 01:39:22 worker.py:267] Memory profiling takes 0.75 seconds
INFO 08-06 01:39:22 worker.py:267] the current vLLM instance can use total_gpu_memory (39.56GiB) x gpu_memory_utilization (0.90) = 35.60GiB
INFO 08-06 01:39:22 worker.py:267] model weights take 7.17GiB; non_torch_memory takes 0.09GiB; PyTorch activation peak memory takes 1.49GiB; the rest of the memory reserved for KV Cache is 26.85GiB.
INFO 08-06 01:39:22 executor_base.py:111] # cuda blocks: 13724, # CPU blocks: 2048
INFO 08-06 01:39:22 executor_base.py:116] Maximum concurrency for 2048 tokens per request: 107.22x
INFO 08-06 01:39:40 model_runner.py:1562] Graph capturing finished in 18 secs, took 0.38 GiB`,
    {
      weights: 7.1694,
      total: 39.56,
      budget: 35.6,
      "non-torch": 0.09,
      activation: 1.49,
      "kv-cache": 26.85,
      graphs: 0.38,
      blocks: 13_724,
      concurrency: 107.22,
      "concurrency-tokens": 2048,
    },
  ],
  [
    // github.com: vLLM 0.10.1, two workers with coloured prefixes whose escape characters were lost.
    "vLLM 0.10, a line a worker",
    `INFO 08-31 14:45:10 [api_server.py:1805] vLLM API server version 0.10.1
[1;36m(VllmWorker rank=1 pid=219)[0;0m INFO 08-31 14:45:44 [gpu_worker.py:232] Available KV cache memory: 10.14 GiB
[1;36m(VllmWorker rank=0 pid=218)[0;0m INFO 08-31 14:45:44 [gpu_worker.py:232] Available KV cache memory: 10.04 GiB
INFO 08-31 14:45:45 [kv_cache_utils.py:716] GPU KV cache size: 375,968 tokens
INFO 08-31 14:45:45 [kv_cache_utils.py:720] Maximum concurrency for 8,192 tokens per request: 45.89x
INFO 08-31 14:45:45 [kv_cache_utils.py:716] GPU KV cache size: 379,712 tokens
INFO 08-31 14:45:45 [kv_cache_utils.py:720] Maximum concurrency for 8,192 tokens per request: 46.35x`,
    { "kv-cache": 10.04, tokens: 375_968, concurrency: 45.89, "concurrency-tokens": 8192 },
  ],
  [
    // github.com: vLLM 0.26 to 0.30, capacity and concurrency in one line, weights and what lies outside in one figure.
    "vLLM 0.26",
    `(EngineCore pid=1162) INFO 09-24 20:37:24 [model_runner.py:428] Model loading took 18.7 GiB memory and 2.154850 seconds
(EngineCore pid=1162) INFO 09-24 20:37:27 [gpu_worker.py:640] Available KV cache memory: 8.03 GiB
(EngineCore pid=1162) INFO 09-24 20:37:27 [kv_cache_utils.py:2395] GPU KV cache size: 456,320 tokens, Maximum concurrency for 16,384 tokens per request: 27.85x
(EngineCore pid=1162) INFO 09-24 20:37:37 [gpu_worker.py:804] Free memory on device cuda:0 (30.9/31.36 GiB) on startup. Desired GPU memory utilization is (0.92, 28.86 GiB). Actual usage is 19.76 GiB for consumed memory (weights + non-torch), 1.06 GiB for peak activation, and 0.11 GiB for CUDAGraph memory. Replace gpu_memory_utilization config with \`--kv-cache-memory=8622000000\` (8.03 GiB) to fit into requested memory. Current kv cache memory in use is 8.03 GiB.`,
    {
      weights: 18.7,
      "kv-cache": 8.03,
      free: 30.9,
      total: 31.36,
      budget: 28.86,
      "weights-and-non-torch": 19.76,
      // 19.76 − 18.7
      "non-torch": 1.06,
      activation: 1.06,
      graphs: 0.11,
      tokens: 456_320,
      concurrency: 27.85,
      "concurrency-tokens": 16_384,
    },
  ],
  [
    // github.com: a GLM-5.2 dummy on a 32 GB card; a cache fixed by --kv-cache-memory-bytes.
    "vLLM with a fixed cache",
    `(EngineCore pid=7) INFO [core.py:105] Initializing a V1 LLM engine (v0.26.0) with config: model='/m',
(EngineCore pid=7) INFO Initial free memory 30.68 GiB, reserved 12.00 GiB memory for KV Cache as specified by kv_cache_memory_bytes config and skipped memory profiling.
(EngineCore pid=7) INFO Actual usage is 15.4 GiB for weight, 0.5 GiB for peak activation, 0.2 GiB for non-torch memory, and -0.45 GiB for CUDAGraph memory. Current kv cache memory in use is 12.29 GiB.`,
    { free: 30.68, "kv-cache": 12, weights: 15.4, activation: 0.5, "non-torch": 0.2, graphs: -0.45 },
  ],
  [
    // github.com: SGLang 0.4.10 with Qwen3-0.6B on a 16 GB card.
    "SGLang 0.4",
    `[2025-08-08 03:34:30] server_args=ServerArgs(model_path='Qwen/Qwen3-0.6B', dtype='auto', mem_fraction_static=0.83, tp_size=1, chunked_prefill_size=2048)
[2025-08-08 03:34:33] Load weight begin. avail mem=15.16 GB
[2025-08-08 03:34:38] Load weight end. type=Qwen3ForCausalLM, dtype=torch.bfloat16, avail mem=13.91 GB, mem usage=1.25 GB.
[2025-08-08 03:34:38] KV Cache is allocated. #tokens: 104273, K size: 5.57 GB, V size: 5.57 GB
[2025-08-08 03:34:38] Memory pool end. avail mem=2.43 GB
[2025-08-08 03:34:56] Capture cuda graph end. Time elapsed: 18.28 s. mem usage=0.11 GB. avail mem=1.70 GB.
[2025-08-08 03:34:57] max_total_num_tokens=104273, chunked_prefill_size=2048, max_prefill_tokens=16384, max_running_requests=2048, context_len=40960, available_gpu_mem=1.70 GB`,
    { free: 15.16, weights: 1.25, "kv-cache": 11.14, graphs: 0.11, tokens: 104_273 },
  ],
  [
    // github.com: a Jetson with SGLang 0.4.0: neither usage nor tokens where they stand today.
    "SGLang, before the usage was printed",
    `[2026-05-14 10:55:30 TP0] Load weight begin. avail mem=22.02 GB
[2026-05-14 10:55:36 TP0] Load weight end. type=LlamaForCausalLM, dtype=torch.bfloat16, avail mem=19.81 GB
[2026-05-14 10:55:40 TP0] KV Cache is allocated. K size: 4.41 GB, V size: 4.41 GB.
[2026-05-14 10:55:40 TP0] max_total_num_tokens=420200, max_prefill_tokens=16384, max_running_requests=4097, context_len=2048`,
    // 22.02 − 19.81
    { free: 22.02, weights: 2.21, "kv-cache": 8.82, tokens: 420_200 },
  ],
  [
    // github.com: SGLang 0.5 with a hybrid model and its draft; the draft shares the target's weights.
    "SGLang 0.5, hybrid with a draft",
    `[2026-08-28 21:19:23] server_args={'model_path': 'org/Flash', 'tp_size': 1, 'cuda_graph_config': {'tp_size': 99}}
[2026-08-28 21:32:38] Load weight end. elapsed=787.55 s, type=Qwen4ExpForConditionalGeneration, quant=modelopt_fp4, avail mem=29.01 GB, mem usage=82.97 GB.
[2026-08-28 21:34:13] Load weight end. elapsed=94.49 s, type=Qwen4ExpForCausalLMMTP, quant=modelopt_fp4, avail mem=30.67 GB, mem usage=-1.86 GB.
[2026-08-28 21:34:14] Mamba Cache is allocated. max_mamba_cache_size: 43, conv_state size: 0.12GB, ssm_state size: 3.09GB intermediate_ssm_state_cache size: 2.11GB intermediate_conv_window_cache size: 0.04GB
[2026-08-28 21:34:15] KV Cache is allocated. dtype: torch.bfloat16, #tokens: 171008, K size: 5.22 GB, V size: 5.22 GB
[2026-08-28 21:34:15] KV Cache is allocated. dtype: torch.bfloat16, #tokens: 171008, K size: 0.33 GB, V size: 0.33 GB
[2026-08-28 21:34:51] Capture target verify CUDA graph end. elapsed=1.61 s, mem usage=0.11 GB, avail mem=26.15 GB.
[2026-08-28 21:34:55] Capture draft decode CUDA graph end. elapsed=1.22 s, mem usage=0.36 GB, avail mem=25.79 GB.
[2026-08-28 21:35:00] max_total_num_tokens=171008, chunked_prefill_size=8192, context_len=169000, available_gpu_mem=8.27 GB`,
    { weights: 82.97, "recurrent-state": 5.36, "kv-cache": 11.1, graphs: 0.47, tokens: 171_008 },
  ],
  [
    // github.com: SGLang's parser of DeepSeek-V4 starts.
    "SGLang, compressed attention",
    `[2026-05-15 08:39:53 TP0] DSv4 memory calculation: bytes_per_full_token=15955.85, available_bytes=45.78 GB, full_token=3080960
[2026-05-15 08:40:32 TP0] Capture cuda graph end. Time elapsed: 54.61 s. mem usage=1.93 GB. avail mem=8.16 GB.
[2026-05-15 08:40:32 TP0] max_total_num_tokens=3080960, chunked_prefill_size=8192, max_prefill_tokens=16384, max_running_requests=256, context_len=1048576`,
    { graphs: 1.93, "token-bytes": 15_955.85, tokens: 3_080_960 },
  ],
  [
    // github.com: TensorRT-LLM 1.2 on a GB10; the engine sizes a small cache first, to profile with it.
    "TensorRT-LLM 1.2",
    `[TensorRT-LLM] TensorRT LLM version: 1.2.0
[TensorRT-LLM][INFO] [MemUsageChange] Allocated 0.56 GiB for max tokens in paged KV cache (8224).
[12/20/2025-04:21:50] [TRT-LLM] [I] Memory used after loading model weights (inside torch) in memory usage profiling: 63.52 GiB
[12/20/2025-04:21:51] [TRT-LLM] [I] Memory dynamically allocated during inference (inside torch) in memory usage profiling: 0.85 GiB
[12/20/2025-04:21:51] [TRT-LLM] [I] Memory used outside torch (e.g., NCCL and CUDA graphs) in memory usage profiling: 49.28 GiB
[12/20/2025-04:21:51] [TRT-LLM] [I] Peak memory during memory usage profiling (torch + non-torch): 113.65 GiB, available KV cache memory when calculating max tokens: 5.95 GiB, fraction is set 0.8999999761581421, kv size is 73728. device total memory 119.70 GiB, , tmp kv_mem 0.56 GiB
[12/20/2025-04:21:51] [TRT-LLM] [I] Estimated max memory in KV cache : 5.95 GiB
[TensorRT-LLM][INFO] [MemUsageChange] Allocated 5.95 GiB for max tokens in paged KV cache (86720).`,
    {
      weights: 63.52,
      activation: 0.85,
      "non-torch": 49.28,
      "kv-cache": 5.95,
      total: 119.7,
      "token-bytes": 73_728,
      tokens: 86_720,
    },
  ],
  [
    // github.com: TensorRT-LLM 0.16, the C++ runtime.
    "TensorRT-LLM 0.16",
    `[TensorRT-LLM][INFO] [MemUsageChange] TensorRT-managed allocation in IExecutionContext creation: CPU +0, GPU +0, now: CPU 0, GPU 6678 (MiB)
[TensorRT-LLM][INFO] Memory usage when calculating max tokens in paged kv cache: total: 31.84 GiB, available: 17.83 GiB
[TensorRT-LLM][INFO] Number of blocks in KV cache primary pool: 8219
[TensorRT-LLM][INFO] Number of tokens per block: 32.
[TensorRT-LLM][INFO] [MemUsageChange] Allocated 16.05 GiB for max tokens in paged KV cache (263008).`,
    { total: 31.84, "kv-cache": 16.05, blocks: 8219, "block-tokens": 32, tokens: 263_008 },
  ],
];

describe("figures of a start", () => {
  for (const [name, text, expected] of phrasings) {
    test(name, () => {
      const log = readStartLog(text);
      expect(log?.conflicts).toEqual([]);
      expect(figures(log)).toEqual(expected);
    });
  }

  test("settings are those written on the command line and those the engine chose", () => {
    const log =
      readStartLog(`(APIServer pid=1) INFO [utils.py:233] non-default args: {'model_tag': 'a/b', 'model': 'a/b', 'max_model_len': 8192, 'hf_overrides': {'max_num_seqs': 3}}
(APIServer pid=1) DEBUG [arg_utils.py:2242] Defaulting max_num_seqs to 1024 for OPENAI_API_SERVER usage context.
(EngineCore pid=2) INFO [core.py:105] Initializing a V1 LLM engine (v0.19.0) with config: model='a/b', dtype=torch.bfloat16, max_seq_len=8192, quantization=None, kv_cache_dtype=auto, compilation_config={'max_cudagraph_capture_size': 512}`);
    expect([log?.engineVersion, log?.model]).toEqual(["0.19.0", "a/b"]);
    const settings = Object.entries(log?.settings ?? {}).map(
      ([name, { value, written }]) => `${name}=${value}${written ? " written" : ""}`,
    );
    expect(settings.sort()).toEqual([
      "dtype=bfloat16",
      "kv-cache-dtype=auto",
      "max-cudagraph-capture-size=512",
      "max-model-len=8192 written",
      "max-num-seqs=1024",
    ]);
  });
});

const start = `INFO 04-22 01:35:30 [utils.py:299] vLLM API server version 0.10.1
INFO 04-22 01:36:06 [gpu_model_runner.py:1] Model loading took 14.99 GiB and 3.2 seconds
INFO 04-22 01:36:26 [gpu_worker.py:1] Available KV cache memory: 58.11 GiB
INFO 04-22 01:36:26 [kv_cache_utils.py:1] GPU KV cache size: 476,016 tokens`;
const told = { weights: 14.99, "kv-cache": 58.11, tokens: 476_016 };

describe("what stands around the lines", () => {
  const lines = start.split("\n");
  const wrapped: readonly (readonly [string, string])[] = [
    ["Windows line ends", start.replaceAll("\n", "\r\n")],
    ["colours", lines.map((line) => `\u001b[1;36m(EngineCore pid=9)\u001b[0;0m ${line}`).join("\n")],
    ["journald", lines.map((line) => `Apr 22 01:36:06 node7 docker[812]: ${line}`).join("\n")],
    ["docker's JSON", lines.map((line) => JSON.stringify({ log: `${line}\n`, stream: "stderr", time: "2026-04-22T01:36:06Z" })).join("\n")],
    ["a collector's JSON", lines.map((line) => JSON.stringify({ timestamp: 1, message: line })).join("\n")],
    ["the container runtime", lines.map((line) => `2026-04-22T01:35:23.11Z stderr F ${line}`).join("\n")],
    [
      "the container runtime, lines in parts",
      lines.map((line) => `2026-04-22T01:35:23Z stderr P ${line.slice(0, 30)}\n2026-04-22T01:35:23Z stderr F ${line.slice(30)}`).join("\n"),
    ],
    ["compose", lines.map((line) => `vllm-1  | ${line}`).join("\n")],
    ["kubectl --prefix", lines.map((line) => `[pod/vllm-7d9/vllm] ${line}`).join("\n")],
    ["timestamps", lines.map((line) => `2026-04-19 12:18:49.473 | ${line}`).join("\n")],
    ["progress bars glued to a line", start.replace("INFO 04-22 01:36:26", "Capturing:  98%|█| 50/51 [00:01<00:00]\rINFO 04-22 01:36:26")],
    ["other languages", `启动日志：\n${start}\n以上为 GPU KV 缓存\nПамять: 12 GiB\n`],
    ["cut in front", lines.slice(1).join("\n")],
    ["cut behind", `${start}\nINFO 04-22 01:36:30 [gpu_worker.py:1] Graph capturing fin`],
  ];
  for (const [name, text] of wrapped) {
    test(name, () => {
      const log = readStartLog(text);
      expect(figures(log)).toEqual(told);
      expect(log?.conflicts).toEqual([]);
      expect(log?.cut).toBe(name === "cut in front");
    });
  }

  test("nothing of a start is nothing", () => {
    expect(readStartLog("")).toBeNull();
    expect(readStartLog("Traceback (most recent call last):\nValueError: nothing of ours")).toBeNull();
    expect(
      readStartLog(
        "INFO 1 [loggers.py:1] Engine 000: Avg prompt throughput: 3.0 tokens/s, GPU KV cache usage: 5.1%, Prefix cache hit rate: 0.0%",
      ),
    ).toBeNull();
  });
});

describe("ranks, starts and conflicts", () => {
  test("figures stay with their rank; the process of a line is the one named last before the figure", () => {
    const log = readStartLog(`(EngineCore pid=2) INFO [core.py:1] Initializing a V1 LLM engine (v0.19.0) with config: model='a/b'
(Worker pid=11) DEBUG [gpu_worker.py:284] worker init memory snapshot: torch_peak=0.01GiB, free_memory=77.71GiB, total_memory=79.19GiB, cuda_memory=1.53GiB, non_torch_memory=1.51GiB
(Worker_PP1 pid=12) DEBUG [gpu_worker.py:435] Memory profiling takes 14.46 seconds. Total non KV cache memory: 6.34GiB; torch peak memory increase: 2.01GiB; non-torch forward increase memory: 0.07GiB; weights memory: 4.26GiB.
Capturing:  98%|█████████▊| 50/51(Worker_PP0 pid=11) DEBUG [gpu_worker.py:435] Memory profiling takes 9 seconds. Total non KV cache memory: 5.4GiB; torch peak memory increase: 1.1GiB; non-torch forward increase memory: 0.07GiB; weights memory: 4.2GiB.
(Worker_PP0 pid=11) DEBUG [gpu_worker.py:661] Free memory on device (77.71/79.19 GiB) on startup. Desired GPU memory utilization is (0.95, 75.23 GiB). Current kv cache memory in use is 69.8 GiB.
(Worker_PP1 pid=12) DEBUG [gpu_worker.py:661] Free memory on device (77.71/79.19 GiB) on startup. Desired GPU memory utilization is (0.95, 75.23 GiB). Current kv cache memory in use is 68.89 GiB.`);
    expect(log?.ranks.map(({ label }) => label)).toEqual(["Worker_PP0", "Worker_PP1"]);
    expect([of(log, 0, "activation"), of(log, 1, "activation")]).toEqual([1.1, 2.01]);
    expect([of(log, 0, "total"), log?.tightest]).toEqual([79.19, 1]);
  });

  test("SGLang's ranks come in the order of the layout", () => {
    const log = readStartLog(`[2026-02-26 05:35:08 TP7] KV Cache is allocated. #tokens: 3262823, KV size: 186.77 GB
[2026-02-26 05:35:08 TP0] KV Cache is allocated. #tokens: 3262823, KV size: 186.67 GB
[2026-02-26 05:35:08 TP1] KV Cache is allocated. #tokens: 3262823, KV size: 186.77 GB`);
    expect(log?.ranks.map(({ label }) => label)).toEqual(["TP0", "TP1", "TP7"]);
    expect(log?.tightest).toBe(0);
  });

  test("a figure with two values on one rank is told as a conflict and not used", () => {
    const log = readStartLog(`${start}\nINFO 04-22 01:36:27 [gpu_worker.py:1] Available KV cache memory: 57.02 GiB`);
    expect(figures(log)).toEqual({ weights: 14.99, tokens: 476_016 });
    expect(log?.conflicts).toEqual([
      { part: "kv-cache", rank: "rank 0", values: [Math.round(58.11 * GiB), Math.round(57.02 * GiB)], lines: [2, 4] },
    ]);
  });

  test("the finer print of one value is no conflict", () => {
    const log = readStartLog(
      "INFO Loading model weights took 14.9888 GB\nINFO model weights take 14.99GiB; non_torch_memory takes 0.1GiB;",
    );
    expect([log?.conflicts, figures(log)]).toEqual([[], { weights: 14.9888, "non-torch": 0.1 }]);
  });

  test("the last of several starts counts, the others are named", () => {
    const failed = `${start.split("\n")[0]}\nINFO Model loading took 67.8 GiB and 3 seconds\nValueError: No available memory for the cache blocks. Try increasing`;
    const log = readStartLog(`${failed}\n${start}\nINFO:     Application startup complete.\nINFO Available KV cache memory: 1.00 GiB`);
    expect(figures(log)).toEqual(told);
    expect([log?.outcome, log?.line]).toEqual(["ready", 3]);
    expect(log?.earlier).toEqual([{ line: 0, engineVersion: "0.10.1", model: null, outcome: "refused", refusal: "no-kv-memory" }]);
  });

  test("engines of a data-parallel server are one start; the least of their caches counts", () => {
    const log = readStartLog(`(APIServer pid=1) INFO vLLM API server version 0.11.0
(EngineCore_DP0 pid=7) INFO Initializing a V1 LLM engine (v0.11.0) with config: model='a/b', data_parallel_size=2
(EngineCore_DP1 pid=8) INFO Initializing a V1 LLM engine (v0.11.0) with config: model='a/b', data_parallel_size=2
(EngineCore_DP0 pid=7) INFO GPU KV cache size: 476,016 tokens
(EngineCore_DP1 pid=8) INFO GPU KV cache size: 470,000 tokens`);
    expect([log?.earlier, log?.cache.tokens?.value, log?.conflicts]).toEqual([[], 470_000, []]);
  });

  test("a draft's weights are not its target's", () => {
    const log = readStartLog(`INFO model_runner.py:1] Starting to load model org/target...
INFO model_runner.py:2] Loading model weights took 14.2717 GB
INFO model_runner.py:1] Starting to load model org/draft...
INFO model_runner.py:2] Loading model weights took 3.3143 GB`);
    expect(figures(log)).toEqual({ weights: 14.2717, "draft-weights": 3.3143 });
  });
});

describe("refused starts", () => {
  const opening = "(APIServer pid=1) INFO [utils.py:1] vLLM API server version 0.19.0\n";
  const refused = (text: string) => {
    const { kind, phase, figures: numbers, text: words } = readStartLog(opening + text)?.refusal ?? {};
    return { kind, phase, words, ...numbers };
  };

  test.each([
    [
      "ERROR 07-03 [core.py:515] ValueError: To serve at least one request with the models's max seq len (32768), (4.50 GiB KV cache is needed, which is larger than the available KV cache memory (4.47 GiB). Based on the available memory, the estimated maximum model length is 32560. Try increasing `gpu_memory_utilization`",
      { kind: "model-len", neededBytes: 4.5 * GiB, availableBytes: Math.round(4.47 * GiB), maxModelLen: 32_768, longestModelLen: 32_560 },
    ],
    [
      "(EngineCore_DP0 pid=15) ValueError: To serve at least one request with the model's max seq len (40960), (10.00 GiB KV cache is needed, which is larger than the available KV cache memory (1.25 GiB). Based on the available memory,  Try increasing",
      { kind: "model-len", neededBytes: 10 * GiB, availableBytes: 1.25 * GiB, maxModelLen: 40_960 },
    ],
    [
      "ValueError: The model's max seq len (131072) is larger than the maximum number of tokens that can be stored in KV cache (24480). Try",
      { kind: "model-len", maxModelLen: 131_072, longestModelLen: 24_480 },
    ],
    ["ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`", { kind: "no-kv-memory" }],
    ["RuntimeError: Not enough memory. Please try to increase --mem-fraction-static.", { kind: "no-kv-memory" }],
    [
      "ValueError: Free memory on device cuda:0 (3.25/23.5 GiB) on startup is less than desired GPU memory utilization (0.96, 22.5 GiB). Decrease",
      { kind: "free-memory", neededBytes: 22.5 * GiB, availableBytes: 3.25 * GiB, totalBytes: 23.5 * GiB },
    ],
    [
      "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 786.00 MiB. GPU 0 has a total capacity of 79.25 GiB of which 552.50 MiB is free. Including",
      { kind: "out-of-memory", neededBytes: 786 * 2 ** 20, availableBytes: 552.5 * 2 ** 20, totalBytes: 79.25 * GiB },
    ],
    ["RuntimeError: CUDA out of memory occurred when warming up sampler with 1024 dummy requests. Please try", { kind: "out-of-memory" }],
    ["RuntimeError: [TensorRT-LLM][ERROR] CUDA runtime error in ::cudaMalloc(ptr, n): out of memory", { kind: "out-of-memory" }],
    ["ValueError: Total number of attention heads (64) must be divisible by tensor parallel size (6).", { kind: "indivisible" }],
    [
      "ValueError: User-specified max_model_len (262144) is greater than the derived max_model_len (max_position_embeddings=131072 or model_max_length=None in model's config.json).",
      { kind: "above-model", maxModelLen: 262_144, longestModelLen: 131_072 },
    ],
    ["AssertionError: DP adjusted local rank 1 is out of bounds. ", { kind: "gpu-count" }],
    ["api_server.py: error: unrecognized arguments: --swap-space 4", { kind: "arguments" }],
    [
      "AssertionError: Error in memory profiling. Initial free memory 70.1 GiB, current free memory 71.9 GiB. This happens when other",
      { kind: "profiling" },
    ],
    ["OSError: We couldn't connect to 'https://huggingface.co' to load the files", { kind: "download" }],
    ["KeyError: 'layers.0.mlp.gate'", { kind: "other" }],
  ])("%s", (line, expected) => {
    const { phase, words, ...rest } = refused(line);
    expect(rest).toEqual(expected);
    expect(phase).toBe("starting");
    expect(words).not.toMatch(/^\(|ERROR/);
  });

  test("a sentence that others repeat keeps its first place, and the figures of all", () => {
    const log = readStartLog(`${opening}(EngineCore pid=2) INFO Graph capturing finished in 40 secs, took 1.84 GiB
(EngineCore pid=2) ERROR [core.py:1108] RuntimeError: CUDA out of memory occurred when warming up sampler with 1024 dummy requests.
(EngineCore pid=2) torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 786.00 MiB. GPU 0 has
(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}`);
    expect(log?.refusal).toMatchObject({ kind: "out-of-memory", phase: "warming-up", line: 2, figures: { neededBytes: 786 * 2 ** 20 } });
    expect(log?.settings["max-num-seqs"]?.value).toBe("1024");
  });

  test("SGLang is ready when it has answered a request, not when its web server is up", () => {
    const sglang = `[2026-08-10 09:47:05] server_args=ServerArgs(model_path='/m', tp_size=1)
[2026-08-10 09:47:14] Load weight end. elapsed=93.30 s, type=LlamaForCausalLM, avail mem=13.43 GB, mem usage=47.06 GB.
[2026-08-10 09:47:30] INFO:     Application startup complete.`;
    const failed = readStartLog(`${sglang}\nRuntimeError: call aclnnDispatchLayout failed, detail: no such kernel`);
    expect([failed?.outcome, failed?.refusal?.kind]).toEqual(["refused", "other"]);
    expect(readStartLog(`${sglang}\n[2026-08-10 09:48:00] The server is fired up and ready to roll!`)?.outcome).toBe("ready");
    expect(readStartLog(sglang)?.outcome).toBe("unfinished");
  });

  test("an exception that was caught and told of below an error refuses nothing", () => {
    const told = "(APIServer pid=1) DEBUG 04-22 19:58:06 [renderers/hf.py:122] ValueError: Cannot use chat template functions";
    const log = readStartLog(`${opening}${told}`);
    expect([log?.outcome, log?.refusal]).toEqual(["unfinished", null]);
  });

  test("an error after the server was ready refuses nothing", () => {
    const log = readStartLog(`${start}\nINFO:     Application startup complete.\nValueError: No available memory for the cache blocks.`);
    expect([log?.outcome, log?.refusal]).toEqual(["ready", null]);
  });
});
