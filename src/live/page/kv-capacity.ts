import type { CanonicalGauge } from "../snapshot.ts";
import type { OpenMeasures } from "./read-alias.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * What `cache_config_info` says of one of `engines` engines, as gauges: blocks, their size, tokens. vLLM tells the blocks of all engines
 * together in each engine's line, but an override for each.
 */
export function readCacheConfig(labels: Labels, engines: number, { gauges }: OpenMeasures): void {
  const blocks =
    numberOf(labels.num_gpu_blocks_override) ?? dividedBy(numberOf(labels.num_gpu_blocks), engines) ?? numberOf(labels.num_pages);
  fill(gauges, "kv_num_blocks", blocks);
  fill(gauges, "kv_block_size", numberOf(labels.block_size) ?? numberOf(labels.page_size) ?? numberOf(labels.tokens_per_block));
  // Right for hybrid models too, whose blocks are of several kinds.
  fill(gauges, "kv_capacity_tokens", numberOf(labels.kv_cache_size_tokens));
}

/** Tokens as blocks times their size, where the page tells both and no tokens; usage as blocks in use where they are all accounted for. */
export function fillCapacity({ gauges }: OpenMeasures): void {
  const { kv_num_blocks: blocks, kv_block_size: size, kv_used_blocks: used, kv_free_blocks: free } = gauges;
  if (blocks && used !== undefined && free !== undefined && used + free === blocks) gauges.kv_cache_usage ??= used / blocks;
  if (blocks !== undefined && size !== undefined) gauges.kv_capacity_tokens ??= blocks * size;
}

/** How many adapters a list in a label names. */
export function readAdapters(labels: Labels, { gauges }: OpenMeasures): void {
  fill(gauges, "lora_running", countOf(labels.running_lora_adapters));
  fill(gauges, "lora_waiting", countOf(labels.waiting_lora_adapters));
  fill(gauges, "lora_max", numberOf(labels.max_lora));
}

function fill(gauges: OpenMeasures["gauges"], word: CanonicalGauge, value: number | undefined): void {
  if (value !== undefined) gauges[word] ??= value;
}

function countOf(list: string | undefined): number | undefined {
  return list?.split(",").filter((name) => name.trim() !== "").length;
}

/** Labels are text of any kind: `16`, `None`, `[]`. */
function numberOf(label: string | undefined): number | undefined {
  const value = label === undefined || label.trim() === "" ? Number.NaN : Number(label);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

function dividedBy(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value / by;
}
