import { pythonFields } from "../starts/python-fields.ts";
import { countOf, dtypeOf, numberOf, quantizationOf, switchOf, told, valueAt, wordOf } from "./answer.ts";
import { type ToldPart, toldSettings } from "./told-part.ts";

/** `/server_info?config_format=json`, which a server in development mode answers; its older form is the printed configuration. */
export function vllmServerInfo(answer: unknown): ToldPart {
  const from = "/server_info";
  const config = valueAt(answer, "vllm_config");
  if (typeof config === "string") return printedConfig(config, from);
  const at = (...names: readonly string[]): unknown => valueAt(config, ...names);
  const blocks = countOf(at("cache_config", "num_gpu_blocks_override")) ?? countOf(at("cache_config", "num_gpu_blocks"));
  const block = countOf(at("cache_config", "block_size"));
  const share = contextShare(at("parallel_config", "decode_context_parallel_size"), at("parallel_config", "prefill_context_parallel_size"));
  return {
    modelRoot: told(from, wordOf(at("model_config", "model"))),
    model: told(from, servedName(at("model_config", "served_model_name"))),
    settings: toldSettings(from, {
      tensor: countOf(at("parallel_config", "tensor_parallel_size")),
      pipeline: countOf(at("parallel_config", "pipeline_parallel_size")),
      data: countOf(at("parallel_config", "data_parallel_size")),
      sequence: countOf(at("parallel_config", "ulysses_sequence_parallel_size")),
      prefillContext: countOf(at("parallel_config", "prefill_context_parallel_size")),
      decodeContext: countOf(at("parallel_config", "decode_context_parallel_size")),
      expertParallel: switchOf(at("parallel_config", "enable_expert_parallel")),
      maxModelLen: countOf(at("model_config", "max_model_len")),
      dtype: dtypeOf(at("model_config", "dtype")),
      quantization: quantizationOf(at("model_config", "quantization")),
      enforceEager: switchOf(at("model_config", "enforce_eager")),
      maxNumSeqs: countOf(at("scheduler_config", "max_num_seqs")),
      maxNumBatchedTokens: countOf(at("scheduler_config", "max_num_batched_tokens")),
      chunkedPrefill: switchOf(at("scheduler_config", "enable_chunked_prefill")),
      asyncScheduling: switchOf(at("scheduler_config", "async_scheduling")),
      policy: wordOf(at("scheduler_config", "policy")),
      blockTokens: block,
      memoryShare: numberOf(at("cache_config", "gpu_memory_utilization")),
      kvCacheDtype: wordOf(at("cache_config", "cache_dtype")),
      prefixCaching: switchOf(at("cache_config", "enable_prefix_caching")),
      speculation: speculation(config),
      role: role(config),
    }),
    blocks: told(from, blocks),
    tokens: told(
      from,
      countOf(at("cache_config", "kv_cache_size_tokens")) ?? (blocks !== null && block !== null ? blocks * block * share : null),
    ),
  };
}

/** Labels of `vllm:cache_config_info`: text of any kind (`None`, `True`). */
export function cacheConfigLabels(labels: Readonly<Record<string, string>>): ToldPart {
  const from = "metrics";
  const blocks = countOf(labels.num_gpu_blocks_override) ?? countOf(labels.num_gpu_blocks);
  const block = countOf(labels.block_size);
  const tokens = countOf(labels.kv_cache_size_tokens);
  return {
    settings: toldSettings(from, {
      blockTokens: block,
      memoryShare: numberOf(labels.gpu_memory_utilization),
      prefixCaching: switchOf(labels.enable_prefix_caching),
      kvCacheDtype: wordOf(labels.cache_dtype),
    }),
    blocks: told(from, blocks),
    // Blocks by their size is wrong for models with several kinds of cache: 0.22 and later say tokens themselves.
    tokens: tokens === null && blocks !== null && block !== null ? { value: blocks * block, from, isPerRank: true } : told(from, tokens),
  };
}

/** `model='…', dtype=torch.bfloat16, tensor_parallel_size=1, …`: the line that a start prints too. */
function printedConfig(config: string, from: string): ToldPart {
  const fields = pythonFields(config, 0);
  const count = (name: string): number | null => countOf(fields.get(name));
  return {
    modelRoot: told(from, wordOf(fields.get("model"))),
    model: told(from, wordOf(fields.get("served_model_name"))),
    settings: toldSettings(from, {
      tensor: count("tensor_parallel_size"),
      pipeline: count("pipeline_parallel_size"),
      data: count("data_parallel_size"),
      decodeContext: count("decode_context_parallel_size"),
      maxModelLen: count("max_seq_len"),
      dtype: dtypeOf(fields.get("dtype")),
      kvCacheDtype: wordOf(fields.get("kv_cache_dtype")),
      quantization: quantizationOf(fields.get("quantization")),
      enforceEager: switchOf(fields.get("enforce_eager")),
      prefixCaching: switchOf(fields.get("enable_prefix_caching")),
      chunkedPrefill: switchOf(fields.get("enable_chunked_prefill")),
    }),
  };
}

/** One name, or a list of which the first is the main one. */
function servedName(value: unknown): string | null {
  return wordOf(Array.isArray(value) ? value[0] : value);
}

function speculation(config: unknown): string | null {
  const written = valueAt(config, "speculative_config");
  if (written === undefined) return null;
  return written === null ? "none" : (wordOf(valueAt(written, "method")) ?? null);
}

/** `kv_role` of KVTransferConfig: who only makes caches, and who only takes them. */
function role(config: unknown): string | null {
  const transfer = valueAt(config, "kv_transfer_config");
  if (transfer === null) return "mixed";
  const word = valueAt(transfer, "kv_role");
  return word === "kv_producer" ? "prefill" : word === "kv_consumer" ? "decode" : word === "kv_both" ? "mixed" : null;
}

/** Ranks that share one context: each holds its part of every sequence, so blocks of a rank hold so many times their size. */
function contextShare(decode: unknown, prefill: unknown): number {
  return (countOf(decode) ?? 1) * (countOf(prefill) ?? 1);
}
