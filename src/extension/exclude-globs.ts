/** More alternatives than any setting of a person has. */
const most = 500;

/** One glob for the patterns that settings such as `search.exclude` switch on; undefined for none. */
export function excludeGlob(...settings: readonly unknown[]): string | undefined {
  const patterns = settings.flatMap((setting) =>
    typeof setting === "object" && setting !== null ? Object.entries(setting).flatMap(([glob, on]) => (on === true ? [glob] : [])) : [],
  );
  const globs = [...new Set(patterns.flatMap(alternatives))].slice(0, most);
  return globs.length === 0 ? undefined : `{${globs.join(",")}}`;
}

/** `a.{b,c}` as `a.b` and `a.c`: not every search takes alternatives within alternatives. */
function alternatives(glob: string): readonly string[] {
  let globs = [glob];
  while (globs.length < most) {
    const next = globs.flatMap((one) => {
      const group = /\{([^{}]*)\}/.exec(one);
      if (!group) return [one];
      const before = one.slice(0, group.index);
      const after = one.slice(group.index + group[0].length);
      return (group[1] ?? "").split(",").map((word) => before + word + after);
    });
    if (next.length === globs.length && next.every((one, index) => one === globs[index])) break;
    globs = next;
  }
  // What is left of braces is no alternative: a comma or a single brace would break the whole.
  return globs.filter((one) => !/[{},]/.test(one));
}
