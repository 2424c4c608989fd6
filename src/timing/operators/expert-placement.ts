/** Copies of experts on one rank. */
export interface RankExperts {
  /** Experts whose copies lie here; one that lies here twice is listed twice. */
  readonly experts: readonly number[];
  /** Share of all choices that this rank computes. */
  readonly share: number;
}

/** Where experts may lie: groups that are routed to together stay on one node, where the nodes divide them. */
export interface ExpertPlaces {
  readonly ranks: number;
  /** Copies of all experts together, at least one each. */
  readonly copies: number;
  readonly groups: number;
  readonly nodes: number;
}

/** Experts in the model's order, as many on each rank: how they lie without a balancer. `shares` sum to 1. */
export function inOrder(shares: readonly number[], ranks: number): readonly RankExperts[] {
  const room = Math.ceil(shares.length / ranks);
  return Array.from({ length: ranks }, (_, rank) => {
    const experts = [...shares.keys()].slice(rank * room, (rank + 1) * room);
    return { experts, share: experts.reduce((sum, expert) => sum + (shares[expert] ?? 0), 0) };
  });
}

/**
 * Copies for the busiest experts, packed so that ranks are about equally busy: DeepSeek's balancer (EPLB, eplb.py: hierarchical where the
 * nodes divide the groups, else global), which vLLM and SGLang follow.
 */
export function balanced(shares: readonly number[], { ranks, copies, groups, nodes }: ExpertPlaces): readonly RankExperts[] {
  const isHierarchical = groups > 1 && groups % nodes === 0 && ranks % nodes === 0 && shares.length % groups === 0 && copies % nodes === 0;
  if (!isHierarchical) return packedRanks([...shares.keys()], shares, copies, ranks);
  const size = shares.length / groups;
  const ofGroup = (group: number): readonly number[] => Array.from({ length: size }, (_, i) => group * size + i);
  const weights = Array.from({ length: groups }, (_, group) => ofGroup(group).reduce((sum, expert) => sum + (shares[expert] ?? 0), 0));
  return packed(weights, nodes).flatMap((mine) => packedRanks(mine.flatMap(ofGroup), shares, copies / nodes, ranks / nodes));
}

/** One node's experts: the busiest are copied, then copies are packed on its ranks. */
function packedRanks(experts: readonly number[], shares: readonly number[], copies: number, ranks: number): readonly RankExperts[] {
  const own = experts.map((expert) => shares[expert] ?? 0);
  const counts = own.map(() => 1);
  const placed = [...own.keys()];
  for (let i = own.length; i < copies; i++) {
    const busiest = own.reduce((best, share, at) => (share / (counts[at] ?? 1) > (own[best] ?? 0) / (counts[best] ?? 1) ? at : best), 0);
    counts[busiest] = (counts[busiest] ?? 1) + 1;
    placed.push(busiest);
  }
  const packs = packed(
    placed.map((at) => (own[at] ?? 0) / (counts[at] ?? 1)),
    ranks,
  );
  return packs.map((pack) => {
    const here = pack.map((copy) => placed[copy] ?? 0);
    return {
      experts: here.map((at) => experts[at] ?? 0),
      share: here.reduce((sum, at) => sum + (own[at] ?? 0) / (counts[at] ?? 1), 0),
    };
  });
}

/** The heaviest first, each to the lightest pack that has room; packs hold equally many. */
function packed(weights: readonly number[], packs: number): readonly (readonly number[])[] {
  const room = Math.ceil(weights.length / packs);
  const held = Array.from({ length: packs }, () => ({ items: [] as number[], weight: 0 }));
  const order = [...weights.keys()].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  for (const item of order) {
    let lightest: (typeof held)[number] | undefined;
    for (const pack of held) if (pack.items.length < room && (!lightest || pack.weight < lightest.weight)) lightest = pack;
    if (!lightest) break;
    lightest.items.push(item);
    lightest.weight += weights[item] ?? 0;
  }
  return held.map(({ items }) => items);
}
