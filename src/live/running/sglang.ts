import { isSecretName } from "../secret-names.ts";
import { countOf, dtypeOf, numberOf, quantizationOf, switchOf, told, valueAt, wordOf } from "./answer.ts";
import type { Told } from "./running-server.ts";
import { type ToldPart, toldSettings } from "./told-part.ts";

/** Members of `/server_info` that are no arguments. */
const notFlags = /^(?:internal_states|version|launch_command|startup_time|status|max_total_num_tokens|max_req_input_len)$/;
const mostFlags = 1000;

/** `/server_info` (`/get_server_info` before 0.5): arguments as the start resolved them, and the state of each replica. */
export function sglangServerInfo(answer: unknown): ToldPart {
  const from = "/server_info";
  const at = (name: string): unknown => valueAt(answer, name);
  const mode = wordOf(at("disaggregation_mode"));
  return {
    version: told(from, wordOf(at("version"))),
    modelRoot: told(from, wordOf(at("model_path"))),
    model: told(from, wordOf(at("served_model_name"))),
    settings: toldSettings(from, {
      tensor: countOf(at("tp_size")),
      pipeline: countOf(at("pp_size")),
      data: countOf(at("dp_size")),
      expert: countOf(at("ep_size")),
      maxModelLen: countOf(at("context_length")),
      maxNumSeqs: countOf(at("max_running_requests")),
      maxNumBatchedTokens: countOf(at("chunked_prefill_size")),
      blockTokens: countOf(at("page_size")),
      memoryShare: numberOf(at("mem_fraction_static")),
      prefixCaching: not(at("disable_radix_cache")),
      asyncScheduling: not(at("disable_overlap_schedule")),
      enforceEager: switchOf(at("disable_cuda_graph")),
      kvCacheDtype: wordOf(at("kv_cache_dtype")),
      dtype: dtypeOf(at("dtype")),
      quantization: at("tp_size") === undefined ? null : quantizationOf(at("quantization")),
      speculation: speculation(at("speculative_algorithm")),
      policy: wordOf(at("schedule_policy")),
      role: at("disaggregation_mode") === "null" ? "mixed" : mode === "prefill" || mode === "decode" ? mode : null,
    }),
    tokens: told(from, capacity(answer)),
    flags: flagsOf(answer, from),
  };
}

/** `/model_info`: what is served, also where `/server_info` is kept back. */
export function sglangModelInfo(answer: unknown): ToldPart {
  const from = "/model_info";
  return {
    modelRoot: told(from, wordOf(valueAt(answer, "model_path"))),
    model: told(from, wordOf(valueAt(answer, "served_model_name"))),
  };
}

/** Tokens of the replica with the least room. */
function capacity(answer: unknown): number | null {
  const states = valueAt(answer, "internal_states");
  const tokens = (Array.isArray(states) ? states : []).flatMap((state) => countOf(valueAt(state, "memory_usage", "token_capacity")) ?? []);
  return tokens.length > 0 ? Math.min(...tokens) : countOf(valueAt(answer, "max_total_num_tokens"));
}

function flagsOf(answer: unknown, from: string): ReadonlyMap<string, Told> {
  const flags = new Map<string, Told>();
  if (typeof answer !== "object" || answer === null) return flags;
  for (const [name, value] of Object.entries(answer).slice(0, mostFlags)) {
    // Older versions print keys too.
    if (notFlags.test(name) || isSecretName(name)) continue;
    const one = typeof value === "boolean" || typeof value === "number" ? { value, from } : told(from, wordOf(value));
    if (one) flags.set(name.replaceAll("_", "-"), one);
  }
  return flags;
}

function speculation(value: unknown): string | null {
  return value === null ? "none" : (wordOf(value)?.toLowerCase() ?? null);
}

function not(value: unknown): boolean | null {
  const on = switchOf(value);
  return on === null ? null : !on;
}
