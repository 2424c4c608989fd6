/** Time as the hosts hand it to what waits. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Calls once after `ms`; the answer takes the call back. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
