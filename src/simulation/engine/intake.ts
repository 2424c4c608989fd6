import type { Scheduling } from "../../deployment/settled.ts";
import type { Admission } from "../placement/core-parts.ts";
import { decoding, pulling } from "../requests.ts";
import type { Cohort } from "./cohort.ts";
import type { EngineCore } from "./engine-core.ts";
import { WaitingQueue } from "./queues.ts";
import { admitted, noBlocks, noSequences } from "./scheduling.ts";

/** Asks for so many tokens of a request's cache, for which there are blocks now. */
export type Pull = (r: number, tokens: number, now: number) => void;

/**
 * The way into an engine core for requests whose prompts others computed: they queue for room, their cache is pulled into blocks kept for it, and they
 * join the next step. Pulling is the decode side's choice, so its queue holds back what the prefill side's cache keeps meanwhile.
 */
export class Intake {
  /** Whose cache is with its prefill instance. */
  private readonly queue: WaitingQueue;
  /** Whose cache is here. */
  private readonly here: WaitingQueue;
  /** Requests that hold blocks and do not run yet. */
  private held = 0;
  /** Blocks kept for the answer of every request (SGLang). */
  private readonly perRequest: number;

  constructor(
    private readonly core: EngineCore,
    private readonly scheduling: Scheduling,
    private readonly pull: Pull,
    /** Of a system whose own rule takes the place of the engine's. */
    private readonly admission: Admission | null,
  ) {
    this.queue = new WaitingQueue(core.requests, core.totals);
    this.here = new WaitingQueue(core.requests, core.totals);
    this.perRequest = scheduling.engine === "sglang" ? Math.ceil(scheduling.reservedDecodeTokens / core.limits.blockTokens) : 0;
  }

  /** Requests that do not run yet. */
  get count(): number {
    return this.queue.count + this.held;
  }

  /** Those that have blocks. */
  get heldCount(): number {
    return this.held;
  }

  enqueue(r: number): void {
    this.queue.append(r);
  }

  /** Nobody joins or is pulled as long as nobody comes or goes, having been kept out like that. */
  isSteady(blockedBy: number): boolean {
    const { here, queue, core } = this;
    if (here.head >= 0 && core.running.count < core.limits.maxNumSeqs) return false;
    return queue.head < 0 || (core.staysOut(blockedBy) && (this.admission?.isSteady ?? true));
  }

  /** Asks for the caches of waiting requests while blocks and sequences last; returns what keeps the next one out. */
  reserve(now: number): number {
    const { core, queue } = this;
    const { requests, pool, limits, running } = core;
    for (let r = queue.head; r >= 0; r = queue.head) {
      // Those that were taken out come first.
      if (core.waiting.head >= 0 && (requests.preemptions[core.waiting.head] as number) > 0) return noBlocks;
      if (running.count + this.held >= limits.maxNumSeqs) return noSequences;
      const coming = (requests.target[r] as number) - 1;
      const hits = pool.findHits(r, coming + 1);
      const cached = hits * limits.blockTokens;
      const fresh = core.blocksFor(cached, coming - cached);
      const answer = this.answerBlocks(r, coming);
      // Alone it starts in a cache that is smaller than what is kept for answers, too; others' caches may be on their way out yet.
      const isAlone = running.count + this.held === 0 && pool.free === pool.usable;
      const kept = isAlone ? 0 : (this.admission?.kept(r, coming) ?? answer + this.keptBlocks());
      if (fresh + pool.stateBlocks + pool.evictableHits + core.asideBlocks + kept > pool.free) return noBlocks;
      queue.takeFirst();
      core.totals.running++;
      // Before its blocks are taken: these may push others into the stores.
      core.tiers?.starts(r, hits);
      pool.admit(r, hits, fresh);
      this.admission?.taken(r, coming);
      this.held++;
      if (this.promises) core.promisedBlocks += answer;
      requests.state[r] = pulling;
      this.pull(r, coming - cached, now);
    }
    return admitted;
  }

  /** The cache of a request has come. */
  arrive(r: number): void {
    this.core.totals.running--;
    this.here.append(r);
  }

  /** Requests whose cache is here decode in the cohort's next step. */
  join(cohort: Cohort, now: number): void {
    const { core, here } = this;
    const { requests, running, limits, decoders, pool } = core;
    for (let r = here.head; r >= 0 && running.count < limits.maxNumSeqs; r = here.head) {
      here.takeFirst();
      this.held--;
      running.append(r);
      const computed = (requests.target[r] as number) - 1;
      this.admission?.joined(r, computed);
      pool.publish(r, computed);
      core.tiers?.computed(r, computed);
      if (Number.isNaN(requests.firstToken[r] as number)) {
        // Its first token came along, and goes out now.
        if (computed === requests.prompt[r]) requests.firstToken[r] = now;
        requests.lastToken[r] = now;
      }
      requests.timeline?.moment("joined", r);
      requests.state[r] = decoding;
      decoders.attach(r, computed, cohort);
      cohort.markOdd(r);
    }
  }

  private get promises(): boolean {
    const { scheduling } = this;
    return scheduling.engine === "phased" || (scheduling.engine === "tensorrt-llm" && scheduling.reservesAnswer);
  }

  /** Blocks of a request's answer that must be free beside those of its prompt. */
  private answerBlocks(r: number, coming: number): number {
    const { prompt, output } = this.core.requests;
    if (this.promises) return this.core.blocksFor(coming, (prompt[r] as number) + (output[r] as number) - 1 - coming);
    return this.perRequest;
  }

  /** Blocks kept for the answers of requests that are here already. */
  private keptBlocks(): number {
    return (this.promises ? this.core.promisedBlocks : 0) + (this.core.running.count + this.held) * this.perRequest;
  }
}
