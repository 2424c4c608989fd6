import type { Source } from "../../random.ts";

/** Load of the instances that decode, as they were last told of. */
export interface DecodeLoads {
  readonly freeTokens: Float64Array;
  /** Requests there whose answers are expected to be long, and the others. */
  readonly heavy: Int32Array;
  readonly light: Int32Array;
}

/**
 * Where TetriInfer sends a computed prompt (arXiv 2401.11181, section 3.3.4): two instances at random of those that have room for the
 * expected tokens, of the two the one with fewer long answers for each short one. Where none has room, the one that has most.
 */
export class DecodeDispatch {
  private readonly candidates: Int32Array;

  constructor(
    instances: number,
    private readonly source: Source,
  ) {
    this.candidates = new Int32Array(instances);
  }

  /** One of the instances that `decodes` names. */
  choose(tokens: number, loads: DecodeLoads, decodes: Uint8Array): number {
    const { candidates } = this;
    let count = 0;
    let roomiest = -1;
    for (let i = 0; i < candidates.length; i++) {
      if (decodes[i] !== 1) continue;
      if (roomiest < 0 || (loads.freeTokens[i] as number) > (loads.freeTokens[roomiest] as number)) roomiest = i;
      if ((loads.freeTokens[i] as number) >= tokens) candidates[count++] = i;
    }
    if (count === 0) return roomiest;
    const one = Math.floor(this.source() * count);
    const first = candidates[one] as number;
    if (count === 1) return first;
    const step = 1 + Math.floor(this.source() * (count - 1));
    const second = candidates[(one + step) % count] as number;
    return heaviness(second, loads) < heaviness(first, loads) ? second : first;
  }
}

/** Long answers for each short one; one more of each, so that an instance without any has a ratio too. */
function heaviness(instance: number, { heavy, light }: DecodeLoads): number {
  return ((heavy[instance] as number) + 1) / ((light[instance] as number) + 1);
}
