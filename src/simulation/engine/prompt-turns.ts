import type { Scheduling } from "../../deployment/settled.ts";
import type { EngineCore } from "./engine-core.ts";

/** Whether the schedulers of one engine, which step together, may begin prompts in this step. */
export interface PromptTurns {
  readonly isOpen: boolean;
  /** Called before each step of the engine. */
  decide(): void;
  /** As if it had been called before each of so many steps, in which nobody came, went or waited. */
  skip(steps: number): void;
}

const always: PromptTurns = {
  isOpen: true,
  decide() {
    // Each on its own.
  },
  skip() {
    // Nothing is counted.
  },
};

export function promptTurns(scheduling: Scheduling, cores: readonly EngineCore[]): PromptTurns {
  if (scheduling.engine !== "tensorrt-llm" || !scheduling.balance) return always;
  return new BalancedTurns(cores, scheduling.balance.timeoutSteps, scheduling.balance.batchingSteps);
}

/**
 * Attention replicas of TensorRT-LLM that are balanced compute prompts in the same steps, since all wait for the slowest: when every one
 * has some, or when the time is up (py_executor.py of 1.2, _balance_adp_requests).
 */
class BalancedTurns implements PromptTurns {
  isOpen = true;
  private waited = 0;
  private batched = 0;

  constructor(
    private readonly cores: readonly EngineCore[],
    private readonly timeoutSteps: number,
    private readonly batchingSteps: number,
  ) {}

  decide(): void {
    const answer = this.cores.every(hasAnswers);
    if (this.cores.every(hasPrompts)) {
      this.waited = 0;
      this.isOpen = !answer || this.batched >= this.batchingSteps;
      if (answer) this.batched = this.isOpen ? 0 : this.batched + 1;
      return;
    }
    // The clock runs whether anybody waits or not.
    this.waited++;
    this.isOpen = !answer || this.waited >= this.timeoutSteps;
    if (this.isOpen) this.waited = 0;
  }

  skip(steps: number): void {
    const counted = this.cores.every(hasAnswers) ? (this.waited + steps) % Math.max(1, this.timeoutSteps) : 0;
    this.waited = counted;
    this.isOpen = counted === 0;
  }
}

function hasAnswers({ running, partial }: EngineCore): boolean {
  return running.count > partial.count;
}

function hasPrompts({ running, partial, waiting, limits }: EngineCore): boolean {
  return partial.count > 0 || (waiting.head >= 0 && running.count < limits.maxNumSeqs);
}
