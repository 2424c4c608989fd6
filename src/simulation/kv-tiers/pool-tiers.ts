import type { StepModel } from "../../timing/step-model.ts";
import type { SchedulerLimits } from "../engine/scheduling.ts";
import { PromptSeconds } from "../placement/prompt-seconds.ts";
import type { Requests } from "../requests.ts";
import { CoreTiers, LoadTotals } from "./core-tiers.ts";
import { Prefetch } from "./prefetch.ts";
import { type TierStores, TierTotals } from "./tier.ts";
import type { TiersPlan } from "./tier-plan.ts";

/** The stores behind all caches of one pool, and what became of them. */
export class PoolTiers {
  readonly loads = new LoadTotals();
  /** One a tier, nearest first. */
  readonly tiers: readonly TierTotals[];
  private readonly reused: Int32Array;
  private readonly gone: Int32Array;
  private readonly fetched: Int32Array;

  constructor(
    readonly plan: TiersPlan,
    private readonly requests: Requests,
    private readonly stores: TierStores,
  ) {
    this.tiers = plan.tiers.map((tier) => new TierTotals(tier, stores.occupancy(tier)));
    this.reused = new Int32Array(requests.count);
    this.gone = new Int32Array(requests.count);
    this.fetched = new Int32Array(plan.prefetch === null ? 0 : requests.count);
  }

  /** Those of a further engine core. */
  coreTiers({ model, limits }: { readonly model: StepModel; readonly limits: SchedulerLimits }): CoreTiers {
    const { requests, plan, loads } = this;
    const own = this.tiers.map((totals) => this.stores.tier(totals.plan, totals));
    const chunkTokens = limits.chunkedPrefill ? limits.maxNumBatchedTokens : Number.POSITIVE_INFINITY;
    const prompt = new PromptSeconds(model, chunkTokens, model.stages > 1);
    const [nearest, ...behind] = own;
    const ahead = plan.prefetch !== null && nearest ? new Prefetch([nearest, ...behind], limits.blockTokens, this.fetched) : null;
    return new CoreTiers(requests, plan, own, loads, prompt, limits.blockTokens, this.reused, this.gone, ahead);
  }

  /** Forgets what was counted so far: it was warm-up. */
  reset(): void {
    this.loads.reset();
    for (const tier of this.tiers) tier.reset();
  }
}
