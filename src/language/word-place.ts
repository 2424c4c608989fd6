import type { LineMap, Position } from "../deployment/text.ts";
import { indentOf, lineText } from "./line-text.ts";

/** The word being typed in an argument list or a command, and the ones before it. */
export interface WordPlace {
  readonly form: "block-list" | "flow-list" | "shell";
  readonly before: readonly string[];
  /** As far as it is typed, without its opening quote. */
  readonly word: string;
  /** Column at which it begins. */
  readonly column: number;
  /** The quote it stands in, "" for none. */
  readonly quote: string;
  /** The quote around the words beside it. */
  readonly habit: string;
  /** Key of the list it is an item of. */
  readonly key: string;
}

/** More lines than one command or list of arguments has. */
const mostLines = 200;

/** Looks only at the characters around the position, so that half-typed and broken files are served too. */
export function wordPlaceAt(text: string, lines: LineMap, position: Position): WordPlace | undefined {
  const before = lineText(text, lines, position.line).slice(0, position.character);
  if (/^\s*#/.test(before) || /\s#\s/.test(before)) return undefined;
  if (isInBlockScalar(text, lines, position.line)) return shellPlace(text, lines, position.line, before, 0);
  const flow = flowPlace(text, lines, position, before);
  if (flow) return flow;
  const item = /^(\s*(?:-\s+)+)(.*)$/.exec(before);
  const dashes = item?.[1] ?? "";
  const content = item?.[2] ?? "";
  if (item && /^["']?[^\s"']*$/.test(content)) return itemPlace(text, lines, position.line, dashes, content);
  const key = /^\s*(?:-\s+)*["']?[\w./-]+["']?:\s+(["']?)/.exec(before);
  // An item of several words is a command.
  if (item) return shellPlace(text, lines, position.line, before, dashes.length + (/^["']/.test(content) ? 1 : 0));
  return shellPlace(text, lines, position.line, before, key ? key[0].length : 0);
}

/** A list item of one word; those above it are its list's. */
function itemPlace(text: string, lines: LineMap, line: number, dashes: string, content: string): WordPlace {
  const quote = /^["']/.exec(content)?.[0] ?? "";
  const indent = dashes.lastIndexOf("-");
  const items: string[] = [];
  let key = "";
  for (let at = line - 1; at >= 0 && line - at < mostLines; at--) {
    const above = lineText(text, lines, at);
    if (above.trim() === "" || /^\s*#/.test(above) || indentOf(above) > indent) continue;
    const one = /^\s*-\s+(.*?)\s*(?:\s#.*)?$/.exec(above);
    if (!one || indentOf(above) !== indent) {
      key = /^\s*(?:-\s+)*["']?([\w./-]+)["']?:\s*$/.exec(above)?.[1] ?? "";
      break;
    }
    items.unshift(one[1] ?? "");
  }
  return {
    form: "block-list",
    before: items.map(unquoted),
    word: content.slice(quote.length),
    column: dashes.length + quote.length,
    quote,
    habit: habitOf(items),
    key,
  };
}

/** Inside `[…]`, which may have begun some lines above: the nearest bracket from which the position is still inside. */
function flowPlace(text: string, lines: LineMap, position: Position, before: string): WordPlace | undefined {
  const offset = lines.offset(position);
  const least = lines.offset({ line: Math.max(0, position.line - mostLines), character: 0 });
  for (let open = text.lastIndexOf("[", offset - 1); open >= least; open = text.lastIndexOf("[", open - 1)) {
    const key = /(?:^|[\n\s])["']?([\w./-]+)["']?:\s*(?:[&!]\S+\s+)*$|^\s*-\s+$|\n\s*-\s+$/.exec(text.slice(Math.max(0, open - 200), open));
    if (!key) continue;
    const items = flowItems(text.slice(open + 1, offset));
    if (!items) return undefined;
    const current = items.at(-1) ?? { text: "", quote: "", isClosed: false };
    if (current.isClosed) return undefined;
    const column = before.length - current.text.length;
    if (column < 0) return undefined;
    if (/\s/.test(current.text)) return shellPlace(text, lines, position.line, before, column);
    const others = items.slice(0, -1);
    const habit = others.find(({ quote }) => quote !== "")?.quote ?? "";
    return {
      form: "flow-list",
      before: others.map((one) => one.text),
      word: current.text,
      column,
      quote: current.quote,
      habit,
      key: key[1] ?? "",
    };
  }
  return undefined;
}

interface FlowItem {
  readonly text: string;
  readonly quote: string;
  /** A quoted item whose quote is behind it. */
  readonly isClosed: boolean;
}

/** Items of a flow list up to where it is read, the last one as far as it goes; undefined where the list ends before. */
function flowItems(source: string): readonly FlowItem[] | undefined {
  const items: FlowItem[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(source[at] ?? "")) at++;
    const quote = source[at] === '"' || source[at] === "'" ? (source[at] ?? "") : "";
    let end = at + quote.length;
    while (end < source.length && (quote === "" ? !/[,\]]/.test(source[end] ?? "") : source[end] !== quote))
      end += source[end] === "\\" ? 2 : 1;
    const isClosed = quote !== "" && end < source.length;
    const text = source.slice(at + quote.length, end);
    items.push({ text: end < source.length && quote === "" ? text.trimEnd() : text, quote, isClosed });
    at = isClosed ? end + 1 : end;
    while (isClosed && /\s/.test(source[at] ?? "")) at++;
    if (at >= source.length) return items;
    if (source[at] !== ",") return undefined;
    at++;
  }
}

/** A command line: what continues onto the line by backslashes counts to it. `from` is the column at which the command begins. */
function shellPlace(text: string, lines: LineMap, line: number, before: string, from: number): WordPlace {
  const parts = [before.slice(from)];
  for (let at = line - 1; at >= 0 && line - at < mostLines; at--) {
    const above = lineText(text, lines, at);
    const continued = /^(.*)\\$/.exec(above.trimEnd());
    if (!continued) break;
    parts.unshift((continued[1] ?? "").replace(/^\s*(?:-\s+)*(?:["']?[\w./-]+["']?:\s+)?["']?/, ""));
  }
  const command = (
    parts
      .join(" ")
      .split(/&&|\|\||[;|](?=\s)/)
      .at(-1) ?? ""
  ).trimStart();
  const typed = /(?:^|[\s])(["']?)([^\s"']*)$/.exec(before.slice(from)) ?? /(["'])([^"']*)$/.exec(before.slice(from));
  const word = typed?.[2] ?? "";
  const done = command.slice(0, command.length - word.length - (typed?.[1] ?? "").length);
  return {
    form: "shell",
    before: (done.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? []).map(unquoted),
    word,
    column: before.length - word.length,
    quote: "",
    habit: "",
    key: "",
  };
}

/** Whether a line is text of a `|` or `>` scalar: some less indented line above opens one, and nothing between is less indented. */
function isInBlockScalar(text: string, lines: LineMap, line: number): boolean {
  const content = lineText(text, lines, line);
  let least = content.trim() === "" ? Math.max(indentOf(content), 1) : indentOf(content);
  for (let at = line - 1; at >= 0 && least > 0; at--) {
    const above = lineText(text, lines, at);
    if (above.trim() === "") continue;
    const indent = indentOf(above);
    if (indent >= least) continue;
    if (/(^|[\s:-])[|>][-+0-9]{0,2}\s*(#.*)?$/.test(above)) return true;
    least = indent;
  }
  return false;
}

function habitOf(items: readonly string[]): string {
  const quotes = items.map((item) => /^(["']).*\1$/.exec(item)?.[1] ?? "");
  return quotes.length > 0 && quotes.every((quote) => quote !== "") ? (quotes[0] ?? "") : "";
}

function unquoted(word: string): string {
  return word.replace(/^(["'])(.*)\1$/, "$2");
}
