import type { Model } from "../../catalog/facts.ts";
import type { Conditions, ConditionValue, MeasuredMemory, MeasuredStage } from "../../deployment/calibration.ts";
import { conditionsOf } from "../../deployment/conditions.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { cacheConfigLabels } from "./vllm.ts";

/** What a running server tells of its memory. */
export interface ServerFacts {
  readonly version: string | null;
  /** Labels of vLLM's `cache_config_info`. */
  readonly cacheConfig: Readonly<Record<string, string>> | undefined;
  /** SGLang's `/server_info`. */
  readonly serverInfo: unknown;
}

export type MeasuredServer =
  | { readonly memory: MeasuredMemory; readonly problem?: undefined }
  | { readonly memory?: undefined; readonly problem: Message };

/** What a live server measured, with all that it holds for: the file's conditions, but the server's own word where it tells another. */
export function measuredServer(facts: ServerFacts, model: Model, pool: SettledPool, date: string): MeasuredServer {
  const told = pool.budget.engine === "sglang" ? sglangMemory(facts.serverInfo) : cacheMemory(facts.cacheConfig ?? {});
  if (!told) return { problem: message("The server tells nothing of its memory") };
  const { settings, ...memory } = told;
  const conditions = withSettings(conditionsOf(model, pool), settings);
  return {
    memory: {
      source: "live",
      date,
      conditions: facts.version === null ? conditions : { ...conditions, engineVersion: facts.version },
      ...memory,
    },
  };
}

type Told = Pick<MeasuredMemory, "stages" | "kvCacheTokens" | "kvCacheBlocks"> & {
  readonly settings: Readonly<Record<string, ConditionValue>>;
};

function cacheMemory(labels: Readonly<Record<string, string>>): Told | undefined {
  const blocks = count(labels.num_gpu_blocks_override) ?? count(labels.num_gpu_blocks);
  const tokens = cacheConfigLabels(labels).tokens?.value ?? null;
  if (blocks === null && tokens === null) return undefined;
  const share = Number(labels.gpu_memory_utilization);
  const block = count(labels.block_size);
  const override = count(labels.num_gpu_blocks_override);
  return {
    stages: [],
    kvCacheTokens: tokens === null ? null : Math.round(tokens),
    kvCacheBlocks: blocks,
    settings: {
      ...(labels.gpu_memory_utilization !== undefined && Number.isFinite(share) ? { "gpu-memory-utilization": share } : {}),
      ...(block === null ? {} : { "block-size": block }),
      ...(override === null ? {} : { "kv-cache-blocks": override }),
      ...(labels.enable_prefix_caching === undefined ? {} : { "prefix-caching": labels.enable_prefix_caching === "True" }),
    },
  };
}

const GiB = 2 ** 30;

/** SGLang tells GB and means GiB, of the first rank of each replica; the one with the fewest tokens counts. */
function sglangMemory(info: unknown): Told | undefined {
  const states = member(info, "internal_states");
  const usages = (Array.isArray(states) ? states : [info])
    .map((state) => member(state, "memory_usage"))
    .filter((usage) => count(member(usage, "token_capacity")) !== null)
    .sort((a, b) => Number(member(a, "token_capacity")) - Number(member(b, "token_capacity")));
  const [usage] = usages;
  const tokens = count(member(usage, "token_capacity")) ?? count(member(info, "max_total_num_tokens"));
  if (tokens === null) return undefined;
  const bytes = (name: string): number | undefined => {
    const value = member(usage, name);
    return typeof value === "number" && value > 0 ? Math.round(value * GiB) : undefined;
  };
  const parts = { weights: bytes("weight"), kvCache: bytes("kvcache"), graphs: bytes("cuda_graph") };
  const told = Object.entries(parts).flatMap(([part, value]) => (value === undefined ? [] : [[part, value] as const]));
  const stage: MeasuredStage = { stage: 0, ...Object.fromEntries(told) };
  const names: readonly (readonly [string, string])[] = [
    ["mem_fraction_static", "mem-fraction-static"],
    ["max_running_requests", "max-running-requests"],
    ["chunked_prefill_size", "chunked-prefill-size"],
    ["context_length", "context-length"],
    ["page_size", "block-size"],
  ];
  const settings = names.flatMap(([name, setting]) => {
    const value = member(info, name);
    return typeof value === "number" && Number.isFinite(value) ? [[setting, value] as const] : [];
  });
  return {
    stages: told.length > 0 ? [stage] : [],
    kvCacheTokens: tokens,
    kvCacheBlocks: null,
    settings: Object.fromEntries(settings),
  };
}

function withSettings(file: Conditions, told: Readonly<Record<string, ConditionValue>>): Conditions {
  const known = Object.entries(told).filter(([name]) => name in file.settings || name === "kv-cache-blocks");
  return { ...file, settings: { ...file.settings, ...Object.fromEntries(known) } };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

/** Labels are text of any kind (`None`), members of JSON numbers. */
function count(value: unknown): number | null {
  const number = typeof value === "number" ? value : typeof value === "string" && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) && number > 0 ? number : null;
}
