import { sources, textOf } from "../architecture/imports.ts";

/** An icon in front of a lens is no language; the extension translates what follows it. */
const leadingIcon = /^(?:\$\([\w~-]+\)|\$\{icon\})(?:\u2002|\$\{iconBlank\})?|^\$\{icon\}/;

/** Pages that speak the reader's language. */
const pages = ["webview/bench", "webview/live", "webview/memory", "webview/report", "webview/timeline", "webview/parts"];

/** Every text that a person may read in the editor: first arguments of `message(…)`, `l10n.t(…)` and, on pages, `words(…)`. */
export function shownTexts(): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const files = [...sources("src").filter((file) => !file.startsWith("src/cli/")), ...pages.flatMap(sources)];
  for (const file of files) {
    const source = textOf(file);
    for (const call of source.matchAll(/\b(?:message|l10n\.t|words)\(/g)) {
      for (const text of literals(firstArgument(source, call.index + call[0].length))) {
        const words = text.replace(leadingIcon, "");
        if (/\p{L}/u.test(words.replace(/\{\d+\}/g, ""))) texts.set(words, file);
      }
    }
  }
  return texts;
}

/** Source text up to the comma or bracket that ends the first argument. */
function firstArgument(source: string, start: number): string {
  let depth = 0;
  for (let at = start; at < source.length; at++) {
    const sign = source[at] ?? "";
    if (sign === '"' || sign === "'" || sign === "`") at = endOfLiteral(source, at);
    else if ("([{".includes(sign)) depth++;
    else if (")]}".includes(sign) && depth-- === 0) return source.slice(start, at);
    else if (sign === "," && depth === 0) return source.slice(start, at);
  }
  return "";
}

function endOfLiteral(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === source[start]) return at;
  }
  return source.length;
}

/** The literals an argument may come to: itself, or the branches of a choice. */
function literals(argument: string): string[] {
  return [...argument.matchAll(/(?:^|\?|:)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)/g)].map((match) =>
    unquoted(match[1] ?? ""),
  );
}

function unquoted(literal: string): string {
  return literal
    .slice(1, -1)
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\(["'`\\])/g, "$1");
}
