import { readFileSync } from "node:fs";
import Papa from "papaparse";

/** One measured run of a server under a fixed number of users (reference/silicon_e2e.csv). */
export interface ClosedLoopRow {
  readonly line: number;
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
}

export interface Times {
  readonly ttftMs: number;
  readonly tpotMs: number;
}

export function readClosedLoopRows(path: string): readonly ClosedLoopRow[] {
  const { data } = Papa.parse<Record<string, string>>(readFileSync(path, "utf8"), { header: true, skipEmptyLines: true });
  return data.flatMap((row, index) => (row.mode === "agg" ? [rowOf(row, index + 2)] : []));
}

function rowOf(row: Record<string, string>, line: number): ClosedLoopRow {
  const number = (name: string): number | undefined => (row[name] ? Number(row[name]) : undefined);
  const pipeline = number("pp_size") ?? 1;
  // Exports that multiply the sizes of a group once more are told by their GPUs.
  const gpus = Math.max(1, (number("ngpu") ?? number("tp_size") ?? 1) / pipeline);
  const attentionData = (number("attention_dp_size") ?? 1) > 1 ? gpus : 1;
  const tensor = gpus / attentionData;
  const times = (prefix: string): Times | undefined => {
    const ttftMs = number(`${prefix}_ttft_ms`);
    const tpotMs = number(`${prefix}_tpot_ms`);
    return ttftMs && tpotMs ? { ttftMs, tpotMs } : undefined;
  };
  const measured = times("silicon");
  return {
    line,
    engine: row.backend ?? "",
    version: row.backend_version || null,
    model: row.model ?? "",
    gpu: row.system ?? "",
    quantization: quantization(row),
    promptTokens: number("isl") ?? 0,
    outputTokens: number("osl") ?? 0,
    concurrency: number("concurrency") ?? number("batch_size") ?? 1,
    tensor,
    pipeline,
    attentionData,
    expert: Math.max(1, number("moe_ep_size") ?? 1),
    measured: measured ?? { ttftMs: Number.NaN, tpotMs: Number.NaN },
    peer: times("aic0120"),
    speedOfLight: times("aic0120_SOL"),
  };
}

/** What the run's words for its formats come to: gpt-oss keeps its own format, whatever stands in the table. */
function quantization({ model = "", gemm_quant_mode: gemm = "", moe_quant_mode: moe = "" }: Record<string, string>): string | null {
  if (/gpt-oss/.test(model) || gemm === "") return null;
  return gemm === "fp8" && moe === "fp8_block" ? "fp8_block" : gemm;
}
