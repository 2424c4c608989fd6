import { readFileSync } from "node:fs";
import { join } from "node:path";
import Papa from "papaparse";

/** A run of which every request is known (reference/vllm_per_request). */
export interface PerRequestRun {
  readonly requests: readonly MeasuredRequest[];
  /** Once a second. */
  readonly series: readonly { readonly seconds: number; readonly running: number; readonly waiting: number; readonly kvPercent: number }[];
}

export interface MeasuredRequest {
  readonly arrivalSeconds: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly e2eSeconds: number;
}

export function readPerRequestRun(folder: string): PerRequestRun {
  return {
    requests: rowsOf(join(folder, "requests.csv")).map((row) => ({
      arrivalSeconds: Number(row.arrival_s),
      promptTokens: Number(row.input_tokens),
      outputTokens: Number(row.output_tokens),
      ttftSeconds: Number(row.ttft_from_arrival_ms) / 1000,
      tpotSeconds: Number(row.tpot_ms) / 1000,
      e2eSeconds: Number(row.last_token_s) - Number(row.arrival_s),
    })),
    series: rowsOf(join(folder, "timeseries.csv")).map((row) => ({
      seconds: Number(row.t),
      running: Number(row.running),
      waiting: Number(row.waiting),
      kvPercent: Number(row.kv_cache_pct),
    })),
  };
}

function rowsOf(path: string): readonly Readonly<Record<string, string>>[] {
  return Papa.parse<Record<string, string>>(readFileSync(path, "utf8"), { header: true, skipEmptyLines: true }).data;
}
