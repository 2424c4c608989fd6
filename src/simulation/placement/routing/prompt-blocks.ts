import { BlockKeys } from "../../engine/block-keys.ts";
import type { Requests } from "../../requests.ts";

/** Prompts cut into full blocks as a router sees them, the first so many of each. */
export class PromptBlocks {
  private readonly keys: BlockKeys;

  constructor(
    private readonly requests: Requests,
    private readonly blockTokens: number,
    private readonly mostBlocks: number,
  ) {
    this.keys = new BlockKeys(requests, blockTokens);
  }

  count(r: number): number {
    return Math.min(this.mostBlocks, Math.floor((this.requests.prompt[r] as number) / this.blockTokens));
  }

  /** Blocks from the start that others may have too; no other request has the ones behind them. */
  keyed(r: number): number {
    return Math.min(this.count(r), this.keys.shared(r));
  }

  key(r: number, index: number): number {
    return this.keys.at(r, index);
  }
}
