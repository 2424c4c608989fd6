import type { Model } from "../../catalog/facts.ts";
import { atLeast } from "../../deployment/version.ts";
import type { Term } from "../sum.ts";
import { isFittedStart } from "./fitted.ts";
import type { VllmPool } from "./pool.ts";
import { isV0, runnerOf } from "./runner.ts";

const GiB = 2 ** 30;

/**
 * What the engine adds outside PyTorch's allocator between its first look at the card and the end of the profiling run (memory.md 6).
 * Buffers of a group, for all-reduce and symmetric memory, are fitted on starts of 2 and 4 H100.
 */
export function nonTorch(model: Model, pool: VllmPool): Term {
  const ranks = ranksTogether(pool);
  const isAlone = ranks * pool.layout.pipeline === 1;
  const parts: readonly (readonly [number, string])[] = [
    [contextGiB(pool), "context"],
    [isAlone ? kernelsGiB(model, pool) : loadedWithGroupGiB, "kernels"],
    [isAlone ? 0 : connectionsGiB(pool), "connections"],
    [ranks > 1 ? 0.44 + 0.03 * ranks : 0, "group"],
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

/** NCCL's own memory, where it is set up behind the first look at the card: up to 0.10 (gpu_worker.py, init_device). */
function connectionsGiB(pool: VllmPool): number {
  if (atLeast(pool.version, "0.11.0")) return 0;
  return isHopperOrNewer(pool) ? 1 : 0.5;
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

/** Logged: Hopper alone, and 2 or 4 of them from 0.17; other cards alone before they captured graphs in the measured span. */
function trust(model: Model, pool: VllmPool, ranks: number): Pick<Term, "confidence" | "spread"> {
  const { version, layout, gpu } = pool;
  const isHopper = isHopperOrNewer(pool);
  const isLogged =
    ranks === 1
      ? contextGiB(pool) === 0 && (isHopper || !atLeast(version, "0.18.0"))
      : isHopper && atLeast(version, "0.17.0") && layout.tensor === ranks && ranks <= 4;
  if (isLogged && isFittedStart(model, pool)) return { confidence: "fitted", spread: 0.1 * GiB };
  return { confidence: "estimated", spread: (ranks === 1 && gpu.vendor === "nvidia" ? 0.25 : 1) * GiB };
}
