import type { Model } from "../../catalog/facts.ts";
import { atLeast } from "../../deployment/version.ts";
import type { Term } from "../sum.ts";
import { isFittedStart } from "./fitted.ts";
import type { VllmPool } from "./pool.ts";
import { isV0, runnerOf } from "./runner.ts";

const GiB = 2 ** 30;

/** What the engine adds outside PyTorch's allocator between its first look at the card and the end of the profiling run (memory.md 6). */
export function nonTorch(model: Model, pool: VllmPool): Term {
  const ranks = ranksTogether(pool);
  const parts: readonly (readonly [number, string])[] = [
    [contextGiB(pool), "context"],
    [ranks * pool.layout.pipeline === 1 ? kernelsGiB(model, pool) : loadedWithGroupGiB, "kernels"],
    [ranks > 1 ? groupGiB(pool, ranks) : 0, "group"],
    [hasFusedAllReduce(pool) ? fusedAllReduceGiB : 0, "workspace"],
  ].filter((part): part is [number, string] => Number(part[0]) > 0);
  return {
    bytes: parts.reduce((sum, [size]) => sum + size, 0) * GiB,
    formula: parts.map(([size, name]) => `${Number(size.toFixed(3))} GiB ${name}`).join(" + "),
    ...trust(model, pool, ranks),
  };
}

/** GPUs that reduce together, each of which holds buffers for the others. */
function ranksTogether({ layout }: VllmPool): number {
  return layout.tensor * layout.sequence * layout.attentionData * layout.prefillContext;
}

const isHopperOrNewer = ({ gpu }: VllmPool): boolean => (gpu.computeCapability ?? 9) >= 9;

/** The CUDA context counts where all that the card holds is taken, not what was added: V0 up to 0.6.4, V1 up to 0.9.0 (worker.py, gpu_worker.py). */
function contextGiB(pool: VllmPool): number {
  const counted = !atLeast(pool.version, isV0(pool) ? "0.6.5" : "0.9.1");
  if (!counted) return 0;
  return isHopperOrNewer(pool) ? 0.51 : 0.3;
}

/**
 * Kernels that the first run loads; from 0.18 the runner that V1 began with captures two graphs of a kind within the measured span, from
 * 0.27 behind it. Fitted on 30 starts alone on their card: H100, A100, T4.
 */
function kernelsGiB(model: Model, pool: VllmPool): number {
  const { version, settings } = pool;
  const captures = atLeast(version, "0.18.0") && !atLeast(version, "0.27.0") && runnerOf(model, pool) === "v1" && !settings.enforceEager;
  return (isHopperOrNewer(pool) ? 0.13 : 0.05) + (captures ? 0.12 : 0);
}

/** With other ranks most kernels are loaded before the first look. */
const loadedWithGroupGiB = 0.07;

/** Buffers of the group: all-reduce, symmetric memory. NCCL's own came behind the first look up to 0.10. Fitted on starts of 2 and 4 H100. */
function groupGiB(pool: VllmPool, ranks: number): number {
  const setUp = atLeast(pool.version, "0.11.0") ? 0 : isHopperOrNewer(pool) ? 1 : 0.5;
  return setUp + 0.44 + 0.03 * ranks;
}

/** Three buffers of the all-reduce fused with the norm behind it, each in a multicast page of 512 MiB (FlashInfer, trtllm_allreduce_fusion). */
const fusedAllReduceGiB = 1.5;

/** On Hopper and datacentre Blackwell from 0.17, at first without other parallelism (config/vllm.py, enable_allreduce_rms_fusion). */
function hasFusedAllReduce({ version, gpu, layout, settings, nodes }: VllmPool): boolean {
  const capability = gpu.computeCapability ?? 0;
  const isSupported = capability === 9 || Math.floor(capability) === 10;
  if (!isSupported || !atLeast(version, "0.17.0") || settings.enforceEager || nodes > 1) return false;
  const isAlone = layout.pipeline * layout.attentionData * layout.data === 1;
  return [2, 4, 8].includes(layout.tensor) && (isAlone || atLeast(version, "0.22.0"));
}

function trust(model: Model, pool: VllmPool, ranks: number): Pick<Term, "confidence" | "spread"> {
  const { version, layout } = pool;
  const isLoggedGroup = isHopperOrNewer(pool) && atLeast(version, "0.17.0") && layout.tensor === ranks && ranks <= 4;
  if (isFittedStart(model, pool) && (ranks === 1 || isLoggedGroup)) return { confidence: "fitted", spread: 0.1 * GiB };
  return { confidence: "estimated", spread: (ranks === 1 && pool.gpu.vendor === "nvidia" ? 0.25 : 1) * GiB };
}
