import type { Span } from "../deployment/text.ts";

/** A variable that a text refers to. */
export interface Reference {
  readonly name: string;
  /** From the sign to the closing bracket. */
  readonly span: Span;
  /** `$(NAME)` is Kubernetes', `$NAME` and `${NAME}` are a shell's or compose's. */
  readonly by: "kubernetes" | "shell";
  /** The sign is doubled. */
  readonly isEscaped: boolean;
}

const longestLine = 10_000;
const pattern = /(\$+)(?:\(([A-Za-z_][\w.-]*)\)|\{([A-Za-z_]\w*)\}?|([A-Za-z_]\w*))/g;

/** The reference that an offset stands in or beside; of `${A:-x}` the name's part counts. */
export function referenceAt(text: string, offset: number): Reference | undefined {
  const from = Math.max(text.lastIndexOf("\n", offset - 1) + 1, offset - longestLine);
  const newline = text.indexOf("\n", offset);
  const to = Math.min(newline < 0 ? text.length : newline, offset + longestLine);
  for (const match of text.slice(from, to).matchAll(pattern)) {
    const [whole, signs = "", bracketed, braced, plain] = match;
    const span = { start: from + match.index, end: from + match.index + whole.length };
    if (offset < span.start || offset > span.end) continue;
    const name = bracketed ?? braced ?? plain ?? "";
    return { name, span, by: bracketed === undefined ? "shell" : "kubernetes", isEscaped: signs.length % 2 === 0 };
  }
  return undefined;
}
