import { bentomlReader } from "./bentoml.ts";
import { catalogueReader } from "./catalogues.ts";
import { composeReader } from "./compose.ts";
import { configMapReader } from "./config-map.ts";
import { disaggregatedSetReader } from "./disaggregated-set.ts";
import { dstackReader } from "./dstack.ts";
import { dynamoReader } from "./dynamo.ts";
import { helmValuesReader } from "./helm-values.ts";
import { kaitoReader } from "./kaito.ts";
import { inferenceServiceReader } from "./kserve-isvc.ts";
import { llmServiceConfigReader, llmServiceReader } from "./kserve-llmisvc.ts";
import { servingRuntimeReader } from "./kserve-runtime.ts";
import { kthenaBoosterReader } from "./kthena-booster.ts";
import { kthenaServingReader } from "./kthena-serving.ts";
import { kubeaiReader } from "./kubeai.ts";
import { kubernetesReader } from "./kubernetes.ts";
import { llmazReader } from "./llmaz.ts";
import { llmdBenchmarkReader } from "./llmd-benchmark.ts";
import { llmdModelserviceResourceReader } from "./llmd-modelservice.ts";
import { lwsReader } from "./lws.ts";
import { nimReader } from "./nim.ts";
import { omeReader } from "./ome.ts";
import { rayReader } from "./ray.ts";
import { rayFleetReader } from "./ray-fleet.ts";
import { rayServeReader } from "./ray-serve.ts";
import { rbgReader } from "./rbg.ts";
import type { Reader } from "./reader.ts";
import { servingAttachmentReader } from "./serving-attachments.ts";
import { sglangConfigReader } from "./sglang-config.ts";
import { skypilotReader } from "./skypilot.ts";
import { srtSlurmReader } from "./srt-slurm.ts";
import { stormServiceReader } from "./storm-service.ts";
import { jinjaTemplateReader, jsonPatchReader } from "./template-files.ts";
import { trtllmConfigReader } from "./trtllm-config.ts";
import { trtllmDisaggReader } from "./trtllm-disagg.ts";
import { trussReader } from "./truss.ts";
import { vllmConfigReader } from "./vllm-config.ts";
import { vllmEvalConfigReader } from "./vllm-eval-config.ts";
import { vllmRuntimeReader } from "./vllm-runtime.ts";

/** The one list of families. The first that knows a document has it: custom resources by their group and kind, then files by their keys. */
export const readers: readonly Reader[] = [
  kubernetesReader,
  lwsReader,
  disaggregatedSetReader,
  rbgReader,
  stormServiceReader,
  rayFleetReader,
  kthenaServingReader,
  kthenaBoosterReader,
  llmazReader,
  servingAttachmentReader,
  configMapReader,
  jsonPatchReader,
  dynamoReader,
  kaitoReader,
  llmServiceReader,
  llmServiceConfigReader,
  inferenceServiceReader,
  servingRuntimeReader,
  kubeaiReader,
  nimReader,
  omeReader,
  vllmRuntimeReader,
  llmdModelserviceResourceReader,
  rayReader,
  composeReader,
  rayServeReader,
  srtSlurmReader,
  llmdBenchmarkReader,
  trussReader,
  skypilotReader,
  dstackReader,
  bentomlReader,
  catalogueReader,
  helmValuesReader,
  vllmEvalConfigReader,
  trtllmDisaggReader,
  trtllmConfigReader,
  sglangConfigReader,
  vllmConfigReader,
  jinjaTemplateReader,
];
