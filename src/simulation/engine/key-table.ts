/** Block key → block, open addressing with linear probing. Keys are whole numbers from 0. */
export class KeyTable {
  private keys = new Int32Array(64).fill(-1);
  private values = new Int32Array(64);
  private count = 0;

  /** −1 when the key is not there. */
  get(key: number): number {
    const slot = this.find(key);
    return this.keys[slot] === key ? (this.values[slot] as number) : -1;
  }

  set(key: number, value: number): void {
    let slot = this.find(key);
    if (this.keys[slot] !== key) {
      if (2 * (this.count + 1) > this.keys.length) {
        this.grow();
        slot = this.find(key);
      }
      this.keys[slot] = key;
      this.count++;
    }
    this.values[slot] = value;
  }

  delete(key: number): void {
    const { keys, values } = this;
    const mask = keys.length - 1;
    let hole = this.find(key);
    if (keys[hole] !== key) return;
    this.count--;
    // Entries behind the hole move up, so that a probe never stops short of its key.
    for (let slot = (hole + 1) & mask; keys[slot] !== -1; slot = (slot + 1) & mask) {
      const home = hash(keys[slot] as number) & mask;
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        keys[hole] = keys[slot] as number;
        values[hole] = values[slot] as number;
        hole = slot;
      }
    }
    keys[hole] = -1;
  }

  /** The key's slot, or the free slot where it would go. */
  private find(key: number): number {
    const mask = this.keys.length - 1;
    let slot = hash(key) & mask;
    while (this.keys[slot] !== key && this.keys[slot] !== -1) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Int32Array(keys.length * 2).fill(-1);
    this.values = new Int32Array(keys.length * 2);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as number;
      if (key < 0) continue;
      const slot = this.find(key);
      this.keys[slot] = key;
      this.values[slot] = values[i] as number;
    }
  }
}

function hash(key: number): number {
  const mixed = Math.imul(key, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
