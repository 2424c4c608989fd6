import type { EngineContext } from "./settle-engine.ts";
import type { EngineSettings } from "./settled.ts";
import { gpusPerInstance } from "./settled.ts";

/** SGLang's defaults by device memory (RULES SM02, SM03, SM06; arg_groups/memory_hook.py of 0.5.23). */

const MiB = 2 ** 20;

/** Tokens of a prefill chunk, and the largest batch captured for decoding. */
export function sglangBatch({ gpu, layout }: EngineContext): { readonly chunk: number; readonly captured: number } {
  const wide = layout.tensor * layout.attentionData * layout.prefillContext >= 4;
  const memory = gpu.memoryBytes / 2 ** 30;
  if (memory < 20) return { chunk: 2048, captured: 8 };
  if (memory < 35) return { chunk: 4096, captured: wide ? 160 : 48 };
  if (memory < 60) return { chunk: 4096, captured: wide ? 160 : 32 };
  if (memory < 160) return { chunk: 8192, captured: wide ? 512 : 256 };
  return { chunk: 16_384, captured: 512 };
}

/** SM02: what chunks, ranks and graphs are expected to take is kept free, at least 10 GiB on cards above 60. */
export function sglangStaticShare({ gpu, layout }: EngineContext, settings: EngineSettings): number {
  const memory = gpu.memoryBytes / MiB;
  const ranks = gpusPerInstance({ ...layout, data: 1 });
  const graphs = settings.maxCaptureSize * 2;
  const reserved = 512 + 1.5 * Math.max(settings.maxNumBatchedTokens, 2048) + (ranks / 8) * 1024 + graphs;
  const kept = memory > 60 * 1024 ? Math.max(reserved, 10 * 1024) : reserved;
  return Math.round((1000 * (memory - kept)) / memory) / 1000;
}
