/** Beyond this many characters a file is no deployment that a person wrote. */
export const longestText = 2_000_000;
/** The part of a text that is searched. */
const searched = 400_000;

/** Words without which no reader finds anything. */
const words: readonly string[] = [
  "vllm",
  "tensor-parallel-size",
  "tensor_parallel_size",
  "sglang",
  "inference-lens",
  "max-model-len",
  "max_model_len",
  "gpu-memory-utilization",
  "gpu_memory_utilization",
  "max-num-batched-tokens",
  "pipeline-parallel-size",
  "text-generation-inference",
  "text-generation-launcher",
  "nvcr.io/nim",
  "trtllm",
  "llama-server",
  "ollama/ollama",
];

/** Is it worth reading as a deployment? A search for words, well below a millisecond on any file. */
export function looksLikeDeployment(text: string): boolean {
  const head = text.length > searched ? text.slice(0, searched) : text;
  return words.some((word) => head.includes(word));
}
