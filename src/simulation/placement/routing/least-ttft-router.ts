import type { Requests } from "../../requests.ts";
import type { Router, RouterContext } from "./router.ts";
import type { Sight } from "./sight.ts";

/**
 * The least predicted time to first token: seconds of prompts already sent there, and of this one behind what is cached there
 * (Mooncake FAST'25, algorithm 1, without copies of caches between instances).
 */
export class LeastTtftRouter implements Router {
  private readonly requests: Requests;
  private readonly sight: Sight;
  private readonly queuedSeconds: Float64Array;
  private readonly seconds: Float64Array;

  constructor({ requests, size, sight }: RouterContext) {
    this.requests = requests;
    this.sight = sight;
    this.queuedSeconds = new Float64Array(size);
    this.seconds = new Float64Array(requests.count);
  }

  choose(r: number): number {
    const { sight, queuedSeconds } = this;
    const prompt = this.requests.prompt[r] as number;
    let best = 0;
    let soonest = Number.POSITIVE_INFINITY;
    for (let target = 0; target < queuedSeconds.length; target++) {
      const own = sight.promptSeconds(target, prompt, sight.cachedTokens(target, r));
      const ttft = (queuedSeconds[target] as number) + own;
      if (ttft >= soonest) continue;
      soonest = ttft;
      best = target;
      this.seconds[r] = own;
    }
    return best;
  }

  sent(r: number, target: number): void {
    this.queuedSeconds[target] = (this.queuedSeconds[target] as number) + (this.seconds[r] as number);
  }

  promptDone(r: number, target: number): void {
    this.queuedSeconds[target] = Math.max(0, (this.queuedSeconds[target] as number) - (this.seconds[r] as number));
  }
}
