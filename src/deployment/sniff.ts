/** Beyond this many characters a file is no deployment that a person wrote. */
export const longestText = 2_000_000;
/** The part of a text that is searched for every engine; for vLLM's own name all of it is. */
const searchedForEngines = 250_000;
/** Files that name flags without an engine are config files and patches, and these are small. */
const searchedForFlags = 60_000;

const engines: readonly string[] = [
  "vllm",
  "sglang",
  "inference-lens",
  "text-generation-inference",
  "text-generation-launcher",
  "nvcr.io/nim",
  "trtllm",
  "llama-server",
  "ollama/ollama",
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
].flatMap((flag) => [flag, flag.replaceAll("-", "_")]);

/** Is it worth reading as a deployment? A search for words, a few milliseconds at most on any file. */
export function looksLikeDeployment(text: string): boolean {
  const head = text.slice(0, searchedForEngines);
  if (engines.some((word) => head.includes(word))) return true;
  const start = text.slice(0, searchedForFlags);
  if (flags.some((word) => start.includes(word))) return true;
  return text.length > searchedForEngines && text.slice(searchedForEngines, longestText).includes("vllm");
}
