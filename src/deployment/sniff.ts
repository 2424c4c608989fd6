/** Beyond this many characters a file is no deployment that a person wrote. */
export const longestText = 2_000_000;
/** The part of a text that is searched for every word; for the engine's own name all of it is. */
const searched = 250_000;

/** Words without which no reader finds anything: engines, and flags that only engines have, with dashes or underscores. */
const words: readonly string[] = [
  "vllm",
  "sglang",
  "inference-lens",
  "text-generation-inference",
  "text-generation-launcher",
  "nvcr.io/nim",
  "trtllm",
  "llama-server",
  "ollama/ollama",
  ...[
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
  ].flatMap((flag) => [flag, flag.replaceAll("-", "_")]),
];

/** Is it worth reading as a deployment? A search for words, a few milliseconds at most on any file. */
export function looksLikeDeployment(text: string): boolean {
  const head = text.length > searched ? text.slice(0, searched) : text;
  if (words.some((word) => head.includes(word))) return true;
  return text.length > searched && text.slice(searched, longestText).includes("vllm");
}
