import { bentomlReader } from "./clouds/bentoml.ts";
import { dstackReader } from "./clouds/dstack.ts";
import { skypilotReader } from "./clouds/skypilot.ts";
import { srtSlurmReader } from "./clouds/srt-slurm.ts";
import { trussReader } from "./clouds/truss.ts";
import { catalogueReader } from "./files/catalogues.ts";
import { composeReader } from "./files/compose.ts";
import { sglangConfigReader } from "./files/sglang-config.ts";
import { trtllmConfigReader } from "./files/trtllm-config.ts";
import { trtllmDisaggReader } from "./files/trtllm-disagg.ts";
import { vllmConfigReader } from "./files/vllm-config.ts";
import { vllmEvalConfigReader } from "./files/vllm-eval-config.ts";
import { helmValuesReader } from "./helm/helm-values.ts";
import { llmdBenchmarkReader } from "./helm/llmd-benchmark.ts";
import { llmdModelserviceResourceReader } from "./helm/llmd-modelservice.ts";
import { disaggregatedSetReader } from "./kubernetes/disaggregated-set.ts";
import { kthenaBoosterReader } from "./kubernetes/kthena-booster.ts";
import { kthenaServingReader } from "./kubernetes/kthena-serving.ts";
import { kubernetesReader } from "./kubernetes/kubernetes.ts";
import { llmazReader } from "./kubernetes/llmaz.ts";
import { lwsReader } from "./kubernetes/lws.ts";
import { rayFleetReader } from "./kubernetes/ray-fleet.ts";
import { rbgReader } from "./kubernetes/rbg.ts";
import { servingAttachmentReader } from "./kubernetes/serving-attachments.ts";
import { stormServiceReader } from "./kubernetes/storm-service.ts";
import { dynamoReader } from "./operators/dynamo.ts";
import { kaitoReader } from "./operators/kaito.ts";
import { inferenceServiceReader } from "./operators/kserve-isvc.ts";
import { llmServiceConfigReader, llmServiceReader } from "./operators/kserve-llmisvc.ts";
import { servingRuntimeReader } from "./operators/kserve-runtime.ts";
import { kubeaiReader } from "./operators/kubeai.ts";
import { nimReader } from "./operators/nim.ts";
import { omeReader } from "./operators/ome.ts";
import { vllmRuntimeReader } from "./operators/vllm-runtime.ts";
import { configMapReader } from "./pods/config-map.ts";
import { jinjaTemplateReader, jsonPatchReader } from "./pods/template-files.ts";
import { rayReader } from "./ray/ray.ts";
import { rayServeReader } from "./ray/ray-serve.ts";
import type { Reader } from "./reader.ts";
import { pickerReader } from "./routers/picker-reader.ts";

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
  pickerReader,
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
