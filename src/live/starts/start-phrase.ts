import type { Printed, Telling } from "./start-builder.ts";

/** One way in which an engine prints something of its start. */
export interface Phrase {
  readonly pattern: RegExp;
  read(match: RegExpMatchArray, at: Telling): void;
}

/** A printed amount of memory inside a pattern; engines that print GB mean GiB too. */
export const amount = String.raw`(-?\d+(?:\.\d+)?) ?(?:GiB|Gib|GB)`;

const GiB = 2 ** 30;

/** `7.51`: two decimals unless more are printed, as trailing zeros are dropped. */
export function gibibytes(words: string | undefined): Printed {
  const decimals = words?.split(".")[1]?.length ?? 0;
  return { value: Math.round(Number(words) * GiB), step: 10 ** -Math.max(2, decimals) * GiB };
}

/** `476,016`. */
export function count(words: string | undefined): Printed {
  return { value: Number(words?.replaceAll(",", "")), step: 0 };
}

/** `127.53` of `127.53x`. */
export function ratio(words: string | undefined): Printed {
  return { value: Number(words), step: 0.01 };
}
