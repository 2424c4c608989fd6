/** Time as the hosts hand it to what waits. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Milliseconds of a clock that never steps, whatever is done to the wall's. */
  steady(): number;
  /** Calls once after `ms`; the answer takes the call back. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after: (ms, call) => {
    if (ms <= 0) {
      // A timer takes a millisecond at least.
      const turn = setImmediate(call);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
