import { describe, expect, it } from "vitest";
import { Channel } from "../../../src/simulation/kv-tiers/channel.ts";
import { nameless, TierStore } from "../../../src/simulation/kv-tiers/tier-store.ts";

describe("a store of KV blocks", () => {
  it("gives up the block that was used longest ago", () => {
    const store = new TierStore(2);
    store.put(1, 0, 0);
    store.put(2, 0, 0);
    store.use(1, 0);
    store.put(3, 0, 0);
    expect([1, 2, 3].map((key) => store.has(key))).toEqual([true, false, true]);
    expect(store.count).toBe(2);
    expect(store.evictions).toBe(1);
  });

  it("finds a block from the end of its copy on, and counts it from the start", () => {
    const store = new TierStore(2);
    store.put(7, 100, 150);
    expect(store.count).toBe(1);
    expect(store.has(7)).toBe(true);
    expect(store.isReady(7, 149)).toBe(false);
    expect(store.isReady(7, 150)).toBe(true);
    expect(store.readyTime(7)).toBe(150);
  });

  it("keeps nothing where all that could go is being copied", () => {
    const store = new TierStore(1);
    store.put(1, 0, 50);
    expect(store.put(2, 49, 60)).toBe(false);
    store.use(1, 80);
    expect(store.put(2, 79, 90)).toBe(false);
    expect(store.put(2, 80, 90)).toBe(true);
    expect(store.has(1)).toBe(false);
  });

  it("lets blocks without a name take room and never be found", () => {
    const store = new TierStore(2);
    store.put(5, 0, 0);
    store.put(nameless, 0, 0);
    store.put(nameless, 0, 0);
    expect(store.has(5)).toBe(false);
    expect(store.count).toBe(2);
    store.put(6, 0, 0);
    expect(store.has(6)).toBe(true);
  });

  it("keeps nothing in a store without room", () => {
    expect(new TierStore(0).put(1, 0, 0)).toBe(false);
  });

  it("agrees with a plain list on long random histories", () => {
    let state = 9;
    const random = (most: number) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >>> 8) % most;
    };
    const store = new TierStore(700);
    let list: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      const key = random(1500);
      expect(store.has(key)).toBe(list.includes(key));
      if (list.includes(key)) {
        store.use(key, 0);
        list = [...list.filter((other) => other !== key), key];
      } else {
        store.put(key, 1, 1);
        list = [...list, key].slice(-700);
      }
    }
    expect(store.count).toBe(700);
  });
});

describe("a channel", () => {
  it("carries transfers one behind the other and never faster than it can", () => {
    const channel = new Channel();
    expect(channel.take(10, 0)).toBe(10);
    // Asked for at 5, it waits for the first.
    expect(channel.take(10, 5)).toBe(20);
    // Idle from 20 to 100.
    expect(channel.take(10, 100)).toBe(110);
    expect(channel.busy).toBe(30);
    channel.reset(104);
    expect(channel.busy).toBe(6);
  });
});
