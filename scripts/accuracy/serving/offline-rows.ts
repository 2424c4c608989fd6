import { readFileSync } from "node:fs";
import Papa from "papaparse";

/** The most output tokens a second that a deployment makes with all requests queued (reference/trtllm_throughput.csv). */
export interface OfflineRow {
  readonly line: number;
  readonly version: string;
  readonly model: string;
  readonly precision: string;
  readonly gpu: string;
  readonly tensor: number;
  readonly pipeline: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Each GPU has its own attention and cache: so the page of 1.0 ran all models of experts. */
  readonly attentionReplicas: boolean;
  readonly outputTokensPerSecond: number;
}

export function readOfflineRows(path: string): readonly OfflineRow[] {
  const { data } = Papa.parse<Record<string, string>>(readFileSync(path, "utf8"), { header: true, skipEmptyLines: true });
  return data.map((row, index) => ({
    line: index + 2,
    version: row.version ?? "",
    model: row.model ?? "",
    precision: row.precision ?? "",
    gpu: row.gpu ?? "",
    tensor: Number(row.tp),
    pipeline: Number(row.pp),
    promptTokens: Number(row.isl),
    outputTokens: Number(row.osl),
    attentionReplicas: row.version === "1.0" && /-A\d+B$|Maverick/.test(row.model ?? "") && Number(row.tp) > 1,
    outputTokensPerSecond: Number(row.value),
  }));
}
