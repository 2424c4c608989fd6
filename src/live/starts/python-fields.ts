const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/**
 * Pairs of a printed Python call or dictionary (`a=1, b='x'`, `'a': 1, 'b': [1, 2]`) at its own level, values as printed but
 * unquoted. Reads from `start` to the bracket that closes it or the end of the text, which may be torn off.
 */
export function pythonFields(text: string, start: number): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let from = start;
  let at = start;
  const take = (): void => {
    const pair = text.slice(from, at).trim();
    const head = /^(?:'([\w.-]+)' ?:|"([\w.-]+)" ?:|([\w.-]+) ?=)/.exec(pair);
    const name = head?.[1] ?? head?.[2] ?? head?.[3];
    if (head && name !== undefined && !fields.has(name)) fields.set(name, unquoted(pair.slice(head[0].length).trim()));
  };
  const open: string[] = [];
  while (at < text.length) {
    const character = text.charAt(at);
    const closes = closing[character];
    if (character === "'" || character === '"') at = endOfString(text, at);
    else if (closes) open.push(closes);
    else if (character === open.at(-1)) open.pop();
    else if (open.length === 0 && (character === ")" || character === "}")) break;
    else if (open.length === 0 && character === ",") {
      take();
      from = at + 1;
    }
    at++;
  }
  take();
  return fields;
}

/** No list, dictionary or call: a value that a flag could have. */
export function isPlain(value: string): boolean {
  return !/^[\w.]*[[({<]/.test(value);
}

/** Place of the quote that ends the string begun here, or of the text's end. */
function endOfString(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") at++;
    else if (character === quote) return at;
  }
  return text.length;
}

function unquoted(value: string): string {
  const inner = /^(['"])(.*)\1$/s.exec(value)?.[2];
  return inner === undefined ? value : inner.replaceAll(/\\(.)/g, "$1");
}
