import type { Flag, Pool } from "../../src/deployment/deployment.ts";
import { removeFlag, setFlag } from "../../src/deployment/edit.ts";
import type { Known } from "../../src/deployment/located.ts";
import { LineMap, type Range } from "../../src/deployment/text.ts";
import type { Change, Site } from "./mutation.ts";

export function sliceOf(text: string, range: Range): string {
  const { start, end } = new LineMap(text).span(range);
  return text.slice(start, end);
}

/** Another text at the very word. */
export function replaceAt(range: Range, newText: string): Change {
  return () => [{ range, newText }];
}

/** A whole number where the file writes it; undefined where it is not written as such a word. */
export function replaceNumber(text: string, number: Known<number>, value: number): Change | undefined {
  if (number?.origin !== "file" || !number.range || sliceOf(text, number.range).trim() !== String(number.value)) return undefined;
  return replaceAt(number.range, String(value));
}

/** `--name=value` in place of what is written, or behind the last flag. */
export function set(name: string, value: string | null): Change {
  return (pool) => {
    const flag = pool.engine.flags.get(name);
    if (flag?.value?.value === value && !flag.negated) return [];
    const edits = setFlag(pool, name, value);
    return edits.length > 0 ? edits : undefined;
  };
}

export function remove(name: string): Change {
  return (pool) => removeFlag(pool, name);
}

/** A flag in force with a whole number that can be read. */
export function numberOf(pool: Pool, name: string): number | undefined {
  const text = pool.engine.flags.get(name)?.value?.value;
  return typeof text === "string" && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Files that hold some of the flags: a command line, a launcher or a harness adds the others. */
const partialFormats = /-config$|^kustomize-patch$|^srt-slurm$|^trtllm-/;

/** No word of it, and nobody who could add it: what starts the engine is the engine's own command, and the file holds all of it. */
export function isAbsent({ deployment, pool }: Site, name: string): boolean {
  const isAlone = deployment.launcher === null || deployment.launcher === "arctic";
  return isAlone && !partialFormats.test(deployment.format) && pool.engine.complete && !pool.engine.flags.has(name);
}

/** Whole, with nothing in it that is filled in elsewhere. */
export function isJsonObject(text: string | null | undefined): boolean {
  if (!text?.trim().startsWith("{")) return false;
  try {
    return typeof JSON.parse(text) === "object";
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** The value's word, where the file writes it plainly. */
export function plainValueRange(text: string, flag: Flag): Range | undefined {
  const { value, valueRange } = flag;
  if (value?.origin !== "file" || typeof value.value !== "string" || !valueRange) return undefined;
  return sliceOf(text, valueRange) === value.value ? valueRange : undefined;
}
