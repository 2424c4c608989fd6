import type { EngineId } from "./deployment.ts";

/** Tasks that vLLM does not serve there: they run on Transformers whatever the backend (huggingfaceserver/__main__.py of KServe). */
const encoderTasks = /^(sequence_classification|token_classification|fill_mask|text_embedding)$/;

/** KServe's server for Hugging Face models hands its flags on to vLLM unless it is told another backend or an encoder's task. */
export function huggingfaceEngine(words: readonly string[]): EngineId {
  const backend = optionValue(words, "--backend");
  const task = optionValue(words, "--task");
  return backend === "huggingface" || (task !== undefined && encoderTasks.test(task)) ? "other" : "vllm";
}

function optionValue(words: readonly string[], name: string): string | undefined {
  const at = words.findLastIndex((word) => word === name || word.startsWith(`${name}=`));
  if (at < 0) return undefined;
  const word = words[at] ?? "";
  return word === name ? words[at + 1] : word.slice(name.length + 1);
}
