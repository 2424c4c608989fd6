import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Papa from "papaparse";

const path = fileURLToPath(new URL("../../../shared/data/reference/silicon_e2e.csv", import.meta.url));

/** Measured closed-loop results of real servers, as published with AIConfigurator 0.12.0; undefined where the file is not there. */
export interface SiliconRow {
  readonly model: string;
  readonly gpu: string;
  readonly backend: string;
  readonly version: string;
  readonly weights: string;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly concurrency: number;
  readonly tensor: number;
  readonly pipeline: number;
  readonly attentionData: number;
  readonly expert: number;
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
}

export function siliconRows(): readonly SiliconRow[] | undefined {
  if (!existsSync(path)) return undefined;
  const { data } = Papa.parse<Record<string, string>>(readFileSync(path, "utf8"), { header: true, skipEmptyLines: true });
  return data.flatMap((row) => {
    if (row.mode !== "agg") return [];
    const number = (key: string, otherwise = Number.NaN) => (row[key] ? Number(row[key]) : otherwise);
    const weights = row.gemm_quant_mode || row.precision || "";
    const experts = row.moe_quant_mode || weights;
    return [
      {
        model: row.model ?? "",
        gpu: row.system ?? "",
        backend: row.backend ?? "",
        version: row.backend_version ?? "",
        weights: /mxfp4/.test(experts) ? "auto" : /^(bfloat16|bf16|)$/.test(weights) ? (weights === "" ? "auto" : "none") : weights,
        promptTokens: number("isl"),
        outputTokens: number("osl"),
        concurrency: number("concurrency"),
        tensor: number("tp_size", 1),
        pipeline: number("pp_size", 1),
        attentionData: number("attention_dp_size", 1),
        expert: number("moe_ep_size", 1),
        ttftSeconds: number("silicon_ttft_ms") / 1000,
        tpotSeconds: number("silicon_tpot_ms") / 1000,
      },
    ];
  });
}

/** A row as a case. InferenceX draws lengths evenly from 0.8 to 1.0 of nominal, ten times the concurrency in prompts, twice as warm-up. */
export function siliconCase(row: SiliconRow, id: string): unknown {
  const length = (nominal: number) => ({ uniform: [Math.round(0.8 * nominal), nominal] });
  return {
    id,
    deployment: {
      engine: "vllm",
      engineVersion: row.backend === "vllm" && row.version ? row.version : "0.12.0",
      model: row.model,
      gpu: row.gpu,
      pools: [
        {
          parallel: {
            tensor: Math.max(1, row.tensor),
            pipeline: row.pipeline,
            attentionData: row.attentionData || 1,
            expert: row.expert || 1,
          },
        },
      ],
      weightQuantization: row.weights,
      settings: { "max-model-len": row.promptTokens + row.outputTokens + 256, "enable-prefix-caching": false },
    },
    workload: {
      kind: "closed-loop",
      concurrency: row.concurrency,
      requests: 10 * row.concurrency,
      warmup: 2 * row.concurrency,
      promptTokens: length(row.promptTokens),
      outputTokens: length(row.outputTokens),
    },
    seed: 1,
  };
}
