import { concat, type Mapped, opaque, spanOf } from "./mapped.ts";
import type { Variables } from "./variables.ts";

/** More arguments than any start script is given. */
const most = 2_000;

/** `$0`, `$1` …, `$#`, `$@` and `$*` of a script that is started with these words behind it. */
export function positionalVariables(words: readonly Mapped[], script: Mapped): Variables {
  const [name, ...given] = words.slice(0, most);
  const all = joinedWords(given, script);
  const numbered = given.map((word, i): readonly [string, Mapped] => [String(i + 1), word]);
  return new Map<string, Mapped | undefined>([
    ["0", name ?? undefined],
    ...numbered,
    ["#", opaque(String(given.length), script.span)],
    ["@", all],
    ["*", all],
  ]);
}

/** The words that `"$@"` stands for; undefined where nobody sees what the script is given. */
export function positionalWords(variables: Variables): readonly Mapped[] | undefined {
  const count = Number(variables.get("#")?.value ?? Number.NaN);
  if (!Number.isInteger(count)) return undefined;
  return Array.from({ length: count }, (_, i) => variables.get(String(i + 1))).filter((word) => word !== undefined);
}

/** Words with a blank between, as one text that keeps each at its place. */
export function joinedWords(words: readonly Mapped[], around: Mapped): Mapped {
  const span = words[0] ? spanOf(words[0]) : { start: around.span.end, end: around.span.end };
  return concat(
    words.flatMap((word, i) => (i === 0 ? [word] : [opaque(" ", spanOf(word, 0, 0)), word])),
    span,
  );
}
