import { readFileSync } from "node:fs";
import Papa from "papaparse";

/** One measured run of a server under a fixed number of users (reference/silicon_e2e.csv). */
export interface ClosedLoopRow {
  readonly line: number;
  readonly source: string;
  readonly engine: string;
  readonly version: string | null;
  readonly model: string;
  readonly gpu: string;
  readonly quantization: string | null;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly concurrency: number;
  readonly tensor: number;
  readonly pipeline: number;
  readonly attentionData: number;
  readonly expert: number;
  readonly measured: Times;
  /** The vendor tool's prediction, and its speed of light. */
  readonly peer: Times | undefined;
  readonly speedOfLight: Times | undefined;
  /** Started to draft tokens, as far as its image tells. */
  readonly drafts: boolean;
  /** Why the run is likely not what the table says it is. */
  readonly doubt: string | undefined;
}

export interface Times {
  readonly ttftMs: number;
  readonly tpotMs: number;
}

type Fields = Readonly<Record<string, string>>;

export function readClosedLoopRows(path: string): readonly ClosedLoopRow[] {
  const { data } = Papa.parse<Fields>(readFileSync(path, "utf8"), { header: true, skipEmptyLines: true });
  return data.flatMap((row, index) => (row.mode === "agg" ? [rowOf(row, index + 2)] : []));
}

function rowOf(row: Fields, line: number): ClosedLoopRow {
  const times = (prefix: string): Times | undefined => {
    const [ttftMs, tpotMs] = [numberOf(row, `${prefix}_ttft_ms`), numberOf(row, `${prefix}_tpot_ms`)];
    return ttftMs && tpotMs ? { ttftMs, tpotMs } : undefined;
  };
  return {
    line,
    source: row.source ?? "",
    engine: row.backend ?? "",
    version: row.backend_version || null,
    model: row.model ?? "",
    gpu: row.system ?? "",
    quantization: quantization(row),
    promptTokens: numberOf(row, "isl") ?? 0,
    outputTokens: numberOf(row, "osl") ?? 0,
    concurrency: numberOf(row, "concurrency") ?? numberOf(row, "batch_size") ?? 1,
    ...sizes(row),
    measured: times("silicon") ?? { ttftMs: Number.NaN, tpotMs: Number.NaN },
    peer: times("aic0120"),
    speedOfLight: times("aic0120_SOL"),
    drafts: isSpeculative(row),
    doubt: doubt(row),
  };
}

function numberOf(row: Fields, name: string): number | undefined {
  return row[name] ? Number(row[name]) : undefined;
}

/**
 * An export multiplied groups that are both TP and EP: tp 8 with ep 8 stands as 8 × 8 experts groups on 64 GPUs. 56 such rows repeat
 * the times of a row that says 8 GPUs, digit by digit, and no node of theirs has more.
 */
function sizes(row: Fields): Pick<ClosedLoopRow, "tensor" | "pipeline" | "attentionData" | "expert"> {
  const pipeline = numberOf(row, "pp_size") ?? 1;
  const expert = Math.max(1, numberOf(row, "moe_ep_size") ?? 1);
  const told = Math.max(1, (numberOf(row, "ngpu") ?? numberOf(row, "tp_size") ?? 1) / pipeline);
  const isMultiplied = expert > 1 && numberOf(row, "moe_tp_size") === expert && told === expert * expert;
  const gpus = isMultiplied ? expert : told;
  const attentionData = (numberOf(row, "attention_dp_size") ?? 1) > 1 ? gpus : 1;
  return { pipeline, tensor: gpus / attentionData, attentionData, expert };
}

/** What the run's words for its formats come to: gpt-oss keeps its own format, whatever stands in the table. */
function quantization({ model = "", gemm_quant_mode: gemm = "", moe_quant_mode: moe = "" }: Fields): string | null {
  if (/gpt-oss/.test(model) || gemm === "") return null;
  return gemm === "fp8" && moe === "fp8_block" ? "fp8_block" : gemm;
}

/** Images that InferenceX used for its runs with multi-token prediction, which the export does not tell from those without. */
const speculativeImages: readonly string[] = ["1.1.0rc2.post2", "1.2.0rc6.post3"];

function isSpeculative(row: Fields): boolean {
  return row.backend === "trtllm" && /DeepSeek/.test(row.model ?? "") && speculativeImages.includes(row.backend_version ?? "");
}

function doubt(row: Fields): string | undefined {
  if (isSpeculative(row)) return "an image of the runs with speculative decoding";
  // The sweep of November 2025: 5 to 9 seconds to the first token from 32 users on, of 1k prompts as of 8k ones, and on 4 GPUs as on 8.
  const isCompiling = row.backend === "sglang" && row.gemm_quant_mode === "nvfp4" && !row.backend_version;
  if (isCompiling) return "a sweep whose first tokens take seconds whatever the load";
  return row.concurrency ? undefined : "no concurrency in the table, its batch size taken";
}
