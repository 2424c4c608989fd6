import type { Splitwise } from "../../../deployment/systems/splitwise.ts";
import type { Cluster } from "../../placement/cluster.ts";
import type { Core } from "../../placement/fleet.ts";
import { leastOf } from "../../placement/loads.ts";
import type { Placement } from "../../placement/placement.ts";
import { leavesAnswered, pushed, type Requests, streamed } from "../../requests.ts";

type Pool = "prompt" | "mixed" | "token";

/**
 * Splitwise's cluster scheduler (arXiv 2311.18677, 4.1; MixedPoolScheduler of splitwise-sim 3780880): at arrival a machine for the prompt, that
 * with the fewest pending tokens, and one for the tokens, that with the least memory spoken for. One that has too long a queue, or too
 * little memory, is passed over for the mixed pool; where that has none either, it takes in the least loaded machine of the other pool,
 * and gives it back when it is empty.
 */
export class SplitwisePlacement implements Placement {
  readonly beatEvery = Number.POSITIVE_INFINITY;
  private readonly pools: Readonly<Record<Pool, Core[]>> = { prompt: [], mixed: [], token: [] };
  // By core.
  private readonly home: readonly Pool[];
  private readonly pendingTokens: Float64Array;
  /** Blocks of requests that are or will be there, their whole answers included. */
  private readonly spokenFor: Float64Array;
  private readonly requestsThere: Int32Array;

  constructor(
    private readonly requests: Requests,
    private readonly cluster: Cluster,
    private readonly system: Splitwise,
  ) {
    const { cores, replicas } = cluster;
    const pool = { prefill: "prompt", mixed: "mixed", decode: "token" } as const;
    this.home = cores.map(({ replica }) => pool[replicas[replica]?.role ?? "mixed"]);
    for (const core of cores) this.pools[this.home[core.index] as Pool].push(core);
    this.pendingTokens = new Float64Array(cores.length);
    this.spokenFor = new Float64Array(cores.length);
    this.requestsThere = new Int32Array(cores.length);
  }

  arrive(r: number): number {
    const { requests } = this;
    const [promptCore, tokenCore] = this.choose(r);
    this.enter(promptCore, requests.prompt[r] as number, this.promptBlocks(r, promptCore));
    if (promptCore === tokenCore || (requests.output[r] as number) <= 1) {
      this.spokenFor[promptCore.index] = (this.spokenFor[promptCore.index] as number) + this.answerBlocks(r, promptCore);
      return promptCore.index;
    }
    this.enter(tokenCore, 1, this.promptBlocks(r, tokenCore) + this.answerBlocks(r, tokenCore));
    requests.leaving[r] = leavesAnswered;
    requests.moving[r] = (requests.prompt[r] as number) < this.system.serialBelowTokens ? pushed : streamed;
    requests.decodeCore[r] = tokenCore.index;
    return promptCore.index;
  }

  promptDone(r: number): void {
    const core = this.promptCore(r);
    this.pendingTokens[core.index] = (this.pendingTokens[core.index] as number) - (this.requests.prompt[r] as number);
  }

  leave(r: number): number {
    const core = this.promptCore(r);
    this.exit(core, this.requests.prompt[r] as number, this.promptBlocks(r, core));
    return this.requests.decodeCore[r] as number;
  }

  finish(r: number): void {
    const at = this.requests.decodeCore[r] as number;
    const core = at >= 0 ? (this.cluster.cores[at] as Core) : this.promptCore(r);
    this.exit(core, at >= 0 ? 1 : 0, this.promptBlocks(r, core) + this.answerBlocks(r, core));
  }

  beat(): void {
    // Nothing changes by itself.
  }

  private choose(r: number): readonly [prompt: Core, token: Core] {
    const { pools } = this;
    let prompt = this.promptMachine(pools.prompt, r) ?? this.promptMachine(pools.mixed, r);
    let token = this.tokenMachine(pools.token, r) ?? this.tokenMachine(pools.mixed, r);
    if (!prompt && pools.token.length > 0) prompt = this.takeIn("token", this.pending);
    if (!token && pools.prompt.length > 0) token = this.takeIn("prompt", this.memory);
    if (prompt && token) return [prompt, token];
    const least = leastOf([...pools.prompt, ...pools.mixed, ...pools.token], this.pending);
    return [least, least];
  }

  private readonly pending = ({ index }: Core): number => this.pendingTokens[index] as number;
  private readonly memory = ({ index }: Core): number => this.spokenFor[index] as number;

  private promptMachine(cores: readonly Core[], r: number): Core | undefined {
    if (cores.length === 0) return undefined;
    const core = leastOf(cores, this.pending);
    const isLong = this.pending(core) + (this.requests.prompt[r] as number) > this.system.pendingTokens;
    return isLong && core.scheduler.waitingCount > 0 ? undefined : core;
  }

  private tokenMachine(cores: readonly Core[], r: number): Core | undefined {
    if (cores.length === 0) return undefined;
    const core = leastOf(cores, this.memory);
    const needed = this.promptBlocks(r, core) + this.answerBlocks(r, core);
    return this.memory(core) + needed >= core.scheduler.core.pool.usable ? undefined : core;
  }

  /** The least loaded machine of a pool becomes mixed. */
  private takeIn(pool: "prompt" | "token", load: (core: Core) => number): Core {
    const core = leastOf(this.pools[pool], load);
    this.moveTo(core, pool, "mixed");
    return core;
  }

  private moveTo(core: Core, from: Pool, to: Pool): void {
    const pool = this.pools[from];
    pool.splice(pool.indexOf(core), 1);
    this.pools[to].push(core);
  }

  private enter({ index }: Core, tokens: number, blocks: number): void {
    this.pendingTokens[index] = (this.pendingTokens[index] as number) + tokens;
    this.spokenFor[index] = (this.spokenFor[index] as number) + blocks;
    this.requestsThere[index] = (this.requestsThere[index] as number) + 1;
  }

  /** An empty machine goes back to its own pool. */
  private exit(core: Core, tokens: number, blocks: number): void {
    const { index } = core;
    this.pendingTokens[index] = (this.pendingTokens[index] as number) - tokens;
    this.spokenFor[index] = (this.spokenFor[index] as number) - blocks;
    this.requestsThere[index] = (this.requestsThere[index] as number) - 1;
    const home = this.home[index] as Pool;
    if (this.requestsThere[index] === 0 && home !== "mixed" && this.pools.mixed.includes(core)) this.moveTo(core, "mixed", home);
  }

  private promptBlocks(r: number, { scheduler }: Core): number {
    return Math.ceil(((this.requests.prompt[r] as number) + 1) / scheduler.core.limits.blockTokens);
  }

  private answerBlocks(r: number, { scheduler }: Core): number {
    return Math.ceil((this.requests.output[r] as number) / scheduler.core.limits.blockTokens);
  }

  private promptCore(r: number): Core {
    return this.cluster.cores[this.requests.promptCore[r] as number] as Core;
  }
}
