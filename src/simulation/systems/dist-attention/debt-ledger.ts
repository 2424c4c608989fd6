/** How instances lend blocks to each other. */
export interface Lending {
  /** Largest share of an instance's blocks that others may hold. */
  readonly lentShare: number;
  /** Nanoseconds between two reports of an instance's free blocks. */
  readonly heartbeat: number;
}

/** The blocks of one instance as the ledger sees them. */
export interface Lender {
  readonly ownUsable: number;
  /** Blocks of its own that nobody holds. */
  readonly ownFree: number;
  /** Blocks that it holds of others. */
  readonly borrowed: number;
}

/**
 * Infinite-LLM's gManager (arXiv 2401.02669, section 5): instances report their free blocks from time to time, and the ledger says whom an
 * instance in need may ask. Asked is the instance itself: it refuses beyond its cap, when its blocks have gone meanwhile, and when it
 * borrows itself, so that debts never form chains.
 */
export class DebtLedger {
  /** Blocks lent, by instance. */
  readonly lent: Int32Array;
  /** Most blocks that were lent at once. */
  mostLent = 0;
  private lentNow = 0;
  private readonly lenders: Lender[] = [];
  private readonly reportedFree: Int32Array;
  private readonly nextReport: Float64Array;
  private now = 0;

  constructor(
    instances: number,
    private readonly lending: Lending,
  ) {
    this.lent = new Int32Array(instances);
    this.reportedFree = new Int32Array(instances);
    this.nextReport = new Float64Array(instances);
  }

  /** The next instance; returns its number. */
  join(lender: Lender): number {
    this.lenders.push(lender);
    return this.lenders.length - 1;
  }

  /** Time passes: reports that are due have come. */
  advance(now: number): void {
    this.now = now;
  }

  /** Blocks that others would lend it now. */
  availableTo(debtor: number): number {
    let sum = 0;
    for (let creditor = 0; creditor < this.lenders.length; creditor++) sum += this.lendable(creditor, debtor);
    return sum;
  }

  /** Most blocks that an instance can ever hold beside its own. */
  mostAvailableTo(debtor: number): number {
    return this.lenders.reduce((sum, lender, creditor) => sum + (creditor === debtor ? 0 : this.cap(lender)), 0);
  }

  /** The one that has most to lend, which keeps a debt in few places; −1 where nobody lends. */
  recommend(debtor: number): number {
    let best = -1;
    let most = 0;
    for (let creditor = 0; creditor < this.lenders.length; creditor++) {
      const blocks = this.lendable(creditor, debtor);
      if (blocks <= most) continue;
      most = blocks;
      best = creditor;
    }
    return best;
  }

  /** Lends up to so many blocks; returns how many. */
  lend(creditor: number, debtor: number, blocks: number): number {
    const lent = Math.min(blocks, this.lendable(creditor, debtor));
    this.lent[creditor] = (this.lent[creditor] as number) + lent;
    this.lentNow += lent;
    this.mostLent = Math.max(this.mostLent, this.lentNow);
    return lent;
  }

  /** Forgets how much was lent at most: it was warm-up. */
  reset(): void {
    this.mostLent = this.lentNow;
  }

  repay(creditor: number, blocks: number): void {
    this.lent[creditor] = (this.lent[creditor] as number) - blocks;
    this.lentNow -= blocks;
  }

  private lendable(creditor: number, debtor: number): number {
    const lender = this.lenders[creditor] as Lender;
    if (creditor === debtor || lender.borrowed > 0) return 0;
    if (this.now >= (this.nextReport[creditor] as number)) this.report(creditor, lender);
    const known = Math.min(lender.ownFree, this.reportedFree[creditor] as number);
    return Math.max(0, Math.min(known, this.cap(lender) - (this.lent[creditor] as number)));
  }

  private report(creditor: number, { ownFree }: Lender): void {
    this.reportedFree[creditor] = ownFree;
    this.nextReport[creditor] = (Math.floor(this.now / this.lending.heartbeat) + 1) * this.lending.heartbeat;
  }

  private cap({ ownUsable }: Lender): number {
    return Math.floor(this.lending.lentShare * ownUsable);
  }
}
