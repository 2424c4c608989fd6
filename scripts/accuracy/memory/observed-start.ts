import { readFileSync } from "node:fs";
import Papa from "papaparse";

/** Figures that an engine logs at its start, GiB on rank 0. */
export const terms = ["weights", "activation", "nonTorch", "graphs", "kv"] as const;
export type Term = (typeof terms)[number];

/** One start of a real engine, as its source states it; undefined = not stated. */
export interface ObservedStart {
  /** Line of the table. */
  readonly line: number;
  readonly engine: string;
  readonly version: string | undefined;
  readonly model: string;
  readonly quantization: string | undefined;
  readonly gpu: string | undefined;
  readonly gpuGiB: number | undefined;
  readonly tensor: number | undefined;
  readonly pipeline: number | undefined;
  /** `on`, or the size of the group. */
  readonly expert: string | undefined;
  readonly maxModelLen: number | undefined;
  readonly maxNumSeqs: number | undefined;
  readonly maxNumBatchedTokens: number | undefined;
  /** SGLang's mem-fraction-static on its rows. */
  readonly utilization: number | undefined;
  readonly dtype: string | undefined;
  readonly kvDtype: string | undefined;
  readonly enforceEager: boolean | undefined;
  readonly logged: Readonly<Record<Term, number | undefined>>;
  readonly kvTokens: number | undefined;
  readonly concurrency: number | undefined;
  readonly note: string;
  /** Address of what it was taken from. */
  readonly source: string;
  readonly isRefused: boolean;
}

/** Reads the table of observed starts (memory-observed.csv). */
export function readObservedStarts(path: string): readonly ObservedStart[] {
  const { data } = Papa.parse<Record<string, string>>(readFileSync(path, "utf8"), { header: true, skipEmptyLines: true });
  return data.map((row, index) => observedStart(row, index + 2));
}

function observedStart(row: Record<string, string>, line: number): ObservedStart {
  const text = (name: string): string | undefined => row[name]?.trim() || undefined;
  const number = (name: string): number | undefined => {
    const value = text(name);
    return value === undefined || !Number.isFinite(Number(value)) ? undefined : Number(value);
  };
  const note = text("note") ?? "";
  const eager = text("enforce_eager")?.toLowerCase();
  return {
    line,
    engine: text("engine") ?? "vllm",
    version: text("version"),
    model: text("model") ?? "",
    quantization: text("quant"),
    gpu: text("gpu"),
    gpuGiB: number("gpu_mem_gib"),
    tensor: number("tp"),
    pipeline: number("pp"),
    expert: text("ep"),
    maxModelLen: number("max_model_len"),
    maxNumSeqs: number("max_num_seqs"),
    maxNumBatchedTokens: number("max_num_batched_tokens"),
    utilization: number("gpu_memory_utilization"),
    dtype: text("dtype"),
    kvDtype: text("kv_dtype"),
    enforceEager: eager === undefined ? undefined : eager === "true",
    logged: {
      weights: number("weights_gib"),
      activation: number("activation_gib"),
      nonTorch: number("nontorch_gib"),
      graphs: number("cudagraph_gib"),
      kv: number("kv_gib"),
    },
    kvTokens: number("kv_tokens"),
    concurrency: number("concurrency"),
    note,
    source: text("source") ?? "",
    isRefused: /\brefused\b/i.test(note),
  };
}

/** Says everything that decides the budget: such a start must be answered. One on unlike cards leaves open which of them its figures are of. */
export function statesWhatDecides({ version, gpu, gpuGiB, tensor, utilization, model }: ObservedStart): boolean {
  const isOneKind = gpu?.includes(" + ") !== true;
  return isOneKind && [version, gpu ?? gpuGiB, tensor, utilization].every((value) => value !== undefined) && model !== "";
}
