/** A path of a project: `/` between parts, no leading `./`. */
export function plainPath(path: string): string {
  return path.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "");
}

/**
 * `*` and `?` within one part of a path, `**` over parts; a pattern without `/` matches a file of that name in any folder. Takes time in
 * the product of both lengths at most, whatever the pattern.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  const plain = plainPath(pattern.trim());
  const text = plainPath(path);
  const tokens = (plain.includes("/") ? plain : `**/${plain}`).match(/\*\*\/|\*\*|\*|\?|[^*?]/g) ?? [];
  // Where in the path the pattern read so far can end.
  let ends = new Set([0]);
  for (const token of tokens) {
    ends = new Set(reach(token, ends, text));
    if (ends.size === 0) return false;
  }
  return ends.has(text.length);
}

function* reach(token: string, ends: ReadonlySet<number>, text: string): Generator<number> {
  const first = Math.min(...ends);
  let open = false;
  for (let at = first; at <= text.length; at++) {
    const starts = ends.has(at);
    const before = text[at - 1];
    switch (token) {
      case "**":
        yield at;
        break;
      case "**/":
        if (starts || before === "/") yield at;
        break;
      case "*":
        open = starts || (open && before !== "/");
        if (open) yield at;
        break;
      default:
        if (starts && at < text.length && (token === "?" ? text[at] !== "/" : text[at] === token)) yield at + 1;
    }
  }
}

/** How closely a pattern names a path: its letters that are no wildcard. */
export function specificity(pattern: string): number {
  return pattern.replace(/[*?]/g, "").length;
}
