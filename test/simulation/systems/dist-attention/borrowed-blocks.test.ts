import { describe, expect, it } from "vitest";
import { BorrowedBlocks } from "../../../../src/simulation/systems/dist-attention/borrowed-blocks.ts";
import { DebtLedger } from "../../../../src/simulation/systems/dist-attention/debt-ledger.ts";

const cache = { stateBlocks: 0, blockTokens: 16 };

/** Instances with so many blocks each, half of which others may hold, that report every 100 ns. */
function instances(...usable: readonly number[]) {
  const ledger = new DebtLedger(usable.length, { lentShare: 0.5, heartbeat: 100 });
  const pools = usable.map((usableBlocks) => new BorrowedBlocks({ ...cache, usableBlocks }, ledger));
  const [first, second, third] = pools;
  if (!first || !second) throw new Error("two instances at least");
  return { ledger, pools, first, second, third };
}

describe("blocks that instances lend each other", () => {
  it("are borrowed when those at home run out, of the one that has most", () => {
    const { ledger, first, second, third } = instances(10, 20, 40);
    // 10 at home, half of 20 and of 40 elsewhere.
    expect(first.free).toBe(40);
    first.admit(0, 0, 12);
    expect([first.borrowed, [...ledger.lent]]).toEqual([2, [0, 0, 2]]);
    expect([first.ownFree, first.free, first.usable - first.free]).toEqual([0, 28, 12]);
    expect(third?.ownFree).toBe(38);
    first.extend(0, 20);
    expect([...ledger.lent]).toEqual([0, 2, 20]);
    expect([first.remoteTokens, first.mostRemoteTokens, second.lentTokens]).toEqual([22 * 16, 20 * 16, 2 * 16]);
    expect([ledger.mostLent, first.debtors]).toEqual([22, 1]);
  });

  it("go back when the request leaves", () => {
    const { ledger, first, second } = instances(10, 20);
    first.admit(0, 0, 15);
    first.admit(1, 0, 3);
    first.release(0, 15 * 16);
    expect([first.ownFree, first.borrowed, first.debtors, [...ledger.lent]]).toEqual([10, 3, 1, [0, 3]]);
    first.release(1, 3 * 16);
    expect([first.ownFree, first.borrowed, first.debtors, second.ownFree]).toEqual([10, 0, 0, 20]);
  });

  it("come home where there is room", () => {
    const { ledger, first } = instances(10, 20);
    first.admit(0, 0, 8);
    first.admit(1, 0, 6);
    first.release(0, 8 * 16);
    expect(first.bringHome(3)).toBe(3);
    expect([first.ownFree, first.borrowed, [...ledger.lent]]).toEqual([5, 1, [0, 1]]);
    expect(first.bringHome(100)).toBe(1);
    expect([first.ownFree, first.borrowed, first.debtors, first.migrated]).toEqual([4, 0, 0, 4]);
    first.release(1, 6 * 16);
    expect(first.ownFree).toBe(10);
  });

  it("are not lent by who borrows, nor borrowed by who lends", () => {
    const { first, second, third } = instances(10, 20, 20);
    first.admit(0, 0, 25);
    // The second lends 10 and the third 5: neither borrows, and nobody borrows of the first.
    expect([second.free, third?.free]).toEqual([10, 15]);
    second.admit(1, 0, 10);
    expect(second.free).toBe(0);
  });

  it("are lent as the last report says, and refused where they have gone since", () => {
    const { ledger, first, second } = instances(10, 20);
    second.admit(0, 0, 18);
    ledger.advance(0);
    // It reports 2 free blocks; what it gets back is known with the next report.
    expect(first.free).toBe(12);
    second.release(0, 18 * 16);
    ledger.advance(99);
    expect(first.free).toBe(12);
    ledger.advance(100);
    expect(first.free).toBe(20);
    second.admit(1, 0, 19);
    expect(first.free).toBe(11);
  });
});
