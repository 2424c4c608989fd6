import { apiKeyOpen } from "./api-key-open.ts";
import { batchedTokens } from "./batched-tokens.ts";
import { conflictMarkers } from "./conflict-markers.ts";
import { dtypeUnsupported } from "./dtype-unsupported.ts";
import { expertParallel } from "./expert-parallel.ts";
import { flagValue } from "./flag-value.ts";
import { gpuCount } from "./gpu-count.ts";
import { gpuIdle } from "./gpu-idle.ts";
import { gpuLimitRequest } from "./gpu-limit-request.ts";
import { headsDivisible } from "./heads-divisible.ts";
import { kvCacheTooSmall } from "./kv-cache-too-small.ts";
import { kvHeadsReplicated } from "./kv-heads-replicated.ts";
import { kvTransferPools } from "./kv-transfer-pools.ts";
import { livenessProbe } from "./liveness-probe.ts";
import { memoryOverflow } from "./memory-overflow.ts";
import { modelLen } from "./model-len.ts";
import { oneWord } from "./one-word.ts";
import { pipelineLayers } from "./pipeline-layers.ts";
import { quantizationUnsupported } from "./quantization-unsupported.ts";
import { removedFlag } from "./removed-flag.ts";
import type { Rule } from "./rule.ts";
import { serviceName } from "./service-name.ts";
import { sharedGpu } from "./shared-gpu.ts";
import { shiftInvariance } from "./shift-invariance.ts";
import { shiftThreshold } from "./shift-threshold.ts";
import { shmMissing } from "./shm-missing.ts";
import { tensorAcrossNodes } from "./tensor-across-nodes.ts";
import type { TextRule } from "./text-rule.ts";
import { unknownFlag } from "./unknown-flag.ts";
import { unknownModel } from "./unknown-model.ts";

/** The one list of rules, in the order in which a person would want to hear of them. */
export const rules: readonly Rule[] = [
  gpuCount,
  gpuIdle,
  shiftInvariance,
  headsDivisible,
  kvHeadsReplicated,
  memoryOverflow,
  kvCacheTooSmall,
  modelLen,
  pipelineLayers,
  expertParallel,
  batchedTokens,
  dtypeUnsupported,
  quantizationUnsupported,
  shmMissing,
  livenessProbe,
  serviceName,
  sharedGpu,
  kvTransferPools,
  tensorAcrossNodes,
  gpuLimitRequest,
  unknownFlag,
  removedFlag,
  oneWord,
  flagValue,
  shiftThreshold,
  apiKeyOpen,
  unknownModel,
];

/** Rules on the text as such. */
export const textRules: readonly TextRule[] = [conflictMarkers];
