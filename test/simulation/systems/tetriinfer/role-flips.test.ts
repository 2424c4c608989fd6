import { describe, expect, it } from "vitest";
import { computesPrompts, decodes, RoleFlips } from "../../../../src/simulation/systems/tetriinfer/role-flips.ts";

const minute = 60e9;

describe("TetriInfer's instance flip", () => {
  const waitingFor = (role: number, idle: readonly number[]) => ({
    isIdle: (instance: number) => idle.includes(instance),
    waiting: (one: number) => (one === role ? 3 : 0),
  });

  it("gives an instance that was idle for a minute the role that others wait for", () => {
    const flips = new RoleFlips([computesPrompts, decodes, decodes], minute);
    const loads = waitingFor(computesPrompts, [1]);
    for (const second of [0, 30, 59.9]) flips.look(loads, second * 1e9);
    expect([...flips.role]).toEqual([computesPrompts, decodes, decodes]);
    flips.look(loads, minute);
    expect([...flips.role]).toEqual([computesPrompts, computesPrompts, decodes]);
    expect(flips.flips).toBe(1);
  });

  it("counts the minute anew after any work, and after a flip", () => {
    const flips = new RoleFlips([computesPrompts, decodes, decodes], minute);
    flips.look(waitingFor(computesPrompts, [1]), 0);
    flips.look(waitingFor(computesPrompts, []), 30e9);
    flips.look(waitingFor(computesPrompts, [1]), 40e9);
    flips.look(waitingFor(computesPrompts, [1]), 70e9);
    expect(flips.flips).toBe(0);
    flips.look(waitingFor(computesPrompts, [1]), 100e9);
    expect(flips.flips).toBe(1);
    flips.look(waitingFor(decodes, [1]), 120e9);
    expect(flips.flips).toBe(1);
    flips.look(waitingFor(decodes, [1]), 160e9);
    expect(flips.flips).toBe(2);
  });

  it("takes away no last instance, and none that nobody waits for", () => {
    const last = new RoleFlips([computesPrompts, decodes], minute);
    const idle = new RoleFlips([computesPrompts, computesPrompts, decodes, decodes], minute);
    for (const time of [0, minute, 2 * minute]) {
      last.look(waitingFor(computesPrompts, [1]), time);
      idle.look(waitingFor(2, [0, 1, 2, 3]), time);
    }
    expect([last.flips, idle.flips]).toEqual([0, 0]);
  });
});
