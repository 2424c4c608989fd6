import type { Flag, WrittenSizes } from "./deployment.ts";
import type { Known, Located } from "./located.ts";

export type Flags = ReadonlyMap<string, Flag>;

/** Is a switch on? undefined = written, but not readable. */
export function isOn(flags: Flags, name: string): boolean | undefined {
  const flag = flags.get(name);
  if (!flag) return false;
  if (!flag.value) return undefined;
  return !flag.negated && flag.value.value?.toLowerCase() !== "false";
}

/** A flag's whole number; undefined when it is missing or no number. */
export function flagNumber(flags: Flags, name: string): Located<number> | undefined {
  const value = flags.get(name)?.value;
  if (!value || value.value === null || !/^\d{1,9}$/.test(value.value.trim())) return undefined;
  return { ...value, value: Number(value.value) };
}

/** Sizes of one command line, read by flag name: what is written is told, what cannot be read is remembered. */
export class SizeReader {
  /** Flags that are written without a readable size, or may be written where nobody sees it. */
  readonly unreadable = new Set<string>();

  constructor(
    private readonly flags: Flags,
    private readonly complete: boolean,
  ) {}

  /** A size of at least 1, 1 where the flag is left out. */
  size(name: string): Located<number> {
    const written = flagNumber(this.flags, name);
    if (written && written.value > 0) return written;
    if (this.flags.has(name) || !this.complete) this.unreadable.add(name);
    return { value: 1, origin: "engine-default" };
  }

  /** The size as written, undefined where no flag says it. */
  written(name: string): Known<number> {
    return flagNumber(this.flags, name);
  }

  /** A switch; where it may be written out of sight it counts as off and unreadable. */
  isOn(name: string): boolean {
    const on = isOn(this.flags, name);
    if (on === undefined || (!on && !this.complete && !this.flags.has(name))) this.unreadable.add(name);
    return on ?? false;
  }
}

export const noSizes: WrittenSizes = { tp: undefined, pp: undefined, dp: undefined, ep: undefined };
