import { allToAllBackend } from "./all-to-all-backend.ts";
import { apiKeyOpen } from "./api-key-open.ts";
import { apiServers } from "./api-servers.ts";
import { attentionBackend } from "./attention-backend.ts";
import { attentionDataParallel } from "./attention-data-parallel.ts";
import { batchedTokens } from "./batched-tokens.ts";
import { captureSizes } from "./capture-sizes.ts";
import { cardRoom } from "./card-room.ts";
import { chunkedPrefillSize } from "./chunked-prefill-size.ts";
import { conflictMarkers } from "./conflict-markers.ts";
import { contextParallel } from "./context-parallel.ts";
import { dataParallelLayout } from "./data-parallel-layout.ts";
import { deviceIds } from "./device-ids.ts";
import { disaggregationModeRule } from "./disaggregation-mode.ts";
import { dtypeUnsupported } from "./dtype-unsupported.ts";
import { dualBatchOverlap } from "./dual-batch-overlap.ts";
import { dwdp } from "./dwdp.ts";
import { elasticExperts } from "./elastic-experts.ts";
import { executorOption } from "./executor-option.ts";
import { expertParallel } from "./expert-parallel.ts";
import { flagValue } from "./flag-value.ts";
import { foreignFlag } from "./foreign-flag.ts";
import { gpuCount } from "./gpu-count.ts";
import { gpuIdle } from "./gpu-idle.ts";
import { gpuLimitRequest } from "./gpu-limit-request.ts";
import { grpcPort } from "./grpc-port.ts";
import { hcSp } from "./hc-sp.ts";
import { headsDivisible } from "./heads-divisible.ts";
import { hierarchicalCache } from "./hierarchical-cache.ts";
import { hybridCacheManager } from "./hybrid-cache-manager.ts";
import { jsonArgument } from "./json-argument.ts";
import { jsonKey } from "./json-key.ts";
import { kvCacheDtype } from "./kv-cache-dtype.ts";
import { kvCacheTooSmall } from "./kv-cache-too-small.ts";
import { kvHeadsReplicated } from "./kv-heads-replicated.ts";
import { kvTransferConfig } from "./kv-transfer-config.ts";
import { kvTransferPools } from "./kv-transfer-pools.ts";
import type { LiveRule } from "./live-rule.ts";
import { livenessProbe } from "./liveness-probe.ts";
import { lmcache } from "./lmcache.ts";
import { loadFormat } from "./load-format.ts";
import { logOutputs } from "./log-outputs.ts";
import { lora } from "./lora.ts";
import { mambaBlockSize } from "./mamba-block-size.ts";
import { memoryOverflow } from "./memory-overflow.ts";
import { modelLen } from "./model-len.ts";
import { moeBackend } from "./moe-backend.ts";
import { moeParallel } from "./moe-parallel.ts";
import { multimodalTensors } from "./multimodal-tensors.ts";
import { nodes } from "./nodes.ts";
import { oneWord } from "./one-word.ts";
import { pdMultiplexing } from "./pd-multiplexing.ts";
import { pipelineLayers } from "./pipeline-layers.ts";
import { quantizationUnsupported } from "./quantization-unsupported.ts";
import { quantizedShard } from "./quantized-shard.ts";
import { removedFlag } from "./removed-flag.ts";
import type { Rule } from "./rule.ts";
import { serveConfig } from "./serve-config.ts";
import { serverDrift } from "./server-drift.ts";
import { serviceName } from "./service-name.ts";
import { sharedGpu } from "./shared-gpu.ts";
import { shiftInvariance } from "./shift-invariance.ts";
import { shiftThreshold } from "./shift-threshold.ts";
import { shmMissing } from "./shm-missing.ts";
import { sleepMode } from "./sleep-mode.ts";
import { speculativeConfig } from "./speculative-config.ts";
import { speculativePipeline } from "./speculative-pipeline.ts";
import { tensorAcrossNodes } from "./tensor-across-nodes.ts";
import { textExpected } from "./text-expected.ts";
import type { TextRule } from "./text-rule.ts";
import { toolParser } from "./tool-parser.ts";
import { unknownFlag } from "./unknown-flag.ts";
import { unknownModel } from "./unknown-model.ts";

/** The one list of rules, in the order in which a person would want to hear of them. */
export const rules: readonly Rule[] = [
  gpuCount,
  gpuIdle,
  nodes,
  shiftInvariance,
  headsDivisible,
  contextParallel,
  quantizedShard,
  kvHeadsReplicated,
  memoryOverflow,
  cardRoom,
  kvCacheTooSmall,
  modelLen,
  pipelineLayers,
  dataParallelLayout,
  expertParallel,
  attentionDataParallel,
  moeParallel,
  moeBackend,
  dwdp,
  elasticExperts,
  allToAllBackend,
  dualBatchOverlap,
  hcSp,
  batchedTokens,
  chunkedPrefillSize,
  speculativePipeline,
  pdMultiplexing,
  disaggregationModeRule,
  hierarchicalCache,
  lmcache,
  speculativeConfig,
  kvTransferConfig,
  dtypeUnsupported,
  quantizationUnsupported,
  hybridCacheManager,
  kvCacheDtype,
  mambaBlockSize,
  loadFormat,
  lora,
  captureSizes,
  attentionBackend,
  executorOption,
  deviceIds,
  sleepMode,
  multimodalTensors,
  shmMissing,
  livenessProbe,
  serviceName,
  sharedGpu,
  kvTransferPools,
  tensorAcrossNodes,
  gpuLimitRequest,
  textExpected,
  apiServers,
  toolParser,
  logOutputs,
  grpcPort,
  unknownFlag,
  removedFlag,
  foreignFlag,
  oneWord,
  jsonArgument,
  jsonKey,
  flagValue,
  serveConfig,
  shiftThreshold,
  apiKeyOpen,
  unknownModel,
];

/** Rules on the text as such. */
export const textRules: readonly TextRule[] = [conflictMarkers];

/** Rules on a server that runs a deployment. */
export const liveRules: readonly LiveRule[] = [serverDrift];
