/** Host memory behind one cache, for requests that are taken out of it with what they have computed (vLLM V0, swap_space). */
export interface SwapSpace {
  readonly blocks: number;
  /** To bring a block over the bus, either way. */
  readonly nanosecondsPerBlock: number;
}
