import type { JudgedEngine, SettledPool } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { setFlagFix } from "./flag-fix.ts";
import type { Fix, RuleContext } from "./rule.ts";

/** What an engine calls the settings that give memory back. */
interface Levers {
  /** Share of the card. */
  readonly share: string;
  readonly sequences: string;
  readonly length: string;
  readonly cacheFormat: string;
}

const levers: Readonly<Partial<Record<JudgedEngine, Levers>>> = {
  vllm: { share: "gpu-memory-utilization", sequences: "max-num-seqs", length: "max-model-len", cacheFormat: "kv-cache-dtype" },
};

/** Above this share what runs beside the engine on a card is squeezed out. */
const mostShare = 95;
const lengthStep = 1024;

/** The smallest change of each setting alone that lets the engine start, each tried on the memory model. */
export function smallestChanges(context: RuleContext): readonly Fix[] {
  const { pool, settledPool, memory } = context;
  const names = settledPool && levers[settledPool.budget.engine];
  if (!settledPool || !names || !memory) return [];
  const starts =
    (name: string) =>
    (value: number | string): boolean =>
      context.tryWith({ [name]: String(value) })?.fits === true;
  const tried: readonly (readonly [string, string | undefined])[] = [
    [names.length, shorter(memory)],
    [names.share, larger(settledPool, starts(names.share))],
    [names.sequences, fewer(settledPool, starts(names.sequences))],
    [names.cacheFormat, takesFp8(settledPool) && starts(names.cacheFormat)("fp8") ? "fp8" : undefined],
  ];
  return tried.flatMap(([name, value]) => (value === undefined ? [] : (setFlagFix(pool, name, value) ?? [])));
}

/** Where one request alone is too long: the longest that fits, in steps that people write. */
function shorter({ refusal }: MemoryPlan): string | undefined {
  if (refusal?.kind !== "model-len") return undefined;
  const rounded = Math.floor(refusal.longest / lengthStep) * lengthStep;
  return rounded > 0 ? String(rounded) : undefined;
}

/** Halving finds it, as what fits in a share fits in a larger one. */
function larger({ budget }: SettledPool, starts: (value: string) => boolean): string | undefined {
  if (budget.engine !== "vllm" || budget.kvCacheMemoryBytes !== null) return undefined;
  let low = Math.floor(budget.gpuMemoryUtilization * 100);
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

/** The sampler's buffers grow with the sequences (memory.md 4). */
function fewer({ settings }: SettledPool, starts: (value: number) => boolean): string | undefined {
  const found = [512, 256, 128, 64, 32].find((sequences) => sequences < settings.maxNumSeqs && starts(sequences));
  return found?.toString();
}

/** Caches of 8 bit float are read natively from Ada on; latent caches have formats of their own. */
function takesFp8({ gpu, kvElementBytes }: SettledPool): boolean {
  return gpu.vendor === "nvidia" && (gpu.computeCapability ?? 0) >= 8.9 && kvElementBytes >= 2;
}
