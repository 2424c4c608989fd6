import type { SettingValue, Told } from "./running-server.ts";

/** Longest word taken over from a server. */
const longest = 300;

/** What stands behind some names, one below the other; undefined where one of them is not there. */
export function valueAt(answer: unknown, ...names: readonly (string | number)[]): unknown {
  let value = answer;
  for (const name of names) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

/** A word, without what would break out of a line; null for anything else, `None` among it. */
export function wordOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const word = value
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, longest);
  return word === "" || word === "None" || word === "null" ? null : word;
}

/** A number, also one that is printed as text (labels are); null for anything else. */
export function numberOf(value: unknown): number | null {
  const isPrinted = typeof value === "string" && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value.trim());
  const number = typeof value === "number" || isPrinted ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

/** A whole number from 1 up: sizes, limits, capacities. */
export function countOf(value: unknown): number | null {
  const number = numberOf(value);
  return number !== null && Number.isSafeInteger(number) && number > 0 ? number : null;
}

export function switchOf(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string" || !/^(?:true|false)$/i.test(value)) return null;
  return value.toLowerCase() === "true";
}

/** `torch.bfloat16` → `bfloat16`, as flags spell it. */
export function dtypeOf(value: unknown): string | null {
  return wordOf(value)?.replace(/^torch\./, "") ?? null;
}

/** Method of quantisation; `none` where the server says that there is none, null where it does not say. */
export function quantizationOf(value: unknown): string | null {
  return value === null || value === "None" || value === "none" ? "none" : wordOf(value);
}

/** A value with its place, where there is one. */
export function told<Value extends SettingValue>(from: string, value: Value | null): Told<Value> | null {
  return value === null ? null : { value, from };
}
