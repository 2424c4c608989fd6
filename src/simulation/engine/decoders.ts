import type { Speculation } from "../../deployment/settled.ts";
import type { Gaps } from "../report/gaps.ts";
import { computing, decoding, type Requests } from "../requests.ts";
import { Cohort } from "./cohort.ts";

/** The decoding requests of one engine core: a cohort for each batch in flight, and those that the token budget left out of the last step. */
export class Decoders {
  private readonly cohorts: readonly Cohort[];
  private readonly held: Int32Array;
  private heldCount = 0;

  constructor(
    private readonly requests: Requests,
    private readonly gaps: Gaps,
    slots: number,
    blockTokens: number,
    most: number,
    speculation: Speculation | null,
  ) {
    this.cohorts = Array.from({ length: slots }, (_, i) => new Cohort(requests, i, blockTokens, most, speculation));
    this.held = new Int32Array(most);
  }

  of(slot: number): Cohort {
    return this.cohorts[slot] as Cohort;
  }

  /** Requests were left out of the last step. */
  get isHolding(): boolean {
    return this.heldCount > 0;
  }

  /** Tokens in the cache of a decoding request. */
  computedOf(r: number): number {
    const cohort = this.requests.cohort[r] as number;
    return cohort < 0 ? (this.requests.computed[r] as number) : this.of(cohort).computedOf(r);
  }

  /** A request begins to decode with so many tokens in the cache. */
  attach(r: number, computed: number, cohort: Cohort): void {
    cohort.attach(r, computed, this.remaining(r, computed));
  }

  /** Tokens still to come, of a request with so many tokens in the cache and one more known. */
  remaining(r: number, computed: number): number {
    const { prompt, output } = this.requests;
    return (output[r] as number) - (computed + 1 - (prompt[r] as number));
  }

  /** All decoding requests that are in no step come together in one cohort. */
  gather(cohort: Cohort): void {
    const { requests } = this;
    for (const other of this.cohorts) {
      if (other === cohort || other.inFlight || other.size === 0) continue;
      for (let r = other.anyMember(); r >= 0; r = other.anyMember()) this.rejoin(r, this.leave(r), cohort);
    }
    for (let i = 0; i < this.heldCount; i++) {
      const r = this.held[i] as number;
      if (requests.state[r] === decoding && requests.cohort[r] === -1) this.rejoin(r, requests.computed[r] as number, cohort);
    }
    this.heldCount = 0;
  }

  private rejoin(r: number, computed: number, cohort: Cohort): void {
    this.attach(r, computed, cohort);
    cohort.markOdd(r);
  }

  /** Leaves a request out of this step; it joins the next one. */
  hold(r: number): void {
    this.leave(r);
    this.held[this.heldCount++] = r;
  }

  /** Takes a request out of its cohort and writes down what the cohort knew of it; returns its computed tokens. */
  leave(r: number): number {
    const { requests } = this;
    const cohort = this.cohorts[requests.cohort[r] as number] as Cohort;
    const computed = cohort.computedOf(r);
    if (requests.odd[r] === 1) cohort.forgetOdd(r);
    else requests.lastToken[r] = cohort.lastFinish;
    requests.computed[r] = computed;
    requests.target[r] = computed + 1;
    cohort.detach(r);
    return computed;
  }

  isInFlight(r: number): boolean {
    const state = this.requests.state[r];
    if (state === computing) return true;
    // One that was left out of the last step has no cohort.
    const cohort = this.requests.cohort[r] as number;
    return state === decoding && cohort >= 0 && this.of(cohort).inFlight;
  }

  /** Every member has tokens since the cohort's last step, those that joined since then since their own. */
  recordGaps(cohort: Cohort, now: number): void {
    const { requests } = this;
    const odd = cohort.oddCount;
    for (let i = 0; i < odd; i++) {
      const r = cohort.oddOnes[i] as number;
      requests.odd[r] = 0;
      // A decode instance that was handed no token has computed the first.
      if (Number.isNaN(requests.firstToken[r] as number)) requests.firstToken[r] = now;
      else this.gaps.add(now - (requests.lastToken[r] as number), 1);
    }
    cohort.oddCount = 0;
    this.gaps.add(now - cohort.lastFinish, cohort.size - odd);
  }
}
