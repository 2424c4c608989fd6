import type { SettledPool } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";

/** A setting as the file (with its defaults) has it and as the server runs it. */
export interface DriftRow {
  /** The engine's flag where there is one (`block-size`), else the quantity (`KV cache tokens`). */
  readonly setting: string;
  readonly file: string;
  /** null = the server does not export it. */
  readonly server: string | null;
  /** Where the server says it (`/server_info`, `metrics`); null where it does not. */
  readonly from: string | null;
  readonly verdict: "equal" | "close" | "different" | "not-offered";
  /** Computed by our memory model, not written in the file: a difference is the model's, not the operator's. */
  readonly predicted: boolean;
  /** Lines of the file that say it, from 0; null where a default or a calculation does. */
  readonly lines: readonly [first: number, last: number] | null;
}

/** Our own figures count as close within this share. */
const closeShare = 0.03;

/** File and memory plan beside the labels of `vllm:cache_config_info`. */
export function cacheDrift(pool: SettledPool, plan: MemoryPlan, server: Readonly<Record<string, string>>): readonly DriftRow[] {
  const { settings, budget } = pool;
  return [
    number("block-size", settings.blockTokens, numberOf(server.block_size), false),
    ...(budget.engine === "vllm"
      ? [number("gpu-memory-utilization", budget.gpuMemoryUtilization, numberOf(server.gpu_memory_utilization), false)]
      : []),
    flag("enable-prefix-caching", settings.prefixCaching, server.enable_prefix_caching),
    number("KV cache blocks", plan.kvCacheBlocks, blocksOf(server), true),
    number("KV cache tokens", plan.kvCacheTokens, serverKvTokens(server), true),
  ];
}

/**
 * Tokens of one engine's cache as the server says: `kv_cache_size_tokens` (vLLM from 0.22; right for hybrid models too), else blocks by
 * block size.
 */
export function serverKvTokens(server: Readonly<Record<string, string>>): number | null {
  const tokens = numberOf(server.kv_cache_size_tokens);
  if (tokens !== null) return tokens;
  const blocks = blocksOf(server);
  const size = numberOf(server.block_size);
  return blocks !== null && size !== null ? blocks * size : null;
}

/** An override replaces what was profiled. */
function blocksOf(server: Readonly<Record<string, string>>): number | null {
  return numberOf(server.num_gpu_blocks_override) ?? numberOf(server.num_gpu_blocks);
}

/** Labels are strings of any kind: `16`, `0.92`, `None`, `[]`. */
function numberOf(label: string | undefined): number | null {
  const value = label === undefined || label.trim() === "" ? Number.NaN : Number(label);
  return Number.isFinite(value) ? value : null;
}

function number(setting: string, file: number, server: number | null, predicted: boolean): DriftRow {
  const base = { ...said(setting, String(file), server === null ? null : String(server)), predicted };
  if (server === null) return { ...base, verdict: "not-offered" };
  if (Math.abs(file - server) < 1e-9) return { ...base, verdict: "equal" };
  return { ...base, verdict: predicted && Math.abs(file - server) <= closeShare * server ? "close" : "different" };
}

function flag(setting: string, file: boolean, label: string | undefined): DriftRow {
  const server = label === "True" ? true : label === "False" ? false : null;
  const base = { ...said(setting, String(file), server === null ? null : String(server)), predicted: false };
  return { ...base, verdict: server === null ? "not-offered" : server === file ? "equal" : "different" };
}

function said(setting: string, file: string, server: string | null) {
  return { setting, file, server, from: server === null ? null : "metrics", lines: null } as const;
}
