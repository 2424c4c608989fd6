import type { Message } from "../../deployment/message.ts";

/**
 * Who serves a request: one implementation a system. Cores are numbered as in `Cluster.cores`, and each may compute prompts, take caches
 * over, or both; a placement sees what is on them. What it decides of a request it writes into `Requests`: `leaving` and `moving`, both 0
 * (stays, pulled) until it says otherwise, `decodeCore` where it knows that before the prompt is computed, and with `copiedTokens` and
 * `copiedFrom` what of the prompt another node has that is copied first.
 */
export interface Placement {
  /** Nanoseconds from one `beat` to the next; Infinity = it needs none. */
  readonly beatEvery: number;
  /** A request arrives: the core that computes its prompt, or −1 where it is refused. */
  arrive(r: number, now: number): number;
  /** What was to be copied from another node for a prompt is there. */
  copied?(r: number, now: number): void;
  /** The prompt of a request that stays is computed. */
  promptDone(r: number, now: number): void;
  /** The prompt of a request that leaves is computed: the core that decodes it, another than that. */
  leave(r: number, now: number): number;
  /** Its last token is there. */
  finish(r: number, now: number): void;
  /** Time has passed: roles may change, loads be told. */
  beat(now: number): void;
  /** What it did beside choosing, a sentence each. */
  figures?(): readonly Message[];
  /** Forgets what it counted so far: it was warm-up. */
  reset?(): void;
}
