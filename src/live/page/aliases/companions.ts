import { counter, gauge, histogram, namesOf } from "./alias.ts";

/** Each rank of an engine retrieves its part of the same tokens, and counts them all: the rank that counted the most speaks. */
const tokens = { once: ["model_name", "served_model_name", "role"] };

/** LMCache in the engine (lmcache/observability.py 0.5.6), and as a server of its own (docs/design/v1/mp_observability/METRICS.md). */
export const lmcacheNames = namesOf("lmcache", "lmcache:", [
  counter("external_prefix_cache_queries_total", "num_requested_tokens_total", tokens),
  counter("external_prefix_cache_hits_total", "num_hit_tokens_total", tokens),
  counter("lmcache_lookup_tokens_total", "num_lookup_tokens_total", tokens),
  counter("lmcache_lookup_hits_total", "num_lookup_hits_total", tokens),
  counter("prefix_cache_hits_total", "num_vllm_hit_tokens_total", tokens),
  counter("prompt_tokens_total", "num_prompt_tokens_total", tokens),
  counter("external_prefix_cache_queries_total", "mp_lookup_requested_tokens_total"),
  counter("external_prefix_cache_hits_total", "mp_lookup_hit_tokens_total"),
  gauge("host_kv_used_bytes", "mp_l1_memory_usage_bytes"),
  gauge("lmcache_hit_rate", "retrieve_hit_rate"),
  gauge("host_kv_used_bytes", "local_cache_usage"),
  gauge("remote_kv_used_bytes", "remote_cache_usage"),
  gauge("disk_kv_used_bytes", "local_storage_usage"),
  gauge("lmcache_health", "lmcache_is_healthy"),
  histogram("kv_offload_load_seconds", "time_to_retrieve"),
  histogram("kv_offload_store_seconds", "time_to_store"),
  histogram("kv_offload_load_speed", "retrieve_speed"),
  histogram("kv_offload_store_speed", "store_speed"),
  histogram("remote_kv_get", "remote_time_to_get"),
  histogram("kv_transfer_speed", "p2p_transfer_speed"),
]);

const MiB = 2 ** 20;
const percent = 1e-2;
/** What a GPU does not measure stands as a mark of DCGM's: from 2^47 on, in floats and in integers (dcgm_fields.h, DCGM_FP64_BLANK). */
const below = 2 ** 47;
/** A GPU that several containers share is listed for each of them. */
const gpu = { once: ["Hostname", "UUID", "gpu"], below };
/** So is each slice of a GPU. */
const slice = { once: ["Hostname", "UUID", "gpu", "GPU_I_ID"], below };

/** dcgm-exporter (etc/default-counters.csv d5e5f51): percent, MiB and millijoule. */
export const dcgmNames = namesOf("dcgm-exporter", "DCGM_FI_", [
  gauge("gpu_utilization", "DEV_GPU_UTIL", { scale: percent, ...gpu }),
  gauge("gpu_mem_util", "DEV_MEM_COPY_UTIL", { scale: percent, ...gpu }),
  gauge("gpu_memory_used_bytes", "DEV_FB_USED", { scale: MiB, ...slice }),
  gauge("gpu_memory_free_bytes", "DEV_FB_FREE", { scale: MiB, ...slice }),
  gauge("gpu_memory_reserved_bytes", "DEV_FB_RESERVED", { scale: MiB, ...slice }),
  gauge("gpu_memory_total_bytes", "DEV_FB_TOTAL", { scale: MiB, ...slice }),
  gauge("gpu_power_w", "DEV_POWER_USAGE", gpu),
  counter("gpu_energy_j_total", "DEV_TOTAL_ENERGY_CONSUMPTION", { scale: 1e-3, ...gpu }),
  gauge("gpu_temp_c", "DEV_GPU_TEMP", gpu),
  gauge("gpu_sm_clock", "DEV_SM_CLOCK", gpu),
  gauge("gpu_xid", "DEV_XID_ERRORS", gpu),
  gauge("gpu_tensor_active", "PROF_PIPE_TENSOR_ACTIVE", slice),
  gauge("gpu_dram_active", "PROF_DRAM_ACTIVE", slice),
  gauge("gpu_engine_active", "PROF_GR_ENGINE_ACTIVE", slice),
  counter("nvlink_total", "DEV_NVLINK_BANDWIDTH_TOTAL", gpu),
  gauge("nvlink_tx", "PROF_NVLINK_TX_BYTES", gpu),
  gauge("pcie_tx", "PROF_PCIE_TX_BYTES", gpu),
]);

/** KServe's Python server: stages of a request. */
export const kserveNames = namesOf("kserve", "request_", [
  histogram("stage_seconds", "predict_seconds"),
  histogram("preprocess_seconds", "preprocess_seconds"),
  histogram("postprocess_seconds", "postprocess_seconds"),
  histogram("explain_seconds", "explain_seconds"),
]);
