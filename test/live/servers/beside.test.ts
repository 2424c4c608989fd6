import { describe, expect, it } from "vitest";
import { family, once, snapshotOfText } from "./pages.ts";

describe("beside an engine", () => {
  const vllm = family("vllm:num_requests_running", "gauge", '{engine="0",model_name="m"} 3');

  it("Ray Serve names its engines by replica, its counters with one ending, two or none", () => {
    const { server, metrics } = once(
      [
        family(
          "ray_vllm_num_requests_running",
          "gauge",
          '{ReplicaId="a",model_name="m",WorkerId="w"} 2',
          '{ReplicaId="b",model_name="m"} 3',
        ),
        family("ray_vllm_generation_tokens_total_total", "counter", '{ReplicaId="a",model_name="m"} 20'),
        family("ray_vllm_prompt_tokens", "counter", '{ReplicaId="a",model_name="m"} 200'),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "vllm", model: "m", engines: 2 });
    expect(metrics).toMatchObject({ requests_running: 5, generation_tokens_total: 20, prompt_tokens_total: 200 });
  });

  it("LMCache adds its lookups and its store", () => {
    const { server, metrics } = once(
      [
        vllm,
        family("lmcache:num_requested_tokens_total", "counter", '{worker_id="0"} 1000'),
        family("lmcache:num_hit_tokens_total", "counter", '{worker_id="0"} 400'),
        family("lmcache:local_cache_usage", "gauge", '{worker_id="0"} 8192'),
        family("lmcache:lmcache_is_healthy", "gauge", '{worker_id="0"} 1', '{worker_id="1"} 0'),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "vllm", engines: 1 });
    expect(metrics).toMatchObject({
      external_prefix_cache_queries_total: 1000,
      external_prefix_cache_hits_total: 400,
      host_kv_used_bytes: 8192,
      lmcache_health: 0,
    });
  });

  const dcgm = [
    family(
      "DCGM_FI_DEV_GPU_UTIL",
      "gauge",
      // Two pods share GPU 0: it is listed twice.
      '{gpu="0",UUID="GPU-a",Hostname="n",pod="p1"} 80',
      '{gpu="0",UUID="GPU-a",Hostname="n",pod="p2"} 80',
      '{gpu="1",UUID="GPU-b",Hostname="n"} 40',
    ),
    family("DCGM_FI_DEV_FB_USED", "gauge", '{gpu="0",UUID="GPU-a",Hostname="n"} 1024', '{gpu="1",UUID="GPU-b",Hostname="n"} 2048'),
    family(
      "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
      "counter",
      '{gpu="0",UUID="GPU-a",Hostname="n"} 5000',
      '{gpu="1",UUID="GPU-b",Hostname="n"} 7000',
    ),
    family("DCGM_FI_DEV_GPU_TEMP", "gauge", '{gpu="0",UUID="GPU-a",Hostname="n"} 55', '{gpu="1",UUID="GPU-b",Hostname="n"} 61'),
    family(
      "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
      "gauge",
      '{gpu="0",UUID="GPU-a",Hostname="n"} 0.5',
      '{gpu="1",UUID="GPU-b",Hostname="n"} 0.25',
    ),
  ].join("\n");
  const gpus = {
    gpu_memory_used_bytes: 3072 * 2 ** 20,
    gpu_energy_j_total: 12,
    gpu_temp_c: 61,
    gpu_tensor_active: 0.375,
  };

  it("DCGM adds the GPUs: percent becomes a share, MiB bytes, mJ J; its GPUs are no engines", () => {
    const { server, metrics } = once(`${vllm}\n${dcgm}`);
    expect(server).toMatchObject({ kind: "vllm", engines: 1 });
    expect(metrics).toMatchObject({ requests_running: 3, ...gpus });
    expect(metrics.gpu_utilization).toBeCloseTo(0.6, 12);
  });

  it("LMCache as a server of its own is one of its kind", () => {
    const { server, metrics } = once(
      [
        family("lmcache_mp_lookup_requested_tokens_total", "counter", '{model_name="m",cache_salt=""} 100'),
        family("lmcache_mp_lookup_hit_tokens_total", "counter", '{model_name="m",cache_salt=""} 40'),
        family("lmcache_mp_l1_memory_usage_bytes", "gauge", "4096"),
      ].join("\n"),
    );
    expect(server.kind).toBe("lmcache");
    expect(metrics).toMatchObject({
      external_prefix_cache_queries_total: 100,
      external_prefix_cache_hits_total: 40,
      host_kv_used_bytes: 4096,
    });
  });

  it("DCGM marks what a GPU does not measure, which is no temperature of 9 quintillion degrees", () => {
    const { metrics } = once(
      [
        dcgm,
        family("DCGM_FI_DEV_SM_CLOCK", "gauge", '{gpu="0",Hostname="n"} 9223372036854775794', '{gpu="1",Hostname="n"} 1410'),
        family("DCGM_FI_DEV_POWER_USAGE", "gauge", '{gpu="0",Hostname="n"} 140737488355328.0'),
      ].join("\n"),
    );
    expect(metrics).toMatchObject({ gpu_sm_clock: 1410, gpu_power_w: null });
  });

  it("DCGM on a page of its own speaks GPU by GPU", () => {
    const shot = snapshotOfText(dcgm);
    expect(shot.server).toMatchObject({ kind: "dcgm-exporter", model: null, engines: 2 });
    expect(shot.gauges).toMatchObject({ gpu_temp_c: 61, gpu_tensor_active: 0.375 });
    expect(shot.perEngine?.map(({ engine, gauges }) => [engine, gauges.gpu_utilization])).toEqual([
      ["n/0", 0.8],
      ["n/1", 0.4],
    ]);
  });
});
