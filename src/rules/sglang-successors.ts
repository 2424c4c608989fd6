import { wordTable } from "../catalog/word-table.ts";
import type { Flag } from "../deployment/deployment.ts";
import type { Replacement } from "./flag-replacements.ts";
import type { RuleContext } from "./rule.ts";
import { sizeOf } from "./written-sizes.ts";

/** As the releases said that knew both: help texts and deprecated aliases of 0.4.10 to 0.5.18, server_args.py. */
const successors: Readonly<Record<string, Replacement>> = wordTable({
  "cuda-graph-bs": { name: "cuda-graph-bs-decode" },
  "cuda-graph-max-bs": { name: "cuda-graph-max-bs-decode" },
  "disable-flashinfer": { name: "attention-backend", value: "triton" },
  "disable-flashinfer-sampling": { name: "sampling-backend", value: "pytorch" },
  "disable-piecewise-cuda-graph": { name: "cuda-graph-backend-prefill", value: "disabled" },
  "enable-breakable-cuda-graph": { name: "cuda-graph-backend-prefill", value: "breakable" },
  "enable-deepep-moe": { name: "moe-a2a-backend", value: "deepep" },
  "enable-dsa-prefill-context-parallel": { name: "enable-prefill-cp" },
  "enable-flashinfer-cutedsl-moe": { name: "moe-runner-backend", value: "flashinfer_cutedsl" },
  "enable-flashinfer-cutlass-moe": { name: "moe-runner-backend", value: "flashinfer_cutlass" },
  "enable-flashinfer-mla": { name: "attention-backend", value: "flashinfer" },
  "enable-flashinfer-mxfp4-moe": { name: "moe-runner-backend", value: "flashinfer_mxfp4" },
  "enable-flashinfer-trtllm-moe": { name: "moe-runner-backend", value: "flashinfer_trtllm" },
  "enable-flashmla": { name: "attention-backend", value: "flashmla" },
  "enable-gdn-replayssm-spec": { name: "enable-linear-replayssm-spec" },
  "enable-nsa-prefill-context-parallel": { name: "enable-prefill-cp" },
  "enable-prefill-context-parallel": { name: "enable-prefill-cp" },
  "enable-triton-kernel-moe": { name: "moe-runner-backend", value: "triton_kernel" },
  "enforce-piecewise-cuda-graph": { name: "cuda-graph-backend-prefill", value: "tc_piecewise" },
  "kt-amx-method": { name: "kt-method" },
  "kt-amx-weight-path": { name: "kt-weight-path" },
  "mamba-scheduler-strategy": { name: "mamba-radix-cache-strategy" },
  "max-micro-batch-size": { name: "pp-max-micro-batch-size" },
  "nsa-decode": { name: "nsa-decode-backend" },
  "nsa-decode-backend": { name: "dsa-decode-backend" },
  "nsa-prefill": { name: "nsa-prefill-backend" },
  "nsa-prefill-backend": { name: "dsa-prefill-backend" },
  "oltp-traces-endpoint": { name: "otlp-traces-endpoint" },
  "piecewise-cuda-graph-compiler": { name: "cuda-graph-tc-compiler" },
  "piecewise-cuda-graph-max-tokens": { name: "cuda-graph-max-bs-prefill" },
  "piecewise-cuda-graph-tokens": { name: "cuda-graph-bs-prefill" },
  "stream-output": { name: "incremental-streaming-output" },
});

const splitModes = new Set(["dsa-prefill-cp-mode", "nsa-prefill-cp-mode", "prefill-cp-mode"]);
/** 0.5.15 server_args.py, legacy_mode_to_strategy. */
const strategies: Readonly<Record<string, string>> = wordTable({ "in-seq-split": "zigzag", "round-robin-split": "interleave" });

/** What SGLang has in the place of a removed flag. */
export function sglangSuccessor(context: RuleContext, { name, value }: Flag): Replacement | undefined {
  if (splitModes.has(name)) {
    const strategy = strategies[value?.value ?? ""];
    return strategy === undefined ? undefined : { name: "cp-strategy", value: strategy };
  }
  if (name !== "enable-ep-moe") return successors[name];
  const ranks = sizeOf(context, "tp-size");
  return ranks && { name: "ep-size", value: String(ranks.value) };
}
