/** Where a command writes. Results go to `write`, all that is about the tool itself to the others. */
export interface Terminal {
  write(text: string): void;
  /** To stderr; silent with --quiet. */
  tell(text: string): void;
  /** To stderr, always. */
  fail(text: string): void;
  readonly paint: Paint;
  /** Columns of the terminal; undefined where the output is no terminal and is not wrapped. */
  readonly columns: number | undefined;
  /** A progress bar may be drawn on stderr. */
  readonly showsProgress: boolean;
}

export type Style = "bold" | "dim" | "red" | "yellow" | "green" | "blue" | "underline";
/** The text in a style, or as it is where there are no colours. */
export type Paint = (style: Style, text: string) => string;

const codes: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  underline: [4, 24],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
};

export const plainPaint: Paint = (_, text) => text;

const colouredPaint: Paint = (style, text) => {
  const [on, off] = codes[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

export interface TerminalOptions {
  readonly quiet?: boolean | undefined;
  /** False with --no-color. */
  readonly color?: boolean | undefined;
}

/** The process's own terminal; NO_COLOR (no-color.org) and TERM=dumb turn colours off. */
export function processTerminal({ quiet = false, color = true }: TerminalOptions): Terminal {
  const { stdout, stderr, env } = process;
  const colours = color && stdout.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  return {
    write: (text) => void stdout.write(text),
    tell: (text) => void (quiet || stderr.write(`${text}\n`)),
    fail: (text) => void stderr.write(`${text}\n`),
    paint: colours ? colouredPaint : plainPaint,
    columns: stdout.isTTY ? stdout.columns : undefined,
    showsProgress: stderr.isTTY === true && !quiet,
  };
}
