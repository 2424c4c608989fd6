import type { SglangOrder } from "../../deployment/settled.ts";
import { randomSource, type Source } from "../random.ts";
import type { Requests } from "../requests.ts";
import type { BlockPool } from "./block-pool.ts";
import type { WaitingQueue } from "./queues.ts";

/** More waiting ones than this stay as they are: matching all of them would cost more than it gains (schedule_policy.py, _determine_active_policy). */
const mostMatched = 128;
/** Tokens of a prefix that are worth waiting for until another request has computed them (IN_BATCH_PREFIX_CACHING_*_THRESHOLD). */
const sharedTokens = 32;

/** Orders waiting requests before prompts are chosen; requests of one rank stay in order of arrival (managers/schedule_policy.py of 0.5.9). */
export class WaitingOrder {
  private readonly source: Source;
  private readonly rank: Float64Array;
  private appended = 0;

  constructor(
    private readonly order: SglangOrder,
    private readonly requests: Requests,
    private readonly pool: BlockPool,
    private readonly blockTokens: number,
  ) {
    this.source = randomSource(1, "order");
    this.rank = new Float64Array(requests.count);
  }

  arrange(queue: WaitingQueue): void {
    if (queue.count < 2) return;
    switch (this.order) {
      case "lpm":
        if (queue.count <= mostMatched) this.byLongestPrefix(queue);
        return;
      case "dfs-weight":
        queue.refill(this.depthFirst(queue.list()));
        return;
      case "lof":
        // Those who leave do not change the order of the others.
        if (queue.appended === this.appended) return;
        this.appended = queue.appended;
        this.sort(queue, (r) => -(this.requests.output[r] as number));
        return;
      case "shortest-prefill-first":
        this.sort(queue, (r) => (this.requests.target[r] as number) - this.cachedTokens(r));
        return;
      case "random":
        queue.refill(this.shuffled(queue.list()));
        return;
      default:
        this.order satisfies never;
    }
  }

  /** Those go last who would compute what another one before them is about to. */
  private byLongestPrefix(queue: WaitingQueue): void {
    const first = new Map<number, number>();
    this.sort(queue, (r) => {
      const cached = this.cachedTokens(r);
      if (cached > sharedTokens) return -cached;
      const { prefixStart, prefixIds } = this.requests;
      const start = prefixStart[r] as number;
      if (start === prefixStart[r + 1]) return -cached;
      const id = prefixIds[start] as number;
      const other = first.get(id);
      if (other !== undefined && this.inCommon(r, other) >= sharedTokens) return Number.POSITIVE_INFINITY;
      if (other === undefined) first.set(id, r);
      return -cached;
    });
  }

  /** Tokens of the prefix that two requests share by the workload's ids. */
  private inCommon(a: number, b: number): number {
    const { prefixStart, prefixIds, prefixBlockTokens } = this.requests;
    const [from, to] = [prefixStart[a] as number, prefixStart[b] as number];
    const most = Math.min((prefixStart[a + 1] as number) - from, (prefixStart[b + 1] as number) - to);
    let blocks = 0;
    while (blocks < most && prefixIds[from + blocks] === prefixIds[to + blocks]) blocks++;
    return blocks * prefixBlockTokens;
  }

  private cachedTokens(r: number): number {
    return this.pool.findHits(r, this.requests.target[r] as number) * this.blockTokens;
  }

  private sort(queue: WaitingQueue, rankOf: (r: number) => number): void {
    const { rank } = this;
    const list = queue.list();
    for (const r of list) rank[r] = rankOf(r);
    // Equal ranks, infinite ones too, keep their order.
    list.sort((a, b) => ((rank[a] as number) < (rank[b] as number) ? -1 : (rank[a] as number) > (rank[b] as number) ? 1 : 0));
    queue.refill(list);
  }

  private shuffled(list: number[]): number[] {
    for (let i = list.length - 1; i > 0; i--) {
      const other = Math.floor(this.source() * (i + 1));
      const r = list[i] as number;
      list[i] = list[other] as number;
      list[other] = r;
    }
    return list;
  }

  /** Along the tree of cached prefixes, the branch that most wait for first, deeper ones before those who end at its root. */
  private depthFirst(list: number[]): number[] {
    const { prefixStart, prefixIds, prefixBlockTokens } = this.requests;
    const depth = (r: number): number => {
      const ids = (prefixStart[r + 1] as number) - (prefixStart[r] as number);
      return Math.min(ids, Math.floor(this.cachedTokens(r) / prefixBlockTokens));
    };
    for (const r of list) this.rank[r] = depth(r);
    const ordered: number[] = [];
    const visit = (members: readonly number[], level: number): void => {
      const branches = new Map<number, number[]>();
      const own: number[] = [];
      for (const r of members) {
        if ((this.rank[r] as number) <= level) own.push(r);
        else {
          const id = prefixIds[(prefixStart[r] as number) + level] as number;
          const branch = branches.get(id);
          if (branch) branch.push(r);
          else branches.set(id, [r]);
        }
      }
      for (const branch of [...branches.values()].sort((a, b) => b.length - a.length)) visit(branch, level + 1);
      ordered.push(...own);
    };
    visit(list, 0);
    return ordered;
  }
}
