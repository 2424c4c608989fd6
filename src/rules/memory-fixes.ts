import type { JudgedEngine, SettledPool } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { setFlagFix } from "./flag-fix.ts";
import type { Fix, RuleContext } from "./rule.ts";

/** What an engine calls the settings that let it start; absent where it has none that does. */
interface Levers {
  /** Share of the card. */
  readonly share?: string;
  readonly sequences?: string;
  readonly length?: string;
  readonly cacheFormat?: string;
  /** Tokens of a chunk: where the engine sizes its reserve by them. */
  readonly chunk?: string;
}

const levers: Readonly<Record<JudgedEngine, Levers>> = {
  vllm: { share: "gpu-memory-utilization", sequences: "max-num-seqs", length: "max-model-len", cacheFormat: "kv-cache-dtype" },
  sglang: { share: "mem-fraction-static", chunk: "chunked-prefill-size" },
  "tensorrt-llm": { chunk: "max_num_tokens" },
};

/** Above this share what runs beside the engine on a card is squeezed out. */
const mostShare = 95;
const lengthStep = 1024;

/** The smallest change of each setting alone that lets the engine start, each tried on the memory model. */
export function smallestChanges(context: RuleContext): readonly Fix[] {
  const { pool, settledPool, memory } = context;
  if (!settledPool || !memory) return [];
  const names = levers[settledPool.budget.engine];
  const starts =
    (name: string) =>
    (value: number | string): boolean => {
      const plan = context.tryWith({ [name]: String(value) });
      return plan?.fits === true && hasReserve(plan);
    };
  const change = (name: string | undefined, value: (name: string) => string | undefined): readonly Fix[] => {
    const found = name === undefined ? undefined : value(name);
    return name === undefined || found === undefined ? [] : [setFlagFix(pool, name, found)].filter((fix) => fix !== undefined);
  };
  return [
    ...change(names.length, () => shorter(memory)),
    ...change(names.share, (name) => larger(settledPool, starts(name))),
    ...change(names.sequences, (name) => fewer(settledPool, starts(name))),
    ...change(names.chunk, (name) => smaller(settledPool, starts(name))),
    ...change(names.cacheFormat, (name) => (takesFp8(settledPool) && starts(name)("fp8") ? "fp8" : undefined)),
  ];
}

/** A share that starts the engine and leaves nothing to run in is no help. */
function hasReserve({ ranks, tightest }: MemoryPlan): boolean {
  return ranks[tightest]?.steps.every(({ part, value }) => part !== "reserve" || value >= 0) ?? true;
}

/** Where one request alone is too long: the longest that fits, in steps that people write. */
function shorter({ refusal }: MemoryPlan): string | undefined {
  if (refusal?.kind !== "model-len") return undefined;
  const rounded = Math.floor(refusal.longest / lengthStep) * lengthStep;
  return rounded > 0 ? String(rounded) : undefined;
}

/** Halving finds it, as what fits in a share fits in a larger one. */
function larger({ budget }: SettledPool, starts: (value: string) => boolean): string | undefined {
  const now = shareOf(budget);
  if (now === undefined) return undefined;
  let low = Math.floor(now * 100);
  let high = mostShare;
  const written = (hundredths: number): string => (hundredths / 100).toFixed(2);
  if (low >= high || !starts(written(high))) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (starts(written(middle))) high = middle;
    else low = middle;
  }
  return written(high);
}

function shareOf(budget: SettledPool["budget"]): number | undefined {
  if (budget.engine === "vllm") return budget.kvCacheMemoryBytes === null ? budget.gpuMemoryUtilization : undefined;
  return budget.engine === "sglang" ? budget.memFractionStatic : undefined;
}

/** A smaller chunk takes less, and where nobody says the share it raises that. */
function smaller({ settings, layout }: SettledPool, starts: (value: number) => boolean): string | undefined {
  const now = settings.maxNumBatchedTokens * layout.attentionData;
  return [8192, 4096, 2048].find((tokens) => tokens < now && starts(tokens))?.toString();
}

/** The sampler's buffers grow with the sequences (memory.md 4). */
function fewer({ settings }: SettledPool, starts: (value: number) => boolean): string | undefined {
  const found = [512, 256, 128, 64, 32].find((sequences) => sequences < settings.maxNumSeqs && starts(sequences));
  return found?.toString();
}

/** Caches of 8 bit float are read natively from Ada on; latent caches have formats of their own. */
function takesFp8({ gpu, kvElementBytes }: SettledPool): boolean {
  return gpu.vendor === "nvidia" && (gpu.computeCapability ?? 0) >= 8.9 && kvElementBytes >= 2;
}
