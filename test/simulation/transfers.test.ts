import { describe, expect, it } from "vitest";
import { Transfers } from "../../src/simulation/transfers.ts";

/** Ends of all transfers, as `request at time`, each told `[request, from, to, sending, receiving, start]`. */
function ends(
  starts: readonly (readonly [r: number, from: number, to: number, sending: number, receiving: number, at: number])[],
): string[] {
  const transfers = new Transfers(starts.length, 8);
  const due = [...starts];
  const seen: string[] = [];
  for (let now = 0; due.length > 0 || transfers.nextEnd < Number.POSITIVE_INFINITY; ) {
    now = Math.min(due[0]?.[5] ?? Number.POSITIVE_INFINITY, transfers.nextEnd);
    for (let r = transfers.takeEnded(now); r >= 0; r = transfers.takeEnded(now)) seen.push(`${r} at ${now}`);
    for (let next = due[0]; next && next[5] === now; next = due[0]) {
      transfers.start(next[0], next[1], next[2], next[3], next[4], now);
      due.shift();
    }
  }
  return seen;
}

describe("transfers between pools", () => {
  it("take their own time where nobody shares a port", () => {
    expect(
      ends([
        [7, 0, 4, 100, 100, 0],
        [8, 1, 5, 60, 60, 10],
      ]),
    ).toEqual(["8 at 70", "7 at 100"]);
  });

  it("share a port evenly, and have it to themselves again when one is done", () => {
    // Alone from 0 to 50, then two at half the speed: the first needs 100 more, the second has half left then and 50 to go.
    expect(
      ends([
        [1, 0, 4, 100, 100, 0],
        [2, 1, 4, 100, 100, 50],
      ]),
    ).toEqual(["1 at 150", "2 at 200"]);
  });

  it("go as fast as the slower of their two ports lets them", () => {
    // One sender with two, whose receivers are quick: 2 × 100 each. The third has its own sender and a slow receiver.
    expect(
      ends([
        [1, 0, 4, 100, 30, 0],
        [2, 0, 5, 100, 30, 0],
        [3, 1, 6, 10, 90, 0],
      ]),
    ).toEqual(["3 at 90", "1 at 200", "2 at 200"]);
  });

  it("of nothing end at once", () => {
    expect(ends([[1, 0, 4, 0, 0, 20]])).toEqual(["1 at 20"]);
  });

  it("keep a port in use as long as any of them is there", () => {
    const transfers = new Transfers(2, 2);
    transfers.start(0, 0, 1, 100, 100, 0);
    expect(transfers.takeEnded(100)).toBe(0);
    transfers.start(1, 0, 1, 100, 100, 100);
    expect(transfers.busiest(120)).toBe(120);
    while (transfers.takeEnded(200) >= 0);
    expect(transfers.busiest(300)).toBe(200);
    transfers.reset(300);
    expect(transfers.busiest(400)).toBe(0);
  });
});
