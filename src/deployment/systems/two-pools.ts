import { type Message, message } from "../message.ts";
import { gpusPerInstance, type Layout, type SettledPool } from "../settled.ts";

/** Pools that compute prompts and pools that decode, or why there are none. */
export type TwoPools =
  | { readonly pools: readonly SettledPool[]; readonly problem?: undefined }
  | { readonly pools?: undefined; readonly problem: Message };

/**
 * The same GPUs with prompts and answers apart. Pools of their own stay as they are. The instances of one mixed pool are dealt out: so many
 * as asked for compute prompts, else half of them. A single instance is halved: its engines, its attention replicas, or its ranks.
 */
export function twoPools(pools: readonly SettledPool[], system: string, prefillInstances: number | null): TwoPools {
  const [pool, ...others] = pools;
  if (pools.some(({ role }) => role !== "mixed")) return { pools };
  if (!pool || others.length > 0) return { problem: message("{0} needs one pool, or a prefill and a decode pool.", system) };
  if (pool.instances >= 2) {
    const prefill = prefillInstances ?? Math.max(1, Math.floor(pool.instances / 2));
    if (prefill >= pool.instances)
      return { problem: message("{0} instances that compute prompts leave none of {1} to decode.", prefill, pool.instances) };
    return {
      pools: [
        { ...pool, role: "prefill", instances: prefill },
        { ...pool, role: "decode", instances: pool.instances - prefill },
      ],
    };
  }
  const half = halved(pool.layout);
  if (!half)
    return {
      problem: message("{0} computes prompts and answers on different GPUs, and one instance of this layout cannot be halved.", system),
    };
  const gpus = gpusPerInstance(half);
  const part: SettledPool = {
    ...pool,
    layout: half,
    nodes: Math.max(1, Math.ceil(gpus / pool.gpusPerNode)),
    shiftThreshold: half.sequence > 1 ? pool.shiftThreshold : null,
  };
  return {
    pools: [
      { ...part, role: "prefill" },
      { ...part, role: "decode" },
    ],
  };
}

/** Independent engines first: they lose nothing. Experts stay spread over all ranks of an instance. */
function halved(layout: Layout): Layout | undefined {
  for (const size of ["data", "attentionData", "tensor", "sequence", "pipeline"] as const) {
    if (layout[size] % 2 !== 0) continue;
    // How parts are shared, or layers dealt out, is written for the whole.
    if ((layout.shared && size !== "data") || (layout.stageLayers && size === "pipeline")) return undefined;
    const expert = size === "attentionData" || size === "tensor" ? Math.max(1, Math.floor(layout.expert / 2)) : layout.expert;
    return { ...layout, [size]: layout[size] / 2, expert };
  }
  return undefined;
}
