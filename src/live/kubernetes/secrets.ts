import { isSecretName } from "../secret-names.ts";
import type { Variable } from "./pod-container.ts";

/** Stands where a secret was: read as a value that cannot be known. */
export const notRead = "{{ not read }}";

/** A name before its value inside a script or a list of settings: `--api-key x`, `HF_TOKEN=x`, `"api_key": "x"`. */
const named = /(--?[\w-]+[ =]+|\b[A-Za-z_]\w*=|"\w+"\s*:\s*)(?!-)("[^"]*"|'[^']*'|[^\s"';&|,}]+)/g;
const bearer = /\b(Bearer\s+)[\w.~+/-]+=*/gi;

/** Words of a command line with the values of secrets taken out, in words of their own, behind `=`, and inside a script. */
export function withoutSecrets(words: readonly string[]): readonly string[] {
  return words.map((word, i) => {
    const before = words[i - 1] ?? "";
    if (/^--?[\w-]+$/.test(before) && isSecret(before)) return notRead;
    return word.replace(named, (all: string, name: string) => (isSecret(name) ? `${name}${notRead}` : all)).replace(bearer, `$1${notRead}`);
  });
}

/** A variable as far as it may be known. */
export function variable(name: string, value: string | undefined): Variable {
  return { name, value: value === undefined || isSecret(name) ? null : value };
}

/** The name may bring its dashes, quotes and the sign behind it along. */
function isSecret(written: string): boolean {
  return isSecretName(written.replace(/[^\w-]+$/, ""));
}
