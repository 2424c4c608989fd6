import { describe, expect, it } from "vitest";
import { WaitingQueue } from "../../../../src/simulation/engine/queues.ts";
import { computing, Requests } from "../../../../src/simulation/requests.ts";
import { OrderedPrompts, type PromptOrder } from "../../../../src/simulation/systems/tetriinfer/prompt-order.ts";
import { drawLoad } from "../../../../src/simulation/workload/load.ts";

/** The order in which prompts of these lengths begin, two in each step. */
function begun(prompts: readonly number[], order: PromptOrder, windowSize: number): number[] {
  const { load } = drawLoad(
    { kind: "requests", requests: prompts.map((promptTokens) => ({ arrivalSeconds: 0, promptTokens, outputTokens: 1 })) },
    1,
  );
  if (!load) throw new Error("no load");
  const requests = new Requests(load);
  const totals = { waiting: 0 };
  const waiting = new WaitingQueue(requests, totals);
  prompts.forEach((_, r) => {
    waiting.append(r);
  });
  const ordered = new OrderedPrompts({ waiting, requests }, order, windowSize);
  const lengths: number[] = [];
  while (waiting.head >= 0) {
    ordered.arrange();
    expect(totals.waiting).toBe(prompts.length - lengths.length);
    for (let i = 0; i < 2 && waiting.head >= 0; i++) {
      lengths.push(prompts[waiting.head] as number);
      requests.state[waiting.head] = computing;
      waiting.takeFirst();
    }
  }
  return lengths;
}

describe("TetriInfer's order of prompts", () => {
  const prompts = [500, 100, 300, 700, 50, 60, 10];

  it.each([
    ["fcfs", prompts],
    // Windows of 500, 100, 300, 700 and of 50, 60, 10.
    ["sjf", [100, 300, 500, 700, 10, 50, 60]],
    ["ljf", [700, 500, 300, 100, 60, 50, 10]],
  ] as const)("%s within a window", (order, expected) => {
    expect(begun(prompts, order, 4)).toEqual(expected);
  });

  it("lets nobody past the window before its last prompt has begun", () => {
    expect(begun([9, 8, 7, 1], "sjf", 3)).toEqual([7, 8, 9, 1]);
  });
});
