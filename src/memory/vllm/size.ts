import type { Term } from "../sum.ts";

/** A part of a term before it is said how sure it is. */
export type Size = Pick<Term, "bytes" | "formula">;

export const none: Size = { bytes: 0, formula: "" };

/** Parts that lie in memory at the same time. */
export function together(...parts: readonly Size[]): Size {
  const some = parts.filter(({ bytes }) => bytes > 0);
  return { bytes: some.reduce((sum, { bytes }) => sum + bytes, 0), formula: some.map(({ formula }) => formula).join(" + ") };
}

/** Parts of which one follows the other. */
export function larger(a: Size, b: Size): Size {
  return b.bytes > a.bytes ? b : a;
}
