/** Objects of a JSON text, of a list of them, or of a text with one a line. */
export interface JsonTexts {
  readonly values: readonly unknown[];
  /** Lines, from zero, that are no JSON. */
  readonly broken: readonly number[];
}

const mostLines = 1_000_000;

/** Reads what Python writes, also its `Infinity` and `NaN`, which JSON has no word for. Never throws. */
export function jsonTexts(text: string): JsonTexts {
  const whole = parsed(text);
  if (whole.line === undefined) return { values: Array.isArray(whole.value) ? whole.value : [whole.value], broken: [] };
  const lines = text.split("\n");
  // One object over many lines is no object a line: it is broken where it breaks.
  if (parsed(lines[0] ?? "").line !== undefined) return { values: [], broken: [whole.line] };
  const values: unknown[] = [];
  const broken: number[] = [];
  for (const [index, line] of lines.slice(0, mostLines).entries()) {
    if (line.trim() === "") continue;
    const one = parsed(line);
    if (one.line === undefined) values.push(one.value);
    else broken.push(index);
  }
  return { values, broken };
}

function parsed(text: string): { readonly value?: unknown; readonly line?: number } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const mended = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|NaN)\b/g, (found) => words.get(found) ?? found);
  try {
    return { value: JSON.parse(mended) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Engines that tell no place mean the end of the text.
    const place = Number(/position (\d+)/.exec(error.message)?.[1] ?? mended.trimEnd().length);
    return { line: mended.slice(0, place).split("\n").length - 1 };
  }
}

/** 1e999 is how JSON can say more than any number. */
const words: ReadonlyMap<string, string> = new Map([
  ["Infinity", "1e999"],
  ["-Infinity", "null"],
  ["NaN", "null"],
  ["-NaN", "null"],
]);
