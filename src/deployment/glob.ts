/** A path of a project: `/` between parts, no leading `./`. */
export function plainPath(path: string): string {
  return path.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "");
}

const cache = new Map<string, RegExp>();

/** `*` and `?` within one part of a path, `**` over parts; a pattern without `/` matches a file of that name in any folder. */
export function matchesGlob(pattern: string, path: string): boolean {
  const plain = plainPath(pattern.trim());
  let expression = cache.get(plain);
  if (!expression) {
    expression = new RegExp(`^${plain.includes("/") ? "" : "(?:.*/)?"}${translated(plain)}$`);
    if (cache.size > 1000) cache.clear();
    cache.set(plain, expression);
  }
  return expression.test(plainPath(path));
}

function translated(pattern: string): string {
  return pattern.replace(/\*\*\/|\*\*|\*|\?|[^*?]/g, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    return token.replace(/[\\^$.|+()[\]{}]/, "\\$&");
  });
}

/** How closely a pattern names a path: its letters that are no wildcard. */
export function specificity(pattern: string): number {
  return pattern.replace(/[*?]/g, "").length;
}
