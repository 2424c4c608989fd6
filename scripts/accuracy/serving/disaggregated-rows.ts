import { readFileSync } from "node:fs";
import Papa from "papaparse";
import type { Times } from "./closed-loop-rows.ts";

/** Workers of one role, all alike. */
export interface Workers {
  readonly count: number;
  readonly tensor: number;
  readonly attentionData: number;
  readonly expert: number;
}

/** One measured run of prefill and decode workers under a fixed number of users (reference/silicon_e2e.csv, mode disagg). */
export interface DisaggregatedRow {
  readonly line: number;
  readonly source: string;
  readonly engine: string;
  readonly version: string;
  readonly model: string;
  readonly gpu: string;
  readonly quantization: string;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** NaN where the run does not tell its users. */
  readonly concurrency: number;
  /** Requests of one attention replica of the decode side. */
  readonly decodeBatch: number;
  readonly prefill: Workers;
  readonly decode: Workers;
  readonly measured: Times;
  /** The vendor tool's prediction, and its speed of light. */
  readonly peer: Times | undefined;
  readonly speedOfLight: Times | undefined;
}

type Fields = Readonly<Record<string, string>>;

export function readDisaggregatedRows(path: string): readonly DisaggregatedRow[] {
  const { data } = Papa.parse<Fields>(readFileSync(path, "utf8"), { header: true, skipEmptyLines: true });
  return data.flatMap((row, index) => (row.mode === "disagg" ? [rowOf(row, index + 2)] : []));
}

function rowOf(row: Fields, line: number): DisaggregatedRow {
  const number = (name: string): number => (row[name] ? Number(row[name]) : Number.NaN);
  const times = (prefix: string): Times | undefined => {
    const [ttftMs, tpotMs] = [number(`${prefix}_ttft_ms`), number(`${prefix}_tpot_ms`)];
    return ttftMs > 0 && tpotMs > 0 ? { ttftMs, tpotMs } : undefined;
  };
  const workers = (role: "prefill" | "decode"): Workers => ({
    count: number(`${role}_num_workers`),
    tensor: number(`${role}_tp_size`),
    attentionData: number(`${role}_attention_dp_size`),
    expert: Math.max(1, number(`${role}_moe_ep_size`) || 1),
  });
  const isWide = workers("decode").attentionData > oneTray;
  const [prefill, decode] = [asStarted(workers("prefill"), isWide), asStarted(workers("decode"), isWide)];
  return {
    line,
    source: row.source ?? "",
    engine: row.backend ?? "",
    version: row.backend_version ?? "",
    model: row.model ?? "",
    gpu: row.system ?? "",
    quantization: row.moe_quant_mode === "fp8_block" ? "fp8_block" : (row.gemm_quant_mode ?? ""),
    promptTokens: number("isl"),
    outputTokens: number("osl"),
    concurrency: number("concurrency"),
    decodeBatch: number("decode_batch_size"),
    prefill,
    decode,
    measured: times("silicon") ?? { ttftMs: Number.NaN, tpotMs: Number.NaN },
    peer: times("aic0120"),
    speedOfLight: times("aic0120_SOL"),
  };
}

/** GPUs of a compute tray of a GB200 rack. */
const oneTray = 4;

/**
 * Runs of SGLang 0.5.5 stand with attention replicas whose experts are split by tensor, which no recipe of theirs starts: those with small
 * decode workers are of tensor parallelism alone, those with wide ones have as many expert ranks as attention replicas.
 */
function asStarted(workers: Workers, isWide: boolean): Workers {
  const { attentionData, expert, tensor } = workers;
  if (attentionData === 1 || expert > 1) return workers;
  return isWide ? { ...workers, expert: attentionData } : { ...workers, tensor: tensor * attentionData, attentionData: 1 };
}
