import { describe, expect, it } from "vitest";
import { PrefixStore } from "../../../src/simulation/mooncake/prefix-store.ts";

const chain = (...ids: readonly number[]): [Int32Array, number, number] => [Int32Array.from(ids), 0, ids.length];

describe("prefix blocks in a node's DRAM", () => {
  it("match from the start of the chain to the first block that is not there", () => {
    const store = new PrefixStore(10);
    store.keep(...chain(1, 2, 3));
    expect(store.match(...chain(1, 2, 3, 4))).toBe(3);
    expect(store.match(...chain(1, 2, 9, 3))).toBe(2);
    expect(store.match(...chain(2, 3))).toBe(2);
    expect(store.match(...chain(9, 1, 2))).toBe(0);
    expect(store.match(...chain())).toBe(0);
  });

  it("give up the chain that was used longest ago, its tail first", () => {
    const store = new PrefixStore(4);
    store.keep(...chain(1, 2, 3));
    store.keep(...chain(4, 5));
    expect(store.count).toBe(4);
    expect(store.match(...chain(1, 2, 3))).toBe(2);
    store.keep(...chain(1));
    store.keep(...chain(6, 7));
    // Of 2, 4 and 5 the last use lies behind that of 1.
    expect([store.match(...chain(1)), store.match(...chain(2)), store.match(...chain(4, 5))]).toEqual([1, 0, 1]);
  });

  it("keep the beginning of a chain that is longer than the store", () => {
    const store = new PrefixStore(2);
    store.keep(...chain(1, 2, 3));
    expect(store.match(...chain(1, 2, 3))).toBe(2);
    const none = new PrefixStore(0);
    none.keep(...chain(1));
    expect(none.match(...chain(1))).toBe(0);
  });

  it("grow to any number of blocks without a limit", () => {
    const store = new PrefixStore(Number.POSITIVE_INFINITY);
    const ids = Array.from({ length: 5000 }, (_, i) => 3 * i);
    store.keep(...chain(...ids));
    expect(store.match(...chain(...ids))).toBe(5000);
    expect(store.count).toBe(5000);
  });
});
