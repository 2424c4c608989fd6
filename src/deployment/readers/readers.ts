import { bentomlReader } from "./bentoml.ts";
import { catalogueReader } from "./catalogues.ts";
import { composeReader } from "./compose.ts";
import { dstackReader } from "./dstack.ts";
import { dynamoReader } from "./dynamo.ts";
import { helmValuesReader } from "./helm-values.ts";
import { kaitoReader } from "./kaito.ts";
import { llmServiceConfigReader, llmServiceReader } from "./kserve-llmisvc.ts";
import { kubeaiReader } from "./kubeai.ts";
import { kubernetesReader } from "./kubernetes.ts";
import { llmdBenchmarkReader } from "./llmd-benchmark.ts";
import { llmdModelserviceResourceReader } from "./llmd-modelservice.ts";
import { lwsReader } from "./lws.ts";
import { nimReader } from "./nim.ts";
import { rayReader } from "./ray.ts";
import { rayServeReader } from "./ray-serve.ts";
import type { Reader } from "./reader.ts";
import { sglangConfigReader } from "./sglang-config.ts";
import { skypilotReader } from "./skypilot.ts";
import { srtSlurmReader } from "./srt-slurm.ts";
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
  dynamoReader,
  kaitoReader,
  llmServiceReader,
  llmServiceConfigReader,
  kubeaiReader,
  nimReader,
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
];
