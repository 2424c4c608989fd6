import { describe, expect, it } from "vitest";
import { Transfers } from "../../../src/simulation/placement/transfers.ts";

/** Links in bytes a nanosecond: three quick ones that send, three that receive, and a slow one of each. */
const capacity = Float64Array.of(1, 1, 1, 1, 1, 1, 0.1, 0.1);
const path = (from: number, to: number) => ({ from, to, fromNode: -1, toNode: -1 });

type Start = readonly [r: number, from: number, to: number, bytes: number, at: number];

/** Ends of all transfers, as `request at time`. */
function ends(starts: readonly Start[]): string[] {
  const transfers = new Transfers(capacity);
  const due = [...starts];
  const seen: string[] = [];
  for (let now = 0; due.length > 0 || transfers.nextEnd < Number.POSITIVE_INFINITY; ) {
    now = Math.min(due[0]?.[4] ?? Number.POSITIVE_INFINITY, transfers.nextEnd);
    for (let r = transfers.takeEnded(now); r >= 0; r = transfers.takeEnded(now)) seen.push(`${r} at ${now}`);
    for (let next = due[0]; next && next[4] === now; next = due[0]) {
      transfers.start(next[0], next[3], path(next[1], next[2]), now);
      due.shift();
    }
  }
  return seen;
}

describe("transfers between cores", () => {
  it("take their own time where nobody shares a link", () => {
    expect(
      ends([
        [7, 0, 4, 100, 0],
        [8, 1, 5, 60, 10],
      ]),
    ).toEqual(["8 at 70", "7 at 100"]);
  });

  it("share a link evenly, and have it to themselves again when one is done", () => {
    // Alone from 0 to 50, then two at half the speed: the first needs 100 more, the second has half left then and 50 to go.
    expect(
      ends([
        [1, 0, 4, 100, 0],
        [2, 1, 4, 100, 50],
      ]),
    ).toEqual(["1 at 150", "2 at 200"]);
  });

  it("go as fast as their slowest link lets them", () => {
    // One sender with two, whose receivers are quick. The third has its own sender and a slow receiver.
    expect(
      ends([
        [1, 0, 3, 100, 0],
        [2, 0, 4, 100, 0],
        [3, 1, 7, 9, 0],
      ]),
    ).toEqual(["3 at 90", "1 at 200", "2 at 200"]);
  });

  it("get what others with a slower link leave: rates are max-min fair", () => {
    // The sender's byte a nanosecond: 0.1 to the slow receiver, 0.9 to the quick one until it is done at 100.
    expect(
      ends([
        [1, 0, 7, 20, 0],
        [2, 0, 4, 90, 0],
      ]),
    ).toEqual(["2 at 100", "1 at 200"]);
  });

  it("of nothing end at once", () => {
    expect(ends([[1, 0, 4, 0, 20]])).toEqual(["1 at 20"]);
  });

  it("keep a link in use as long as any of them is there, and move no more than they have", () => {
    const transfers = new Transfers(capacity);
    transfers.start(0, 100, path(0, 4), 0);
    expect(transfers.takeEnded(100)).toBe(0);
    transfers.start(1, 100, path(0, 4), 100);
    expect(transfers.links.busiest(120)).toBe(120);
    while (transfers.takeEnded(200) >= 0);
    expect(transfers.links.busiest(300)).toBe(200);
    expect([...transfers.links.bytes]).toEqual([200, 0, 0, 0, 200, 0, 0, 0]);
    transfers.links.reset(300);
    expect(transfers.links.busiest(400)).toBe(0);
  });
});

describe("a cache that is sent while its prompt is computed", () => {
  const fed = (bytes: number, until: number, last: number, others: readonly Start[] = []): string[] => {
    const transfers = new Transfers(capacity);
    const seen: string[] = [];
    transfers.feed(1, bytes, path(0, 4), until, 0);
    for (const [r, from, to, size] of others) transfers.start(r, size, path(from, to), 0);
    let isClosed = false;
    for (let now = 0; transfers.nextEnd < Number.POSITIVE_INFINITY || !isClosed; ) {
      now = isClosed ? transfers.nextEnd : Math.min(until, transfers.nextEnd);
      for (let r = transfers.takeEnded(now); r >= 0; r = transfers.takeEnded(now)) seen.push(`${r} at ${now}`);
      if (now === until && !isClosed) {
        transfers.close(1, last, now);
        isClosed = true;
      }
    }
    return seen;
  };

  it("is behind by its last layer where the link is quick", () => {
    expect(fed(50, 100, 10)).toEqual(["1 at 110"]);
  });

  it("is behind by what the link could not take meanwhile", () => {
    expect(fed(300, 100, 10)).toEqual(["1 at 310"]);
  });

  it("takes no more of a link than comes about", () => {
    // A quarter of the byte a nanosecond comes about: three quarters are the other's.
    expect(fed(25, 100, 5, [[2, 0, 5, 75, 0]])).toEqual(["2 at 100", "1 at 105"]);
  });
});
