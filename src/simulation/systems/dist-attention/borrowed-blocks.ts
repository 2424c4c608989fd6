import type { BlockPool, PooledCache } from "../../engine/block-pool.ts";
import type { DebtLedger, Lender } from "./debt-ledger.ts";

/**
 * Infinite-LLM's rManager: the blocks of one instance, and those that it borrows when its own run out. Counts only. A request's first
 * blocks are at home as long as there are any, and its debts are repaid when it leaves, or as room at home allows.
 */
export class BorrowedBlocks implements BlockPool, Lender {
  readonly evictableHits = 0;
  readonly stateBlocks: number;
  readonly ownUsable: number;
  /** Blocks that requests here hold of others. */
  borrowed = 0;
  /** Those that came home while their request went on. */
  migrated = 0;
  /** Requests that hold blocks of others. */
  debtors = 0;
  readonly index: number;
  private readonly blockTokens: number;
  /** Of its own blocks, those that requests here hold. */
  private used = 0;
  // A loan is one creditor's part of one request.
  private readonly request: number[] = [];
  private readonly creditor: number[] = [];
  private readonly blocks: number[] = [];

  constructor(
    { usableBlocks, stateBlocks, blockTokens }: PooledCache,
    private readonly ledger: DebtLedger,
  ) {
    this.ownUsable = usableBlocks;
    this.stateBlocks = stateBlocks;
    this.blockTokens = blockTokens;
    this.index = ledger.join(this);
  }

  get ownFree(): number {
    return this.ownUsable - this.used - (this.ledger.lent[this.index] as number);
  }

  /** What is free at home and what others would lend. */
  get free(): number {
    const own = this.ownFree;
    // Who has lent does not borrow: debts form no chains.
    return (this.ledger.lent[this.index] as number) > 0 ? own : own + this.ledger.availableTo(this.index);
  }

  get usable(): number {
    return this.used + this.borrowed + this.free;
  }

  /** Tokens of context that lie with the creditor that has most of them, and with all. */
  get mostRemoteTokens(): number {
    let most = 0;
    for (let i = 0; i < this.blocks.length; i++) {
      let sum = 0;
      for (let j = 0; j < this.blocks.length; j++) if (this.creditor[j] === this.creditor[i]) sum += this.blocks[j] as number;
      most = Math.max(most, sum);
    }
    return most * this.blockTokens;
  }

  get remoteTokens(): number {
    return this.borrowed * this.blockTokens;
  }

  /** Tokens of others' context that lie here. */
  get lentTokens(): number {
    return (this.ledger.lent[this.index] as number) * this.blockTokens;
  }

  findHits(): number {
    return 0;
  }

  admit(r: number, _hits: number, fresh: number): void {
    this.take(r, fresh + this.stateBlocks);
  }

  extend(r: number, fresh: number): void {
    this.take(r, fresh);
  }

  publish(): void {
    // Nothing is ever hit.
  }

  release(r: number, computed: number): void {
    let held = Math.ceil(computed / this.blockTokens) + this.stateBlocks;
    for (let loan = this.request.length - 1; loan >= 0; loan--) {
      if (this.request[loan] !== r) continue;
      const blocks = this.blocks[loan] as number;
      held -= blocks;
      this.repay(loan, blocks);
    }
    this.used -= held;
  }

  /** Brings up to so many borrowed blocks home, the youngest debts first, where there is room; returns how many came. */
  bringHome(most: number): number {
    let left = Math.min(most, this.ownFree);
    const came = left;
    for (let loan = this.request.length - 1; loan >= 0 && left > 0; loan--) {
      const blocks = Math.min(left, this.blocks[loan] as number);
      left -= blocks;
      this.used += blocks;
      this.repay(loan, blocks);
    }
    this.migrated += came - left;
    return came - left;
  }

  private take(r: number, count: number): void {
    const own = Math.min(count, Math.max(0, this.ownFree));
    this.used += own;
    let left = count - own;
    while (left > 0) {
      const creditor = this.ledger.recommend(this.index);
      if (creditor < 0) throw new Error("More blocks were taken than are free.");
      const lent = this.ledger.lend(creditor, this.index, left);
      this.note(r, creditor, lent);
      this.borrowed += lent;
      left -= lent;
    }
  }

  private note(r: number, creditor: number, blocks: number): void {
    let isNew = true;
    for (let loan = 0; loan < this.request.length; loan++) {
      if (this.request[loan] !== r) continue;
      isNew = false;
      if (this.creditor[loan] !== creditor) continue;
      this.blocks[loan] = (this.blocks[loan] as number) + blocks;
      return;
    }
    if (isNew) this.debtors++;
    this.request.push(r);
    this.creditor.push(creditor);
    this.blocks.push(blocks);
  }

  private repay(loan: number, blocks: number): void {
    const r = this.request[loan] as number;
    this.ledger.repay(this.creditor[loan] as number, blocks);
    this.borrowed -= blocks;
    this.blocks[loan] = (this.blocks[loan] as number) - blocks;
    if (this.blocks[loan] !== 0) return;
    for (const list of [this.request, this.creditor, this.blocks]) list.splice(loan, 1);
    if (!this.request.includes(r)) this.debtors--;
  }
}
