import type { EngineCore } from "./engine-core.ts";
import type { Inbox } from "./inbox.ts";
import type { Intake } from "./intake.ts";
import type { Slot } from "./scheduling.ts";
import type { SchedulingPolicy } from "./scheduling-policy.ts";

/** What a scheduler with one slot makes of steps that do as the one before: how many there can be, and what they leave behind. */
export class SteadySteps {
  /** Blocks that those steps have opened. */
  private opened = 0;
  /** Tokens that they and the one before them made, and the last of those that have ended. */
  private made = 0;
  private madeLast = 0;

  constructor(
    private readonly core: EngineCore,
    private readonly policy: SchedulingPolicy,
    private readonly intake: Intake | null,
    private readonly inbox: Inbox,
    private readonly slot: Slot,
  ) {}

  /** Steps, at most `most`, that can follow the one in flight: they only decode, nobody comes or goes, kept out like that, and blocks last. */
  foreseen(most: number, blockedBy: number): number {
    const { core, inbox, intake, policy, slot } = this;
    // Steps push blocks into stores at their own time.
    if (core.tiers?.keepsEvicted === true) return 0;
    const decodesAlone = slot.chunkCount === 0 && slot.decodes && core.partial.count === 0 && !core.decoders.isHolding;
    const isSteady = decodesAlone && policy.isSteady && inbox.count === 0 && (intake === null || intake.isSteady(blockedBy));
    return isSteady ? core.decoders.of(0).steadySteps(most, core.pool.free - (policy.keepsFree ?? 0)) : 0;
  }

  /** Tokens that each request gains in so many steps, the one in flight and those behind it. */
  gainedAfter(steps: number): number {
    return this.core.decoders.of(0).gainedAfter(steps);
  }

  /** Tokens of the step in flight. */
  get tokens(): number {
    const { size, gain } = this.core.decoders.of(0);
    return size * gain;
  }

  /** The one in flight has ended. */
  begin(now: number): void {
    this.core.decoders.recordGaps(this.core.decoders.of(0), now);
    this.opened = 0;
    this.made = 0;
  }

  /** A step has ended, the next one begins; returns the blocks that it opens. */
  next(): number {
    const { core } = this;
    const cohort = core.decoders.of(0);
    if (cohort.size === 0) return 0;
    this.madeLast = this.tokens;
    this.made += this.madeLast;
    cohort.advance();
    cohort.plan();
    core.openBlocks(cohort);
    const { opening } = cohort;
    this.opened += opening;
    return opening;
  }

  /** So many have followed, the last of them is in flight; the one before it ended at `lastEnd`. */
  end(steps: number, lastEnd: number): void {
    const { core, opened } = this;
    const cohort = core.decoders.of(0);
    core.made.add(this.made, this.madeLast, lastEnd);
    cohort.lastFinish = lastEnd;
    this.slot.batch.decodeContext = cohort.context;
    this.inbox.skip(steps);
    this.policy.skip(steps, opened);
    core.totals.usedBlocks += opened;
  }
}
