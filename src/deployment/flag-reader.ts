import { parsedJson } from "../catalog/json-text.ts";
import type { Flag } from "./deployment.ts";
import { humanInteger } from "./human-integer.ts";

/** Flags as plain values. What is written but cannot be read is noted, so that nothing is settled on a guess. */
export class FlagReader {
  private readonly noted = new Set<string>();

  constructor(private readonly flags: ReadonlyMap<string, Flag>) {}

  /** Flags that were asked for, are written, and mean nothing readable. */
  get unreadable(): readonly string[] {
    return [...this.noted];
  }

  has(name: string): boolean {
    return this.flags.has(name);
  }

  /** The value's words; undefined when absent or unreadable. */
  text(name: string): string | undefined {
    const flag = this.flags.get(name);
    if (!flag) return undefined;
    const value = flag.value?.value;
    if (value === undefined || value === null) {
      this.noted.add(name);
      return undefined;
    }
    return value.trim();
  }

  /** A whole number, with K and k where the engine takes them (VS18). */
  integer(name: string, human = false): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = human ? humanInteger(text) : /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
    if (value === undefined) this.noted.add(name);
    return value;
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(value)) {
      this.noted.add(name);
      return undefined;
    }
    return value;
  }

  /** A share of a whole: above 0 and at most 1, as every engine asks of its memory; any other stands for no size. */
  share(name: string): number | undefined {
    return this.asShare(name, this.number(name));
  }

  /** The same of a member of a JSON flag. */
  memberShare(name: string, key: string): number | undefined {
    return this.asShare(name, this.member(name, key));
  }

  /** `--name`, `--no-name`, `--name=false`; undefined when absent or unreadable. */
  on(name: string): boolean | undefined {
    const flag = this.flags.get(name);
    if (!flag) return undefined;
    if (flag.negated) return false;
    const value = flag.value?.value;
    if (value === null) return true;
    if (value !== undefined && /^(true|1|yes|on)$/i.test(value)) return true;
    if (value !== undefined && /^(false|0|no|off)$/i.test(value)) return false;
    this.noted.add(name);
    return undefined;
  }

  /** A member of a JSON flag, written inside it or as `flag.member`; undefined when absent or no JSON. */
  member(name: string, key: string): unknown {
    const dotted = this.flags.get(`${name}.${key}`)?.value?.value;
    if (dotted !== undefined && dotted !== null) return parsedJson(dotted) ?? dotted;
    const text = this.flags.get(name)?.value?.value;
    const whole = text === undefined || text === null ? undefined : parsedJson(text);
    return isRecord(whole) ? whole[key] : undefined;
  }

  private asShare(name: string, value: unknown): number | undefined {
    if (value === undefined || (typeof value === "number" && value > 0 && value <= 1)) return value;
    this.noted.add(name);
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
