import { percent, whole } from "../../../catalog/quantity.ts";
import { type Message, message } from "../../../deployment/message.ts";
import type { Tetriinfer } from "../../../deployment/systems/tetriinfer.ts";
import type { Cluster } from "../../placement/cluster.ts";
import type { Core } from "../../placement/fleet.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Source } from "../../random.ts";
import { leavesAnswered, pushed, type Requests } from "../../requests.ts";
import { DecodeDispatch, type DecodeLoads } from "./decode-dispatch.ts";
import { bucketStart } from "./length-predictor.ts";
import { computesPrompts, decodes, RoleFlips, type RoleLoads } from "./role-flips.ts";

/**
 * TetriInfer's global scheduler, cluster monitor and dispatchers: a prompt goes to the instance with the fewest prompt tokens before it, the
 * computed prompt by power of two to one that decodes, as the loads were last told, and its whole cache is sent at once. The client has its
 * first token when the prompt is computed.
 */
export class TetriinferPlacement implements Placement, RoleLoads {
  readonly beatEvery: number;
  readonly roles: RoleFlips;
  private readonly cores: readonly Core[];
  private readonly dispatch: DecodeDispatch;
  /** As last told. */
  private readonly loads: DecodeLoads;
  /** Prompt tokens of each core as last told, and what was sent there since. */
  private readonly pending: Float64Array;
  /** Requests of each core whose prompt is not computed, those on their way to it included. */
  private readonly prompts: Int32Array;
  private readonly heavy: Int32Array;
  private readonly light: Int32Array;
  /** Requests whose answer is not finished and whose prompt is computed. */
  private answering = 0;

  constructor(
    private readonly requests: Requests,
    cluster: Cluster,
    private readonly settings: Tetriinfer,
    source: Source,
  ) {
    this.cores = cluster.cores;
    const count = this.cores.length;
    this.beatEvery = Math.round(settings.monitorSeconds * 1e9);
    const roles = cluster.replicas.flatMap(({ role, cores }) => cores.map(() => (role === "decode" ? decodes : computesPrompts)));
    this.roles = new RoleFlips(roles, settings.flipSeconds * 1e9);
    this.dispatch = new DecodeDispatch(count, source);
    this.loads = { freeTokens: new Float64Array(count), heavy: new Int32Array(count), light: new Int32Array(count) };
    this.pending = new Float64Array(count);
    this.prompts = new Int32Array(count);
    this.heavy = new Int32Array(count);
    this.light = new Int32Array(count);
    this.tell();
  }

  arrive(r: number): number {
    const { requests, pending, roles } = this;
    if ((requests.output[r] as number) > 1) requests.leaving[r] = leavesAnswered;
    requests.moving[r] = pushed;
    let best = -1;
    for (let c = 0; c < pending.length; c++)
      if (roles.role[c] === computesPrompts && (best < 0 || (pending[c] as number) < (pending[best] as number))) best = c;
    pending[best] = (pending[best] as number) + (requests.prompt[r] as number);
    this.prompts[best] = (this.prompts[best] as number) + 1;
    return best;
  }

  leave(r: number): number {
    this.promptDone(r);
    const tokens = (this.requests.prompt[r] as number) + (this.requests.expected[r] as number);
    const core = this.dispatch.choose(tokens, this.loads, this.roles.role);
    const counts = this.isHeavy(r) ? this.heavy : this.light;
    counts[core] = (counts[core] as number) + 1;
    this.answering++;
    return core;
  }

  finish(r: number): void {
    const core = this.requests.decodeCore[r] as number;
    if (core < 0) return;
    const counts = this.isHeavy(r) ? this.heavy : this.light;
    counts[core] = (counts[core] as number) - 1;
    this.answering--;
  }

  /** Its tokens are told with the next beat. */
  promptDone(r: number): void {
    const core = this.requests.promptCore[r] as number;
    this.prompts[core] = (this.prompts[core] as number) - 1;
  }

  beat(now: number): void {
    this.tell();
    this.roles.look(this, now);
  }

  figures(): readonly Message[] {
    const { output, expected } = this.requests;
    const { bucketTokens } = this.settings;
    const right = output.reduce((sum, tokens, r) => sum + (bucketStart(tokens, bucketTokens) === expected[r] ? 1 : 0), 0);
    return [
      message("Of {0} of answers the bucket of {1} tokens was foreseen.", percent(right / output.length), whole(bucketTokens)),
      message("Instances changed their role {0} times.", whole(this.roles.flips)),
    ];
  }

  reset(): void {
    this.roles.flips = 0;
  }

  isIdle(core: number): boolean {
    const { scheduler, instance } = this.cores[core] as Core;
    return instance.isIdle && scheduler.runningCount === 0 && this.prompts[core] === 0;
  }

  /** Those beyond what the instances of a role have in hand. */
  waiting(role: number): number {
    let tokens = 0;
    let running = 0;
    for (const [c, { scheduler }] of this.cores.entries()) {
      if (this.roles.role[c] !== role) continue;
      tokens += Math.max(0, scheduler.core.pendingTokens - this.settings.chunkTokens);
      running += scheduler.runningCount;
    }
    return role === decodes ? Math.max(0, this.answering - running) : tokens;
  }

  private tell(): void {
    const { loads, pending } = this;
    for (const [c, { scheduler, instance }] of this.cores.entries()) {
      instance.catchUp();
      loads.freeTokens[c] = scheduler.freeTokens;
      loads.heavy[c] = this.heavy[c] as number;
      loads.light[c] = this.light[c] as number;
      pending[c] = scheduler.core.pendingTokens;
    }
  }

  private isHeavy(r: number): boolean {
    return (this.requests.expected[r] as number) > this.settings.heavyTokens;
  }
}
