import type { Tetriinfer } from "../../../deployment/systems/tetriinfer.ts";
import type { EngineCore } from "../../engine/engine-core.ts";
import { waiting } from "../../requests.ts";

/** As they came, shortest first, longest first. */
export type PromptOrder = Tetriinfer["promptOrder"];

/**
 * TetriInfer's local prefill scheduler (arXiv 2401.11181, section 3.3.1): so many prompts at a time are put in order, and none behind them
 * is begun before all of them have been, so that no prompt waits for ever.
 */
export class OrderedPrompts {
  private readonly window: Int32Array;
  /** Begun after the others of its window; −1 = no window yet. */
  private last = -1;

  constructor(
    private readonly core: Pick<EngineCore, "waiting" | "requests">,
    private readonly order: PromptOrder,
    /** PrefillSchedBatch. */
    windowSize: number,
  ) {
    this.window = new Int32Array(windowSize);
  }

  /** Puts the next prompts at the head of the queue in order once those before them have begun. */
  arrange(): void {
    const { core, order, window, last } = this;
    const { waiting: queue, requests } = core;
    if (order === "fcfs" || (last >= 0 && requests.state[last] === waiting)) return;
    let count = 0;
    for (let r = queue.head; r >= 0 && count < window.length; r = queue.head) {
      queue.takeFirst();
      this.insert(r, count++);
    }
    for (let i = count - 1; i >= 0; i--) queue.prepend(window[i] as number);
    this.last = count > 0 ? (window[count - 1] as number) : -1;
  }

  /** Behind those of the same length, which came before it. */
  private insert(r: number, count: number): void {
    const { window } = this;
    const { prompt } = this.core.requests;
    const sign = this.order === "sjf" ? 1 : -1;
    const length = sign * (prompt[r] as number);
    let at = count;
    for (; at > 0 && sign * (prompt[window[at - 1] as number] as number) > length; at--) window[at] = window[at - 1] as number;
    window[at] = r;
  }
}
