import type { EngineId } from "../../deployment.ts";
import type { FlagNames } from "../../flag-names.ts";
import type { Mapped } from "../../mapped.ts";

/** Engines whose flags are known well enough to tell them by arguments alone. */
type ArgumentEngine = "vllm" | "sglang" | "tensorrt-llm" | "tgi";

/** Flags that no other engine and no other tool spells so, by their canonical names. */
const unmistakable: Readonly<Record<ArgumentEngine, ReadonlySet<string>>> = {
  vllm: new Set([
    "tensor-parallel-size",
    "pipeline-parallel-size",
    "data-parallel-size",
    "max-model-len",
    "gpu-memory-utilization",
    "max-num-batched-tokens",
    "max-num-seqs",
    "kv-cache-dtype",
    "enable-prefix-caching",
    "enable-chunked-prefill",
    "ulysses-sequence-parallel-size",
    "enable-shift-parallel",
    "kv-transfer-config",
    "served-model-name",
    "enforce-eager",
  ]),
  sglang: new Set([
    "mem-fraction-static",
    "chunked-prefill-size",
    "max-prefill-tokens",
    "max-running-requests",
    "enable-dp-attention",
    "disable-radix-cache",
    "dist-init-addr",
    "cuda-graph-max-bs",
    "disaggregation-transfer-backend",
    "enable-hierarchical-cache",
  ]),
  "tensorrt-llm": new Set([
    "extra_llm_api_options",
    "free_gpu_memory_fraction",
    "moe_expert_parallel_size",
    "max_beam_width",
    "server_role",
  ]),
  tgi: new Set(["num-shard", "sharded", "max-batch-prefill-tokens", "max-batch-total-tokens", "max-total-tokens", "max-input-tokens"]),
};

/** TGI has no table of flags: those that its users write (launcher/src/main.rs). */
const tgiFlags = new Set([
  ...unmistakable.tgi,
  "model-id",
  "revision",
  "quantize",
  "dtype",
  "kv-cache-dtype",
  "trust-remote-code",
  "max-concurrent-requests",
  "max-input-length",
  "max-batch-size",
  "max-waiting-tokens",
  "waiting-served-ratio",
  "cuda-memory-fraction",
  "cuda-graphs",
  "speculate",
  "hostname",
  "port",
  "huggingface-hub-cache",
  "json-output",
  "disable-custom-kernels",
]);

export function isUnmistakable(name: string): boolean {
  return unmistakable.vllm.has(name);
}

export interface ArgumentSigns {
  readonly names: (engine: EngineId) => FlagNames;
  /** The engine that the document or the image is named after, so that its model's flag is sign enough. */
  readonly named: EngineId | undefined;
  /** Flags of its own that the engine's must have: two where the image is another product's. */
  readonly signs: 1 | 2;
}

/** The engine whose flags all of these arguments are, two at least, one of them nobody else's; undefined where none or several fit. */
export function engineOfArguments(args: readonly Mapped[], { names, named, signs }: ArgumentSigns): ArgumentEngine | undefined {
  const heads = args.map(({ value }) => /^--?[\w.-]+/.exec(value)?.[0]).filter((head) => head !== undefined);
  if (heads.length < 2) return undefined;
  const told = (engine: Exclude<ArgumentEngine, "tgi">): readonly (string | undefined)[] =>
    heads.map((head) => {
      const { name, facts } = names(engine).resolve(head);
      return facts && name.split(".")[0];
    });
  const isAll = (engine: ArgumentEngine, found: readonly (string | undefined)[]): boolean => {
    if (found.includes(undefined)) return false;
    const own = found.filter((name) => name !== undefined && unmistakable[engine].has(name)).length;
    return own >= signs || (engine === named && found.includes(engine === "sglang" ? "model-path" : "model"));
  };
  const candidates: ArgumentEngine[] = [];
  for (const engine of ["vllm", "sglang", "tensorrt-llm"] as const) if (isAll(engine, told(engine))) candidates.push(engine);
  if (
    isAll(
      "tgi",
      heads.map((head) => (tgiFlags.has(head.replace(/^--/, "")) ? head.slice(2) : undefined)),
    )
  )
    candidates.push("tgi");
  return candidates.length === 1 ? candidates[0] : undefined;
}
