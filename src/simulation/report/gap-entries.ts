import { LeadingBits } from "./leading-bits.ts";

const mostEntries = 1 << 22;
/** Groups of gaps, each about a sixty-fourth wide. */
export const gapGroups = new LeadingBits(6);
const none = -1;

/**
 * Stretches of steps whose gaps lie on a line that does not fall, each with the tokens that every one of its steps makes. Those whose gaps are
 * of one group are listed by it and counted there as they come; the few others are listed by themselves.
 */
export class GapEntries {
  /** Of the first step, in nanoseconds that are not rounded, and how many more each further one takes. */
  first = new Float64Array(4096);
  growth = new Float64Array(4096);
  steps = new Int32Array(4096);
  tokens = new Int32Array(4096);
  count = 0;
  /** Tokens by group, of the entries that are listed by it. */
  readonly tokensOf = new Float64Array(gapGroups.groups);
  private next = new Int32Array(4096);
  private readonly heads = new Int32Array(gapGroups.groups).fill(none);
  private readonly listedOf = new Int32Array(gapGroups.groups);
  private others = none;
  private otherCount = 0;

  get isFull(): boolean {
    return this.count === mostEntries;
  }

  clear(): void {
    this.count = 0;
    this.tokensOf.fill(0);
    this.heads.fill(none);
    this.listedOf.fill(0);
    this.others = none;
    this.otherCount = 0;
  }

  add(first: number, growth: number, steps: number, tokens: number): void {
    if (this.count === this.first.length) this.makeRoom();
    const i = this.count++;
    this.first[i] = first;
    this.growth[i] = growth;
    this.steps[i] = steps;
    this.tokens[i] = tokens;
    const group = gapGroups.groupOf(Math.round(first));
    if (growth !== 0 && steps > 1 && gapGroups.groupOf(this.gap(i, steps - 1)) !== group) {
      this.next[i] = this.others;
      this.others = i;
      this.otherCount++;
      return;
    }
    this.next[i] = this.heads[group] as number;
    this.heads[group] = i;
    this.listedOf[group] = (this.listedOf[group] as number) + 1;
    this.tokensOf[group] = (this.tokensOf[group] as number) + tokens * steps;
  }

  /** In whole nanoseconds. */
  gap(i: number, step: number): number {
    return Math.round((this.first[i] as number) + (this.growth[i] as number) * step);
  }

  /** Steps of an entry with a gap below `bound`. */
  below(i: number, bound: number): number {
    const first = this.first[i] as number;
    const growth = this.growth[i] as number;
    const steps = this.steps[i] as number;
    if (growth === 0 || steps === 1) return Math.round(first) < bound ? steps : 0;
    return Math.max(0, Math.min(steps, Math.ceil((bound - 0.5 - first) / growth)));
  }

  listedBy(group: number): Int32Array {
    return this.listed(this.heads[group] as number, this.listedOf[group] as number);
  }

  /** Those whose gaps are of several groups. */
  get spread(): Int32Array {
    return this.listed(this.others, this.otherCount);
  }

  private listed(head: number, count: number): Int32Array {
    const list = new Int32Array(count);
    for (let i = head, to = count; to > 0; i = this.next[i] as number) list[--to] = i;
    return list;
  }

  private makeRoom(): void {
    this.first = grown(this.first, Float64Array);
    this.growth = grown(this.growth, Float64Array);
    this.steps = grown(this.steps, Int32Array);
    this.tokens = grown(this.tokens, Int32Array);
    this.next = grown(this.next, Int32Array);
  }
}

function grown<Numbers extends Float64Array | Int32Array>(array: Numbers, kind: new (length: number) => Numbers): Numbers {
  const larger = new kind(array.length * 2);
  larger.set(array);
  return larger;
}
