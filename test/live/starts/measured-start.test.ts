import { describe, expect, test } from "vitest";
import { applyCalibration } from "../../../src/deployment/apply-calibration.ts";
import { plain } from "../../../src/deployment/message.ts";
import { measuredStart } from "../../../src/live/starts/measured-start.ts";
import { readStartLog } from "../../../src/live/starts/read-start-log.ts";
import { model, pool } from "../../memory/pools.ts";

const GiB = 2 ** 30;
const name = "meta-llama/Llama-3.1-8B-Instruct";
const facts = model(name);

function measure(text: string, changes: Parameters<typeof pool>[0] = {}) {
  const log = readStartLog(text);
  if (!log) throw new Error("no start in the text");
  return measuredStart(log, { model: name, facts, pool: pool(changes) }, "2026-11-28");
}

const config = `(EngineCore pid=2) INFO [core.py:105] Initializing a V1 LLM engine (v0.19.0) with config: model='${name}', dtype=torch.bfloat16, max_seq_len=8192, tensor_parallel_size=1`;
const weights = "(EngineCore pid=2) INFO [gpu_model_runner.py:4820] Model loading took 14.99 GiB memory and 3.2 seconds";
const sized = `(EngineCore pid=2) INFO [gpu_worker.py:436] Available KV cache memory: 54.14 GiB
(EngineCore pid=2) INFO [kv_cache_utils.py:1319] GPU KV cache size: 443,520 tokens`;

describe("a log as a calibration", () => {
  test("keeps its figures, the lines they stand in and what they hold for", () => {
    const { memory, evidence } = measure([config, weights, sized].join("\n"));
    expect(memory?.stages).toEqual([{ stage: 0, weights: Math.round(14.99 * GiB), kvCache: Math.round(54.14 * GiB) }]);
    expect([memory?.source, memory?.date, memory?.kvCacheTokens, memory?.kvCacheBlocks]).toEqual(["log", "2026-11-28", 443_520, null]);
    expect(memory?.conditions).toMatchObject({ engine: "vllm", engineVersion: "0.19.0", model: name, weights: "none", layout: {} });
    expect(evidence?.map((line) => line.slice(0, 60))).toEqual([weights, ...sized.split("\n")].map((line) => line.slice(0, 60)));
  });

  test("is none where lines of another model's engine stand between its own", () => {
    const args = (of: string) => `(APIServer pid=1) INFO [utils.py:1] non-default args: {'model': '${of}', 'max_model_len': 8192}`;
    const { problem } = measure([args("Qwen/Qwen2.5-7B-Instruct"), config, weights, sized].join("\n"));
    expect(problem && plain(problem)).toBe("The log also has lines of another model: Qwen/Qwen2.5-7B-Instruct");
    expect(measure([args("/models/llama"), config, weights, sized].join("\n")).problem).toBeUndefined();
  });

  test("holds for the log's own settings where it tells others than the file", () => {
    const seqs = "(APIServer pid=1) DEBUG Defaulting max_num_seqs to 1024 for OPENAI_API_SERVER usage context.";
    const file = { settings: { maxNumSeqs: 256 } };
    const { memory } = measure([seqs, config, weights, sized].join("\n"), file);
    expect(memory?.conditions.settings["max-num-seqs"]).toBe(1024);
    const calibration = { file: "a.yaml", deployment: "a", memory: memory ?? null, timing: null };
    const applied = applyCalibration([calibration], facts, pool(file));
    expect(applied?.applied).toEqual(["weights"]);
    expect(applied?.refused.map(({ term, why }) => `${term}: ${plain(why)}`)).toEqual([
      "kvCache: max-num-seqs was 1024 when this was measured",
      "kvCacheBlocks: max-num-seqs was 1024 when this was measured",
    ]);
  });

  test("of each pipeline stage keeps the rank with the least cache", () => {
    const { memory } = measure(
      `(Worker_PP0_TP0 pid=1) INFO Available KV cache memory: 60.1 GiB
(Worker_PP0_TP1 pid=2) INFO Available KV cache memory: 60 GiB
(Worker_PP1_TP0 pid=3) INFO Available KV cache memory: 59 GiB`,
      { layout: { tensor: 2, pipeline: 2 } },
    );
    expect(memory?.stages).toEqual([
      { stage: 0, kvCache: 60 * GiB },
      { stage: 1, kvCache: 59 * GiB },
    ]);
    expect(memory?.conditions.layout).toEqual({ tensor: 2, pipeline: 2 });
  });

  test.each([
    ["another model", config.replace("Llama-3.1-8B", "Llama-3.2-3B"), "The log is of another model: meta-llama/Llama-3.2-3B-Instruct"],
    ["another engine", "[2026-05-15 08:39:53] server_args=ServerArgs(model_path='/m')", "The log is of SGLang, the file starts vLLM"],
    [
      "another card",
      "INFO the current vLLM instance can use total_gpu_memory (139.80GiB) x gpu_memory_utilization (0.90) = 125.82GiB",
      "The log is of another GPU: its driver reports 139.80 GiB, H100-SXM5-80GB has 79.19 GiB",
    ],
    ["no figures", config, "The log has no figures of memory"],
  ])("is none of %s", (_, text, words) => {
    const { problem } = measure(text);
    expect(problem && plain(problem)).toBe(words);
  });
});
