/** Deeper than any file that a person or a tool writes; parsers that follow brackets by calling themselves end beyond it. */
const deepest = 400;

/** Do flow brackets nest so deep that no parser should be sent in? Quoted text and comments do not count. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "[" || character === "{") {
      if (++depth > deepest) return true;
    } else if (character === "]" || character === "}") {
      depth = Math.max(0, depth - 1);
    } else if (character === '"' || character === "'") {
      const end = opensText(text[i - 1]) ? closingQuote(text, i) : -1;
      if (end > 0) i = end;
    } else if (character === "\n" && /[A-Za-z-]/.test(text[i + 1] ?? "")) {
      // A key or item at the margin: whatever was open above was text.
      depth = 0;
    }
  }
  return false;
}

function opensText(before: string | undefined): boolean {
  return before === undefined || /[\s,[{:]/.test(before);
}

/** Where quoted text ends, on the same line or one of the next few; −1 where it does not. */
function closingQuote(text: string, start: number): number {
  const quote = text[start];
  const most = Math.min(text.length, start + 100_000);
  for (let i = start + 1; i < most; i++) {
    if (text[i] === "\\" && quote === '"') i++;
    else if (text[i] === quote) return i;
  }
  return -1;
}
