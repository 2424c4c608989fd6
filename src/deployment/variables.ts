import { bounded, isReadable, type Mapped, opaque, slice, spanOf, unknownMark } from "./mapped.ts";

/** Names to values. A name that is missing may still be set where we cannot see; `undefined` inside = set, but not readable. */
export type Variables = ReadonlyMap<string, Mapped | undefined>;

/** `$(VAR)` as Kubernetes expands it in command, args and env. A name this file does not set may come from elsewhere: unknown. */
export function expandKubernetes(text: Mapped, variables: Variables): Mapped {
  if (!text.value.includes("$(") && !text.value.includes("$$")) return text;
  return replace(text, /\$\$|\$\(([A-Za-z_.-][\w.-]*)\)/g, (match) => {
    if (match[0] === "$$") return "$";
    const name = match[1] ?? "";
    return variables.get(name)?.value ?? unknownMark;
  });
}

/** `$VAR`, `${VAR}`, `${VAR:-default}` as docker compose substitutes them from an `.env` that is not in the file: defaults alone are known. */
export function expandCompose(text: Mapped): Mapped {
  if (!text.value.includes("$")) return text;
  return replace(text, /\$\$|\$\{([A-Za-z_]\w*)(?:(:?[-+?])((?:[^{}]|\$\{[^{}]*\})*))?\}|\$([A-Za-z_]\w*)/g, (match) => {
    if (match[0] === "$$") return "$";
    const [, , operator = "", operand = ""] = match;
    if (!operator.endsWith("-")) return unknownMark;
    const nested = /^\$\{[A-Za-z_]\w*:?-([^${}]*)\}$/.exec(operand);
    if (nested) return nested[1] ?? unknownMark;
    return operand.includes("$") ? unknownMark : operand;
  });
}

/** Replaces matches; what a match becomes stands for the match's whole place. undefined = leave it. */
function replace(text: Mapped, pattern: RegExp, becomes: (match: RegExpMatchArray) => string | undefined): Mapped {
  const parts: Mapped[] = [];
  let done = 0;
  for (const match of text.value.matchAll(pattern)) {
    const value = becomes(match);
    if (value === undefined) continue;
    const end = match.index + match[0].length;
    parts.push(slice(text, done, match.index), opaque(value, spanOf(text, match.index, end)));
    done = end;
  }
  if (done === 0) return text;
  parts.push(slice(text, done));
  return bounded(parts, text.span, text.value.length);
}

export function readable(text: Mapped | undefined): Mapped | undefined {
  return text && isReadable(text.value) ? text : undefined;
}
