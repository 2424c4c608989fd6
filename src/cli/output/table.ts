import Table from "cli-table3";

const none = "";
const bare = {
  top: none,
  "top-mid": none,
  "top-left": none,
  "top-right": none,
  bottom: none,
  "bottom-mid": none,
  "bottom-left": none,
  "bottom-right": none,
  left: none,
  "left-mid": none,
  mid: none,
  "mid-mid": none,
  right: none,
  "right-mid": none,
  middle: "  ",
};

export interface TableOptions {
  readonly head?: readonly string[];
  /** Columns of numbers, by index. */
  readonly right?: readonly number[];
  readonly indent?: number;
  /** Fixed widths by column; text wraps at words. */
  readonly widths?: Readonly<Record<number, number>>;
}

/** Aligned columns without lines, ending in a line break; empty without rows. */
export function table(rows: readonly (readonly string[])[], { head, right = [], indent = 0, widths = {} }: TableOptions = {}): string {
  if (rows.length === 0) return "";
  const columns = Math.max(head?.length ?? 0, ...rows.map((row) => row.length));
  const made = new Table({
    chars: bare,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
    colAligns: Array.from({ length: columns }, (_, i) => (right.includes(i) ? "right" : "left")),
    colWidths: Array.from({ length: columns }, (_, i) => widths[i] ?? null),
    wordWrap: Object.keys(widths).length > 0,
    ...(head ? { head: [...head] } : {}),
  });
  made.push(...rows.map((row) => [...row]));
  const blank = " ".repeat(indent);
  return made
    .toString()
    .split("\n")
    .map((line) => `${blank}${line.trimEnd()}\n`)
    .join("");
}
