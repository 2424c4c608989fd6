const number = new Float64Array(1);
const words = new Int32Array(number.buffer);

/** Which of a number's two words has its sign and exponent. */
export const highWord = new Uint8Array(Float64Array.of(1).buffer)[7] === 0x3f ? 1 : 0;

/** Whole numbers up to 2^53 in groups that rise with them, each as wide as one part in 2^`bits` of what it begins with. Below 1 is 1. */
export class LeadingBits {
  readonly groups: number;
  private readonly shift: number;
  private readonly one: number;

  constructor(bits: number) {
    this.groups = 53 << bits;
    this.shift = 20 - bits;
    this.one = 1023 << bits;
  }

  groupOf(value: number): number {
    number[0] = Math.max(1, value);
    return ((words[highWord] as number) >> this.shift) - this.one;
  }

  /** Smallest number of a group. */
  startOf(group: number): number {
    words[1 - highWord] = 0;
    words[highWord] = (group + this.one) << this.shift;
    return number[0] as number;
  }
}
