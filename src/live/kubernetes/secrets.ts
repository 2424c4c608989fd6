import type { Variable } from "./pod-container.ts";

/** Stands where a secret was: read as a value that cannot be known. */
export const notRead = "{{ not read }}";

/** Names of flags and variables whose values are nobody's business. */
const secret = /(api-?key|token|secret|passw(or)?d|credential|private-?key)s?$/i;
/** Words that end so and count tokens instead: `max-num-batched-tokens`, `MAX_TOKENS`. */
const counted = /tokens$/i;

const flag = /(--?[\w-]*)([ =]+)("[^"]*"|'[^']*'|[^\s"';&|]+)/g;

/** Words of a command line with the values of secrets taken out, in words of their own, behind `=`, and inside a script. */
export function withoutSecrets(words: readonly string[]): readonly string[] {
  return words.map((word, i) => {
    const before = words[i - 1] ?? "";
    if (/^--?[\w-]+$/.test(before) && isSecret(before)) return notRead;
    return word.replace(flag, (all: string, name: string, between: string) => (isSecret(name) ? `${name}${between}${notRead}` : all));
  });
}

/** A variable as far as it may be known. */
export function variable(name: string, value: string | undefined): Variable {
  return { name, value: value === undefined || isSecret(name.replaceAll("_", "-")) ? null : value };
}

function isSecret(name: string): boolean {
  return secret.test(name) && !counted.test(name);
}
