import type { FlagReader } from "./flag-reader.ts";
import type { VllmScheduling } from "./settled.ts";
import { atLeast, type Version } from "./version.ts";

const GiB = 2 ** 30;

/** core/block_manager.py: a hundredth of V0's blocks stays free when a prompt starts. */
const watermarkOfV0 = 0.01;

/** What vLLM's scheduler goes by: that of the V0 engine or of V1, with their defaults by version. */
export function vllmScheduling(
  flags: FlagReader,
  version: Version,
  { v1, chunkedPrefill }: { readonly v1: boolean; readonly chunkedPrefill: boolean },
): VllmScheduling {
  if (!v1) return ofV0(flags, chunkedPrefill);
  // config/scheduler.py: scheduler_reserve_full_isl is on from 0.19, watermark is known from 0.24 and 0 unless asked for.
  const watermark = atLeast(version, "0.24.0") ? flags.number("watermark") : undefined;
  return {
    engine: "vllm",
    reserveFullPrompt: flags.on("scheduler-reserve-full-isl") ?? atLeast(version, "0.19.0"),
    ...(watermark !== undefined && watermark > 0 && watermark <= 1 ? { watermark } : {}),
  };
}

/** A prompt's blocks are taken whole at its start, in chunks or not; requests are computed again unless swapping is asked for. */
function ofV0(flags: FlagReader, chunkedPrefill: boolean): VllmScheduling {
  const steps = flags.integer("num-scheduler-steps") ?? 1;
  const swaps = flags.text("preemption-mode")?.toLowerCase() === "swap";
  return {
    engine: "vllm",
    reserveFullPrompt: true,
    watermark: watermarkOfV0,
    ...(chunkedPrefill ? {} : { promptsFirst: true }),
    ...(swaps ? { swapBytes: Math.max(0, flags.number("swap-space") ?? 4) * GiB } : {}),
    ...(steps > 1 ? { receiveSteps: steps } : {}),
  };
}
