import type { SettledPool } from "../../deployment/settled.ts";
import type { RunningSetting, SettingValue } from "./running-server.ts";

/** A setting of a pool by its engine's own flag, as the flag would say it. */
export interface PoolSetting {
  readonly setting: RunningSetting;
  readonly flag: string;
  readonly value: SettingValue;
  /** The flag turns off what the setting turns on. */
  readonly isInverted: boolean;
}

type Row = readonly [setting: RunningSetting, flag: string, value: SettingValue];

/** What a pool's engine is told to do, defaults resolved, in the order in which a person would want to read it. */
export function poolSettings(pool: SettledPool): readonly PoolSetting[] {
  return [...rowsOf(pool).map((row) => setting(row, false)), ...invertedRows(pool).map((row) => setting(row, true))];
}

function setting([name, flag, value]: Row, isInverted: boolean): PoolSetting {
  return { setting: name, flag, value, isInverted };
}

function rowsOf({ budget, layout, settings, shiftThreshold }: SettledPool): readonly Row[] {
  const data = layout.data * layout.attentionData;
  switch (budget.engine) {
    case "vllm":
      return [
        ["tensor", "tensor-parallel-size", layout.tensor],
        ...(layout.sequence > 1 || shiftThreshold !== null
          ? [["sequence", "ulysses-sequence-parallel-size", layout.sequence] as const]
          : []),
        ["pipeline", "pipeline-parallel-size", layout.pipeline],
        ["data", "data-parallel-size", data],
        ["prefillContext", "prefill-context-parallel-size", layout.prefillContext],
        ["decodeContext", "decode-context-parallel-size", layout.decodeContext],
        // A group of one is the same with and without.
        ...(layout.tensor * data > 1 ? [["expertParallel", "enable-expert-parallel", layout.expert > 1] as const] : []),
        ...(settings.lengthToFit ? [] : [["maxModelLen", "max-model-len", settings.maxModelLen] as const]),
        ["maxNumSeqs", "max-num-seqs", settings.maxNumSeqs],
        ["maxNumBatchedTokens", "max-num-batched-tokens", settings.maxNumBatchedTokens],
        ["memoryShare", "gpu-memory-utilization", budget.gpuMemoryUtilization],
        ["blockTokens", "block-size", settings.blockTokens],
        ["prefixCaching", "enable-prefix-caching", settings.prefixCaching],
        ["chunkedPrefill", "enable-chunked-prefill", settings.chunkedPrefill],
        ["enforceEager", "enforce-eager", settings.enforceEager],
        ["asyncScheduling", "async-scheduling", settings.asyncScheduling],
      ];
    case "sglang":
      return [
        // SGLang's attention replicas and context ranks share its tensor-parallel ranks.
        ["tensor", "tp-size", layout.tensor * layout.attentionData * layout.prefillContext],
        ["pipeline", "pp-size", layout.pipeline],
        ["data", "dp-size", data],
        ["expert", "ep-size", layout.expert],
        ["maxModelLen", "context-length", settings.maxModelLen],
        ["maxNumSeqs", "max-running-requests", settings.maxNumSeqs],
        ["maxNumBatchedTokens", "chunked-prefill-size", settings.maxNumBatchedTokens],
        ["memoryShare", "mem-fraction-static", budget.memFractionStatic],
        ["blockTokens", "page-size", settings.blockTokens],
        ["enforceEager", "disable-cuda-graph", settings.enforceEager],
      ];
    case "tensorrt-llm":
      return [
        ["tensor", "tensor_parallel_size", layout.tensor * layout.attentionData],
        ["pipeline", "pipeline_parallel_size", layout.pipeline],
        ["prefillContext", "context_parallel_size", layout.prefillContext],
        ["expert", "moe_expert_parallel_size", layout.expert],
        ["maxModelLen", "max_seq_len", settings.maxModelLen],
        ["maxNumSeqs", "max_batch_size", settings.maxNumSeqs],
        ["maxNumBatchedTokens", "max_num_tokens", settings.maxNumBatchedTokens],
        ["memoryShare", "free_gpu_memory_fraction", budget.freeGpuMemoryFraction],
        ["blockTokens", "tokens_per_block", settings.blockTokens],
        ["prefixCaching", "enable_block_reuse", settings.prefixCaching],
      ];
    default:
      return budget satisfies never;
  }
}

/** Switches that are named for what they turn off. */
function invertedRows({ budget, settings }: SettledPool): readonly Row[] {
  switch (budget.engine) {
    case "vllm":
      return [];
    case "sglang":
      return [
        ["prefixCaching", "disable-radix-cache", !settings.prefixCaching],
        ["asyncScheduling", "disable-overlap-schedule", !settings.asyncScheduling],
      ];
    case "tensorrt-llm":
      return [["asyncScheduling", "disable_overlap_scheduler", !settings.asyncScheduling]];
    default:
      return budget satisfies never;
  }
}
