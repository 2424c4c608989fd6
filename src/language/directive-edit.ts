import type { Deployment } from "../deployment/deployment.ts";
import { readDirectives } from "../deployment/directives.ts";
import { type Edit, LineMap, type Position } from "../deployment/text.ts";
import { lineText } from "./line-text.ts";

/** Writes `key=value` into the directive directly above the deployment, or adds such a line; values of the same key are replaced, `ignore` grows. */
export function directiveEdits(text: string, deployment: Deployment, key: string, value: string): readonly Edit[] {
  const lines = new LineMap(text);
  const anchorLine = deployment.anchor.start.line;
  const near = readDirectives(text, lines).all.findLast(({ span }) => {
    const { line } = lines.position(span.start);
    return line < anchorLine && betweenIsComment(text, lines, line, anchorLine);
  });
  if (!near) return [lineAbove(text, lines, anchorLine, `${key}=${value}`)];
  const old = near.values.get(key);
  if (old) return [{ range: lines.range(old.span), newText: value }];
  const list = key === "ignore" ? /\bignore=\S*/.exec(text.slice(near.span.start, near.span.end)) : null;
  if (list) {
    const behind = lines.position(near.span.start + list.index + list[0].length);
    return [{ range: { start: behind, end: behind }, newText: `,${value}` }];
  }
  const end = lines.position(near.span.start + text.slice(near.span.start, near.span.end).trimEnd().length);
  return [{ range: { start: end, end }, newText: ` ${key}=${value}` }];
}

/** A directive comment in a line of its own above `line`, indented like it. */
export function lineAbove(text: string, lines: LineMap, line: number, words: string): Edit {
  const start = lines.offset({ line, character: 0 });
  const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? "";
  // A byte order mark stays in front of everything.
  const at: Position = { line, character: line === 0 && text.charCodeAt(0) === 0xfeff ? 1 : 0 };
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  return { range: { start: at, end: at }, newText: `${indent}# inference-lens: ${words}${eol}` };
}

function betweenIsComment(text: string, lines: LineMap, from: number, to: number): boolean {
  for (let line = from + 1; line < to; line++) {
    if (!/^\s*(#.*)?$/.test(lineText(text, lines, line))) return false;
  }
  return true;
}
