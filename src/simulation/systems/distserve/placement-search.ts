/** Parallel sizes of one instance. */
export interface PhaseLayout {
  readonly tensor: number;
  readonly pipeline: number;
}

/** Instances of a phase, and the requests in a second that each of them serves within its limit. */
export interface PhasePlacement extends PhaseLayout {
  readonly instances: number;
  readonly goodput: number;
}

export interface DistServePlan {
  readonly prefill: PhasePlacement;
  readonly decode: PhasePlacement;
}

/** The GPUs there are, the rate that is asked for, and what each layout is good for. */
export interface HighAffinityInput {
  readonly nodes: number;
  readonly gpusPerNode: number;
  readonly ratePerSecond: number;
  /** The model divides into that many parts, and they fit. */
  readonly fits: (layout: PhaseLayout) => boolean;
  /** Requests in a second that one instance serves within its phase's limit. */
  readonly goodput: (phase: "prefill" | "decode", layout: PhaseLayout) => number;
}

/**
 * DistServe's Algorithm 1, where caches move quickly between any two nodes: each phase by itself gets the layout that serves most requests
 * a GPU, as many times as the rate needs it. Undefined where no layout fits, or none serves anybody within the limits.
 */
export function highAffinityPlacement({ nodes, gpusPerNode, ratePerSecond, fits, goodput }: HighAffinityInput): DistServePlan | undefined {
  const layouts: PhaseLayout[] = [];
  for (let tensor = 1; tensor <= gpusPerNode; tensor++)
    for (let pipeline = 1; pipeline * tensor <= nodes * gpusPerNode; pipeline++)
      if (fits({ tensor, pipeline })) layouts.push({ tensor, pipeline });
  const best = (phase: "prefill" | "decode"): PhasePlacement | undefined => {
    let found: PhasePlacement | undefined;
    for (const layout of layouts) {
      const own = goodput(phase, layout);
      const perGpu = own / (layout.tensor * layout.pipeline);
      if (own > 0 && (!found || perGpu > found.goodput / (found.tensor * found.pipeline)))
        found = { ...layout, goodput: own, instances: Math.ceil(ratePerSecond / own) };
    }
    return found;
  };
  const prefill = best("prefill");
  const decode = best("decode");
  return prefill && decode && { prefill, decode };
}

export interface LowAffinityInput extends Omit<HighAffinityInput, "goodput"> {
  /** Requests in a second that a prefill and a decode instance serve together, each stage of both on one node. */
  readonly goodput: (prefill: PhaseLayout, decode: PhaseLayout) => number;
}

/**
 * Its Algorithm 2, where caches must not leave a node: the same stages of a prefill and a decode instance share one, and both are simulated
 * together; as many such pairs as the rate needs.
 */
export function lowAffinityPlacement({ nodes, gpusPerNode, ratePerSecond, fits, goodput }: LowAffinityInput): DistServePlan | undefined {
  let found: { readonly prefill: PhaseLayout; readonly decode: PhaseLayout; readonly goodput: number; readonly gpus: number } | undefined;
  for (let pipeline = 1; pipeline <= nodes; pipeline++) {
    for (let first = 1; first < gpusPerNode; first++) {
      for (let second = 1; first + second <= gpusPerNode; second++) {
        const prefill = { tensor: first, pipeline };
        const decode = { tensor: second, pipeline };
        if (!fits(prefill) || !fits(decode)) continue;
        const own = goodput(prefill, decode);
        const gpus = pipeline * (first + second);
        if (own > 0 && (!found || own / gpus > found.goodput / found.gpus)) found = { prefill, decode, goodput: own, gpus };
      }
    }
  }
  if (!found) return undefined;
  const count = { instances: Math.ceil(ratePerSecond / found.goodput), goodput: found.goodput };
  return { prefill: { ...found.prefill, ...count }, decode: { ...found.decode, ...count } };
}

/** The highest rate that meets what is asked, by halving the span up to `most` until it is no wider than `width`; 0 where none does. */
export function highestRate(meets: (ratePerSecond: number) => boolean, most: number, width: number): number {
  let low = 0;
  let high = most;
  while (high - low > width) {
    const middle = (low + high) / 2;
    if (meets(middle)) low = middle;
    else high = middle;
  }
  return low;
}
