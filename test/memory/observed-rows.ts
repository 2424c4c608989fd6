import { readFileSync } from "node:fs";
import Papa from "papaparse";
import type { Model, WeightFormat } from "../../src/catalog/facts.ts";
import { unquantised } from "../../src/catalog/weight-format.ts";
import type { SettledPool } from "../../src/deployment/settled.ts";
import { testCatalog } from "../support/catalog.ts";
import { pool, version } from "./pools.ts";

export interface ObservedStart {
  readonly name: string;
  readonly model: Model;
  readonly pool: SettledPool;
  readonly logged: Readonly<Record<string, number | undefined>>;
}

const GiB = 2 ** 30;

/** Starts whose model, version and batch settings are known: only they can be predicted. */
export function observedStarts(path: string): readonly ObservedStart[] {
  const { data } = Papa.parse<Record<string, string>>(readFileSync(path, "utf8"), { header: true, skipEmptyLines: true });
  return data.flatMap((row) => {
    const start = observedStart(row);
    return start ? [start] : [];
  });
}

function observedStart(row: Record<string, string>): ObservedStart | undefined {
  const number = (name: string) => (row[name] ? Number(row[name]) : undefined);
  const match = testCatalog().model(row.model ?? "");
  const gpu = testCatalog().gpu(row.gpu ?? "");
  const [seqs, tokens, memory, length, share] = [
    "max_num_seqs",
    "max_num_batched_tokens",
    "gpu_mem_gib",
    "max_model_len",
    "gpu_memory_utilization",
  ].map(number);
  if ((row.engine ?? "vllm") !== "vllm" || !match || !gpu || !row.version) return undefined;
  if (!seqs || !tokens || !memory || !length || !share) return undefined;
  const name = [row.model, row.version, `tp${row.tp}`, `pp${row.pp}`, row.dtype, row.kv_dtype, row.quant, length].join(" ");
  return {
    name,
    model: match.model,
    pool: pool({
      gpu,
      version: version(row.version),
      weights: weights(match.model, row.quant ?? ""),
      activationBytes: row.dtype === "float32" ? 4 : 2,
      kvElementBytes: row.kv_dtype?.startsWith("fp8") ? 1 : row.dtype === "float32" ? 4 : 2,
      layout: { tensor: number("tp") ?? 1, pipeline: number("pp") ?? 1 },
      settings: { maxModelLen: length, maxNumSeqs: seqs, maxNumBatchedTokens: tokens, gpuMemoryUtilization: share },
      observed: { gpuTotalBytes: memory * GiB, kvCacheBlocks: null },
    }),
    logged: Object.fromEntries(
      ["weights_gib", "activation_gib", "nontorch_gib", "cudagraph_gib", "kv_gib", "kv_tokens", "gpu_blocks", "concurrency"].map((key) => [
        key,
        number(key),
      ]),
    ),
  };
}

/** `--quantization fp8` on a 16-bit checkpoint quantises while loading. */
function weights(model: Model, quant: string): WeightFormat {
  return quant === "fp8" && model.weights === unquantised
    ? { method: "fp8", linear: "fp8", scaleBytesPerElement: 0, expertsOnly: false }
    : model.weights;
}
