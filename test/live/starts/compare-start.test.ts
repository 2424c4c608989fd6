import { describe, expect, test } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { compareStart } from "../../../src/live/starts/compare-start.ts";
import { readStartLog } from "../../../src/live/starts/read-start-log.ts";
import { refusalWords } from "../../../src/live/starts/refusal-words.ts";
import type { StartComparison, StartRow } from "../../../src/live/starts/start-comparison.ts";
import { memoryPlan } from "../../../src/memory/memory-plan.ts";
import { model, pool } from "../../memory/pools.ts";

const llama = "meta-llama/Llama-3.1-8B-Instruct";

/** Figures of a start of Llama-3.1-8B on an H100 with vLLM 0.19.0, 1024 sequences and a utilisation of 0.9. */
const lines = {
  config: `(EngineCore pid=2) INFO [core.py:105] Initializing a V1 LLM engine (v0.19.0) with config: model='${llama}', dtype=torch.bfloat16, max_seq_len=8192, tensor_parallel_size=1, pipeline_parallel_size=1, quantization=None, enforce_eager=False, kv_cache_dtype=auto`,
  seqs: "(APIServer pid=1) DEBUG Defaulting max_num_seqs to 1024 for OPENAI_API_SERVER usage context.",
  usage: (kv: string, activation = "1.89", total = "79.19", budget = "71.27", share = "0.9") =>
    `(EngineCore pid=2) DEBUG Free memory on device (78.68/${total} GiB) on startup. Desired GPU memory utilization is (${share}, ${budget} GiB). Actual usage is 14.99 GiB for weight, ${activation} GiB for peak activation, 0.25 GiB for non-torch memory, and 0.91 GiB for CUDAGraph memory. Current kv cache memory in use is ${kv} GiB.`,
  ready: "(APIServer pid=1) INFO:     Application startup complete.",
};

function compared(text: readonly string[], changes: Parameters<typeof pool>[0] = {}): StartComparison {
  const log = readStartLog(text.join("\n"));
  if (!log) throw new Error("no start in the text");
  const facts = model(llama);
  const one = pool(changes);
  return compareStart({ model: llama, pool: one, plan: memoryPlan(facts, one) }, log);
}

const why = ({ rows }: StartComparison): Readonly<Record<string, string>> =>
  Object.fromEntries(rows.filter(({ verdict }) => verdict !== "equal").map((row: StartRow) => [row.part, row.why ? plain(row.why) : ""]));

describe("a start beside its prediction", () => {
  test("the same start: parts agree, and both started", () => {
    // 71.27 − 14.99 − 1.89 − 0.25
    const result = compared([lines.config, lines.seqs, lines.usage("54.14"), lines.ready]);
    expect(result.rows.map(({ part }) => part)).toEqual(["total", "budget", "weights", "activation", "non-torch", "graphs", "kv-cache"]);
    expect(result.rows.filter(({ verdict }) => verdict === "different")).toEqual([]);
    expect(result.settings.filter(({ differs }) => differs)).toEqual([]);
    expect(result.settings.map(({ name }) => name)).toContain("max-num-seqs");
    expect([result.outcome.agree, result.rank, result.ranks]).toEqual([true, "EngineCore", 1]);
    const weights = result.rows.find(({ part }) => part === "weights");
    expect(weights?.why).toBeNull();
    expect(Math.abs(weights?.share ?? 1)).toBeLessThan(0.001);
  });

  test("a setting that differs explains the parts that depend on it", () => {
    const result = compared([lines.config, lines.seqs, lines.usage("54.14"), lines.ready], { settings: { maxNumSeqs: 256 } });
    expect(result.settings[0]).toEqual({ name: "max-num-seqs", file: "256", log: "1024", differs: true });
    expect(why(result)).toMatchObject({
      activation: "max-num-seqs is 1024 in the log, 256 in the file",
      "kv-cache": "max-num-seqs is 1024 in the log, 256 in the file",
    });
  });

  test("another utilisation explains the budget and the cache", () => {
    const result = compared([lines.config, lines.usage("58.1", "1.89", "79.19", "75.23", "0.95"), lines.ready]);
    expect(why(result)).toEqual({
      budget: "gpu-memory-utilization is 0.95 in the log, 0.9 in the file",
      "kv-cache": "gpu-memory-utilization is 0.95 in the log, 0.9 in the file",
    });
  });

  test("another card explains the budget", () => {
    const result = compared([lines.config, lines.usage("67.4", "1.89", "94.0", "84.6"), lines.ready]);
    expect(why(result)).toEqual({
      total: "what its driver keeps differs from card to card",
      budget: "its GPU has 94.00 GiB, not 79.19 GiB",
      "kv-cache": "follows from the parts above",
    });
  });

  test("images in the profiling run explain its peak; what nothing tells is not explained", () => {
    const images =
      "(EngineCore pid=2) INFO Encoder cache will be initialized with a budget of 8192 tokens, and profiled with 7 image items of the maximum feature size.";
    const usage = lines.usage("52.5", "3.5");
    expect(why(compared([lines.config, usage, images]))).toEqual({
      activation: "the profiling run also fed 7 image items to the encoder",
      "kv-cache": "follows from the parts above",
    });
    expect(why(compared([lines.config, usage])).activation).toBe("not explained");
  });

  test("a refused start is held against the prediction", () => {
    const refused = "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`";
    const result = compared([lines.config, "(EngineCore pid=2) INFO Model loading took 14.99 GiB and 3 seconds", refused]);
    expect([result.outcome.logged, result.outcome.agree]).toEqual(["refused", false]);
    expect(result.outcome.loggedRefusal && plain(refusalWords(result.outcome.loggedRefusal))).toBe(
      "refused: no memory left for the KV cache",
    );
  });

  test("what the log does not tell is neither compared nor listed", () => {
    const result = compared(["INFO GPU KV cache size: 476,016 tokens"]);
    expect(result.rows.map(({ part }) => part)).toEqual(["tokens"]);
    expect([result.settings, result.outcome.agree]).toEqual([[], null]);
  });

  test("each stage of a pipeline is compared with its own", () => {
    const result = compared(
      [
        "(Worker_PP0 pid=11) INFO Model loading took 7.51 GiB and 1 seconds",
        "(Worker_PP0 pid=11) INFO Available KV cache memory: 62.6 GiB",
        "(Worker_PP1 pid=12) DEBUG weights memory: 7.51GiB.",
        "(Worker_PP1 pid=12) DEBUG Current kv cache memory in use is 61.7 GiB.",
      ],
      { layout: { pipeline: 2 } },
    );
    expect([result.rank, result.ranks]).toEqual(["Worker_PP1", 2]);
    // The last stage samples, so its peak is larger and its cache smaller: 71.27 − 7.51 − 1.9 − 0.07.
    expect(result.rows.find(({ part }) => part === "kv-cache")?.predicted).toBeCloseTo(61.8 * 2 ** 30, -8.5);
  });
});
