import type { Catalog } from "../catalog/catalog.ts";
import type { Settled } from "../deployment/settled.ts";
import type { RequestLengths } from "../timing/closed-form.ts";

/** Lengths the closed form speaks of: the means of the workload named, else those of `chat`, cut to what the engine admits. */
export function lengthsFor(settled: Settled, catalog: Catalog): RequestLengths {
  const rows = (settled.workload ? catalog.workload(settled.workload) : undefined)?.rows ?? catalog.workload("chat")?.rows ?? [];
  const mean = (at: 0 | 1): number => rows.reduce((sum, row) => sum + row[at], 0) / rows.length;
  const prompt = rows.length > 0 ? Math.round(mean(0)) : 1024;
  const output = rows.length > 0 ? Math.round(mean(1)) : 256;
  return admitted({ promptTokens: prompt, outputTokens: output }, settled);
}

/** Lengths cut to what the engine admits: at least half of its room stays with the prompt. */
export function admitted({ promptTokens: prompt, outputTokens: output }: RequestLengths, settled: Settled): RequestLengths {
  const longest = Math.min(...settled.pools.map((pool) => pool.settings.maxModelLen));
  const outputTokens = Math.max(1, Math.min(output, Math.floor(longest / 2)));
  return { promptTokens: Math.max(1, Math.min(prompt, longest - outputTokens)), outputTokens };
}
