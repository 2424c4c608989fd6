/** Beyond this many characters a file is no deployment that a person wrote. */
export const longestText = 2_000_000;
/** The part of a text that is searched for every engine; for vLLM's own name all of it is. */
const searchedForEngines = 250_000;
/** Files that name flags without an engine are config files and patches, and these are small. */
const searchedForFlags = 60_000;
/** What is larger than that tells its family at its beginning, or is data. */
const searchedInLarge = 4_000;

const engines: readonly string[] = [
  "vllm",
  "sglang",
  "inference-lens",
  "text-generation-inference",
  "text-generation-launcher",
  "nvcr.io/nim",
  "trtllm",
  "llama-server",
  "ollama",
];

/** Rarer engines, and words of the families whose files need not name one: their groups, kinds and keys. */
const families: readonly string[] = [
  "tensorrt",
  "llama_cpp.server",
  "llama.cpp",
  "lmdeploy",
  "text-embeddings",
  '"tgi.',
  "kustomize.config.k8s.io",
  "serving.kserve.io",
  "serving.kubeflow.org",
  "ome.io/",
  "llm-d",
  "modelArtifact",
  "nvidia.com/v1alpha1",
  "nvidia.com/v1beta1",
  "ray.io/",
  "import_path",
  "kaito.sh/",
  "kubeai.org/",
  "aibrix.ai/",
  "volcano.sh/",
  "llmaz.io/",
  "workloads.x-k8s.io",
  "leaderworkerset",
  "disaggregatedset",
  "servingEngineSpec",
  "gpus_per_node",
  "trt_llm",
  "docker_server",
  "accelerator",
  "kv_cache_config",
  "cuda_graph_config",
  "moe_config",
  "enable_attention_dp",
  "pytorch_backend_config",
  "cache_transceiver_config",
  "context_servers",
  "mem-fraction-static",
  "mem_fraction_static",
  "chunked-prefill-size",
  "tp-size",
  "model-path",
  "model_id",
  "LLM_MODEL_ID",
  "accelDevice",
  "tp_size",
  "serving_mode",
  "server_args",
  "resourceProfile",
  "bentoml",
  "engine_config",
  "yatai.ai/",
  "HuggingFace",
];

/** Flags that only engines have, with dashes or underscores. */
const flags: readonly string[] = [
  "parallel-size",
  "max-model-len",
  "max-num-",
  "gpu-memory-util",
  "kv-cache-dtype",
  "enable-prefix-caching",
  "enable-chunked-prefill",
  "enable-shift-parallel",
  "enforce-eager",
  "served-model-name",
  "kv-transfer-config",
  "num-shard",
  "extra-llm-api-options",
].flatMap((flag) => [flag, flag.replaceAll("-", "_")]);

/** A kustomization without a kind, which only its file's name tells. */
const kustomization = /^(?:resources|bases|patches|patchesStrategicMerge):[ \t]*(?:#.*)?\r?\n[ \t]*-[ \t]/m;

/** Is it worth reading as a deployment? A search for words, a few milliseconds at most on any file. */
export function looksLikeDeployment(text: string): boolean {
  const head = text.slice(0, searchedForEngines);
  if (engines.some((word) => head.includes(word))) return true;
  const start = text.slice(0, text.length > searchedForEngines ? searchedInLarge : searchedForFlags);
  if (flags.some((word) => start.includes(word)) || families.some((word) => start.includes(word))) return true;
  if (kustomization.test(start)) return true;
  return text.length > searchedForEngines && text.slice(searchedForEngines, longestText).includes("vllm");
}
