import { percent, whole } from "../../../catalog/quantity.ts";
import { type Message, message } from "../../../deployment/message.ts";
import type { InfiniteLlm } from "../../../deployment/systems/infinite-llm.ts";
import { retimedSteps } from "../../../timing/retimed-steps.ts";
import type { StepModel } from "../../../timing/step-model.ts";
import type { BlockPool, PooledCache } from "../../engine/block-pool.ts";
import type { EngineCore } from "../../engine/engine-core.ts";
import type { SchedulingPolicy } from "../../engine/scheduling-policy.ts";
import type { ClusterPlan, ClusterPool, PoolLinks } from "../../placement/cluster.ts";
import type { CoreParts } from "../../placement/core-parts.ts";
import { BorrowedBlocks } from "./borrowed-blocks.ts";
import { DebtLedger } from "./debt-ledger.ts";
import { type AttentionLink, RemoteAttention } from "./remote-attention.ts";

/** What Infinite-LLM changes of engine cores: they lend each other blocks, and compute attention where these lie. */
export class InfiniteLlmParts implements CoreParts {
  readonly ledger: DebtLedger;
  readonly cores: BorrowedBlocks[] = [];

  constructor(
    private readonly plan: ClusterPlan,
    private readonly settings: InfiniteLlm,
  ) {
    const cores = plan.pools.reduce((sum, { replicas, engines }) => sum + replicas * engines, 0);
    this.ledger = new DebtLedger(cores, { lentShare: settings.lentShare, heartbeat: Math.round(settings.heartbeatSeconds * 1e9) });
  }

  blocks(cache: PooledCache): BlockPool {
    const blocks = new BorrowedBlocks(cache, this.ledger);
    this.cores.push(blocks);
    return blocks;
  }

  model(own: StepModel, core: number, pool: number): StepModel {
    const attention = new RemoteAttention(own, this.cores[core] as BorrowedBlocks, this.link(pool));
    return retimedSteps(own, { stageSeconds: (batch, stage) => attention.stageSeconds(batch, stage) });
  }

  /** Before a step is filled, reports come in, and borrowed blocks come home as the link allows. */
  policy(own: SchedulingPolicy, core: EngineCore, index: number, pool: number): SchedulingPolicy {
    const blocks = this.cores[index] as BorrowedBlocks;
    const { bytesPerSecond, tokenBytes } = this.link(pool);
    const blocksPerNanosecond = (this.settings.migrationShare * bytesPerSecond) / (tokenBytes * core.limits.blockTokens) / 1e9;
    // What the link could have moved and has not; no more than between two reports, as a link that was idle is no faster.
    const mostBlocks = Math.max(1, blocksPerNanosecond * this.settings.heartbeatSeconds * 1e9);
    let movable = 0;
    let last = 0;
    return {
      fill: (slot, cohort, now) => {
        this.ledger.advance(now);
        // Those that decode here may each open a block soon: room for these stays.
        const room = blocks.ownFree - core.running.count;
        movable = Math.min(mostBlocks, movable + (now - last) * blocksPerNanosecond);
        last = now;
        if (blocks.borrowed > 0 && room > 0) movable -= blocks.bringHome(Math.min(room, Math.floor(movable)));
        return own.fill(slot, cohort, now);
      },
      isSteady: false,
      skip: (steps, opened) => own.skip(steps, opened),
    };
  }

  figures(): readonly Message[] {
    const { ledger, cores } = this;
    const all = cores.reduce((sum, { ownUsable }) => sum + ownUsable, 0);
    const home = cores.reduce((sum, { migrated }) => sum + migrated, 0);
    return [
      message(
        "At most {0} KV blocks lay on other instances at once, {1} of all; {2} came home before their request ended.",
        whole(ledger.mostLent),
        percent(all > 0 ? ledger.mostLent / all : 0),
        whole(home),
      ),
    ];
  }

  reset(): void {
    this.ledger.reset();
    for (const blocks of this.cores) blocks.migrated = 0;
  }

  /** Over the nodes' network, unless all stand on one. */
  private link(pool: number): AttentionLink {
    const { links, pools, nodes, layers, queryBytes } = this.plan;
    const { ports } = pools[pool] as ClusterPool;
    const { near, far } = (links[pool] as readonly PoolLinks[])[pool] as PoolLinks;
    const isOneNode = nodes.every((node) => node === nodes[0]);
    const { latencySeconds, bytesPerToken } = isOneNode ? near : far;
    const between = Math.min(ports.far, this.settings.nodeBytesPerSecond ?? ports.far);
    return { bytesPerSecond: isOneNode ? ports.near : between, latencySeconds, queryBytes, tokenBytes: bytesPerToken, layers };
  }
}
