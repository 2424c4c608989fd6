import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { whyNotOffered } from "../../../src/live/page/not-offered.ts";
import type { Word } from "../../../src/live/page/switched-on.ts";
import { family, snapshotOfText } from "../servers/pages.ts";

const pages: Readonly<Record<string, string>> = {
  vllm: family("vllm:prompt_tokens_total", "counter", "5"),
  sglang: family("sglang:prompt_tokens_total", "counter", "5"),
  trtllm: family("trtllm_prompt_tokens_total", "counter", "5"),
  tgi: family("tgi_request_count", "counter", "5"),
  triton: family("nv_inference_count", "counter", "5"),
  dynamo: [
    family("dynamo_frontend_model_total_kv_blocks", "gauge", '{model="m"} 1000'),
    family("dynamo_frontend_worker_active_decode_blocks", "gauge", '{worker_id="1"} 5', '{worker_id="2"} 5'),
  ].join("\n"),
  llama: family("llamacpp:prompt_tokens_total", "counter", "5"),
  router: [
    family("vllm:num_incoming_requests_total", "counter", '{model="m"} 5'),
    family("vllm:current_qps", "gauge", '{server="http://a"} 1'),
    // Declared and never written.
    family("vllm:num_requests_waiting", "gauge"),
    // What the router writes where its engines have no such names.
    family("vllm:gpu_prefix_cache_hit_rate", "gauge", '{server="http://a"} 0.0'),
  ].join("\n"),
  dcgm: family("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "counter", '{gpu="0"} 5'),
};

describe("whyNotOffered", () => {
  it.each<[string, string | null, Word, string | undefined]>([
    ["vllm", "0.32.0", "estimated_flops_per_gpu_total", "only with --enable-mfu-metrics"],
    ["vllm", "0.16.0", "estimated_flops_per_gpu_total", "since vLLM 0.18.0; this is 0.16.0"],
    ["vllm", "0.19.0", "requests_waiting_by_reason", "since vLLM 0.20.0; this is 0.19.0"],
    [
      "vllm",
      "0.12.0",
      "requests_swapped",
      "until vLLM 0.9.0; this is 0.12.0. For a release or two --show-hidden-metrics-for-version shows what was taken away",
    ],
    ["vllm", "0.6.6", "requests_swapped", "not on the page; some settings of vLLM turn statistics off (--disable-log-stats)"],
    ["vllm", null, "spec_decode_accepted_tokens_total", "only with speculative decoding"],
    ["vllm", null, "gpu_utilization", "not offered by vLLM"],
    ["sglang", "0.5.23", "request_prompt_tokens", "only with --collect-tokens-histogram"],
    ["sglang", "0.4.6", "queue_seconds", "not on the page of this SGLang"],
    ["sglang", "0.5.5", "preemptions_total", "since SGLang 0.5.10; this is 0.5.5"],
    ["sglang", null, "kv_transfer_seconds", "only with --disaggregation-mode"],
    ["trtllm", null, "ttft_seconds", "only with return_perf_metrics: true, on the page /prometheus/metrics"],
    ["trtllm", null, "requests_running", "only with enable_iter_perf_stats: true"],
    ["trtllm", null, "itl_seconds", "TensorRT-LLM tells the mean of each request (TPOT), not the gaps"],
    ["tgi", null, "ttft_seconds", "TGI has none; the time in its queue and the prefill of a batch come nearest"],
    ["triton", null, "ttft_seconds", "only with --metrics-config histogram_latencies=true, for models that stream"],
    ["dynamo", null, "kv_capacity_tokens", "Dynamo's frontend tells what one worker has, not how many there are: ask the workers"],
    ["llama", null, "e2e_seconds", "not offered by llama.cpp: it has no histograms"],
    ["dcgm", null, "requests_running", "not offered by DCGM"],
    ["sglang", "0.5.5", "queue_seconds", "not on the page of this SGLang"],
    ["sglang", "0.5.4", "queue_seconds", "since SGLang 0.5.5; this is 0.5.4"],
    ["router", null, "requests_waiting", "production-stack's router knows what it sent to its engines, not what waits in them"],
    [
      "router",
      null,
      "prefix_cache_hit_rate",
      "production-stack's router copies it under a name that vLLM has no more since 0.12: ask the engines",
    ],
  ])("of %s %s: %s", (page, version, word, expected) => {
    const why = whyNotOffered(word, snapshotOfText(pages[page] ?? ""), version);
    expect(why && plain(why)).toBe(expected);
  });

  it("of a store, says that it has no such series, unless the server has no such figure", () => {
    const vllm = snapshotOfText(pages.vllm ?? "");
    const why = (word: Word) => {
      const words = whyNotOffered(word, vllm, null, "prometheus");
      return words && plain(words);
    };
    expect(why("e2e_seconds")).toBe("the store has no such series of these servers");
    expect(why("gpu_utilization")).toBe("not offered by vLLM");
    expect(why("prompt_tokens_total")).toBeUndefined();
  });

  it("tells what is idle or has not come yet from what there is no name for", () => {
    const idle = snapshotOfText(
      `${family("vllm:kv_cache_usage_perc", "gauge", "NaN")}\n${family("vllm:num_preemptions", "counter")}\n${pages.vllm}`,
    );
    for (const word of ["kv_cache_usage", "preemptions_total"] as const) {
      const why = whyNotOffered(word, idle, null);
      expect(why && plain(why)).toBe("nothing to tell of yet");
    }
    expect(whyNotOffered("prompt_tokens_total", idle, null)).toBeUndefined();
  });
});
