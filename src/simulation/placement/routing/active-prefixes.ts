import { KeyTable } from "../../engine/key-table.ts";
import type { Requests } from "../../requests.ts";

/** Tokens of the prompts that are at one target, in the workload's blocks; a block that several share counts once. */
export class ActivePrefixes {
  tokens = 0;
  private readonly holders = new KeyTable();

  constructor(private readonly requests: Requests) {}

  /** Tokens that a prompt would add. */
  added(r: number): number {
    const { prefixStart, prefixIds, prefixBlockTokens } = this.requests;
    const end = this.end(r);
    let tokens = this.behindIds(r);
    for (let at = prefixStart[r] as number; at < end; at++) if (this.holders.get(prefixIds[at] as number) <= 0) tokens += prefixBlockTokens;
    return tokens;
  }

  add(r: number): void {
    const { prefixStart, prefixIds } = this.requests;
    this.tokens += this.added(r);
    const end = this.end(r);
    for (let at = prefixStart[r] as number; at < end; at++) {
      const id = prefixIds[at] as number;
      this.holders.set(id, Math.max(0, this.holders.get(id)) + 1);
    }
  }

  remove(r: number): void {
    const { prefixStart, prefixIds } = this.requests;
    const end = this.end(r);
    for (let at = prefixStart[r] as number; at < end; at++) {
      const id = prefixIds[at] as number;
      const left = this.holders.get(id) - 1;
      if (left > 0) this.holders.set(id, left);
      else this.holders.delete(id);
    }
    this.tokens -= this.added(r);
  }

  /** Ids beyond the prompt tell the answer's blocks. */
  private end(r: number): number {
    const { prefixStart, prompt, prefixBlockTokens } = this.requests;
    const start = prefixStart[r] as number;
    return Math.min(prefixStart[r + 1] as number, start + Math.ceil((prompt[r] as number) / prefixBlockTokens));
  }

  private behindIds(r: number): number {
    const { prefixStart, prompt, prefixBlockTokens } = this.requests;
    return Math.max(0, (prompt[r] as number) - (this.end(r) - (prefixStart[r] as number)) * prefixBlockTokens);
  }
}
