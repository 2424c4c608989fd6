import { readFileSync } from "node:fs";
import Papa from "papaparse";

/** One MLPerf Inference result (reference/mlperf_inference.csv) whose layout is known. */
export interface MlperfRow {
  readonly line: number;
  readonly round: string;
  readonly submitter: string;
  readonly platform: string;
  readonly model: string;
  readonly scenario: string;
  readonly gpu: string;
  readonly layout: MlperfLayout;
  /** Where the layout is stated. */
  readonly stated: string;
  readonly tokensPerSecond: number;
  readonly outputTokens: number;
  /** Of the arrivals; undefined offline. */
  readonly ratePerSecond: number | undefined;
  readonly tpotMeanMs: number | undefined;
  readonly ttftP99Ms: number | undefined;
}

export interface MlperfLayout {
  readonly engine: "vllm" | "tensorrt-llm";
  readonly version: string | null;
  readonly quantization: string;
  readonly instances: number;
  readonly parallel: Readonly<Record<string, number>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, string>>;

/** Results without a stated layout are left out. */
export function readMlperfRows(path: string): readonly MlperfRow[] {
  const { data } = Papa.parse<Fields>(readFileSync(path, "utf8"), { header: true, skipEmptyLines: true });
  return data.flatMap((row, index) => {
    const gpu = gpuOf(row);
    const known = gpu === undefined ? undefined : layoutOf(row);
    if (gpu === undefined || !known) return [];
    const number = (name: string): number | undefined => (row[name] ? Number(row[name]) : undefined);
    const tokensPerSecond = number("tokens_per_s") ?? Number.NaN;
    return [
      {
        line: index + 2,
        round: row.round ?? "",
        submitter: row.submitter ?? "",
        platform: row.platform ?? "",
        model: row.model ?? "",
        scenario: row.scenario ?? "",
        gpu,
        ...known,
        tokensPerSecond,
        outputTokens: tokensPerSecond / (number("samples_per_s") ?? Number.NaN),
        ratePerSecond: row.scenario === "Offline" ? undefined : number("scheduled_samples_per_s"),
        tpotMeanMs: number("tpot_mean_ms"),
        ttftP99Ms: number("ttft_p99_ms"),
      },
    ];
  });
}

/** NVIDIA's GPUs alone have kernels that were measured; power-capped runs are another GPU. */
function gpuOf({ accelerator = "", platform = "" }: Fields): string | undefined {
  if (/MaxQ/.test(platform)) return undefined;
  if (/GH200-144GB/.test(platform)) return "GH200-144GB";
  return /\b(H100|H200|B200|GB200|L40S)\b/.exec(accelerator.replace("-NVL-", " NVL "))?.[1];
}

const tensorrt = { engine: "tensorrt-llm", version: null } as const;

function layoutOf(row: Fields): Pick<MlperfRow, "layout" | "stated"> | undefined {
  const { model = "", round, submitter, platform = "", accelerator = "", software = "" } = row;
  if (Number(row.accel_per_node) === 1 && (row.nodes === "" || Number(row.nodes) === 1)) {
    const isTensorrt = /_TRT/.test(platform);
    if (!isTensorrt && !software.startsWith("vLLM")) return undefined;
    const quantization = row.weight_dtype === "fp4" || accelerator === "B200" ? "nvfp4" : "fp8";
    const version = isTensorrt ? null : (/vLLM (\d+\.\d+\.\d+)/.exec(software)?.[1] ?? null);
    const engine = isTensorrt ? "tensorrt-llm" : "vllm";
    return { stated: "one GPU", layout: { engine, version, quantization, instances: 1, parallel: { tensor: 1 }, settings: {} } };
  }
  if (/max_batch 1024/.test(row.parallelism_note ?? "")) {
    const layout = { ...tensorrt, quantization: "fp8", instances: 4, parallel: { tensor: 2 }, settings: { max_batch_size: 1024 } };
    return { stated: "the table", layout };
  }
  if (round !== "v5.1" || !/B200-SXM/.test(accelerator) || !/TRT/.test(platform)) return undefined;
  const stated = submitter === "NVIDIA" ? "its configuration" : "NVIDIA's configuration of the same system";
  const fp4 = { ...tensorrt, quantization: "nvfp4", settings: {} };
  if (model === "llama3.1-405b") return { stated, layout: { ...fp4, instances: 2, parallel: { tensor: 4 } } };
  if (model !== "deepseek-r1") return { stated, layout: { ...fp4, instances: 8, parallel: { tensor: 1 } } };
  return row.scenario === "Offline" ? { stated, layout: { ...fp4, instances: 1, parallel: { attentionData: 8, expert: 8 } } } : undefined;
}
