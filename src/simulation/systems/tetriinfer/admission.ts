import type { Tetriinfer } from "../../../deployment/systems/tetriinfer.ts";
import type { EngineCore } from "../../engine/engine-core.ts";
import type { Admission } from "../../placement/core-parts.ts";

/**
 * How much room a decode instance wants before it takes a request (arXiv 2401.11181, section 3.4): that of its prompt, as vLLM does; of all
 * tokens that it and those that run are expected to have; or of those that they have when the first of them is expected to leave. The lower
 * end of the expected bucket counts, so that few wait in vain.
 */
export class DecodeAdmission implements Admission {
  /** Of the expected answers of those that do not run yet. */
  private heldBlocks = 0;

  constructor(
    private readonly core: EngineCore,
    private readonly rule: Tetriinfer["admission"],
  ) {}

  taken(r: number, coming: number): void {
    this.heldBlocks += this.answerBlocks(r, coming);
  }

  joined(r: number, coming: number): void {
    this.heldBlocks -= this.answerBlocks(r, coming);
  }

  /** The fewer tokens the first one has left, the fewer must be free. */
  get isSteady(): boolean {
    return this.rule !== "reserve-dynamic";
  }

  kept(r: number, coming: number): number {
    const { rule } = this;
    switch (rule) {
      case "greedy":
        return 0;
      case "reserve-static":
        return this.answerBlocks(r, coming) + this.heldBlocks + this.growth(Number.POSITIVE_INFINITY);
      case "reserve-dynamic":
        return this.untilFirstLeaves(r, coming);
      default: {
        const never: never = rule;
        return never;
      }
    }
  }

  /** Those who make more tokens than expected may leave at any time, and tell nothing. */
  private untilFirstLeaves(r: number, coming: number): number {
    const { core } = this;
    const { requests, running, decoders } = core;
    let shortest = Number.POSITIVE_INFINITY;
    let freed = 0;
    for (let other = running.head; other >= 0; other = requests.next[other] as number) {
      const left = this.left(other);
      if (left === 0 || left >= shortest) continue;
      shortest = left;
      freed = core.blocksFor(0, decoders.computedOf(other) + left);
    }
    if (shortest === Number.POSITIVE_INFINITY) shortest = requests.expected[r] as number;
    return Math.max(0, core.blocksFor(coming, shortest) + this.heldBlocks + this.growth(shortest) - freed);
  }

  private answerBlocks(r: number, coming: number): number {
    return this.core.blocksFor(coming, this.core.requests.expected[r] as number);
  }

  /** Blocks that running requests are expected to open with so many tokens each. */
  private growth(tokens: number): number {
    const { requests, running, decoders } = this.core;
    let blocks = 0;
    for (let other = running.head; other >= 0; other = requests.next[other] as number)
      blocks += this.core.blocksFor(decoders.computedOf(other), Math.min(tokens, this.left(other)));
    return blocks;
  }

  /** Expected tokens of an answer that are still to come. */
  private left(r: number): number {
    const { requests, decoders } = this.core;
    return Math.max(0, (requests.prompt[r] as number) + (requests.expected[r] as number) - decoders.computedOf(r));
  }
}
