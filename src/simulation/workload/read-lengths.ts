import { asBetween, asCount, asFields, asNotNegative, CaseError, type Fields, isFields, optional } from "../../deployment/case-fields.ts";
import type { Length, Seconds, SharedPrefix } from "./workload.ts";

/** A number, or one of the distributions of interfaces.md; `key` is named when it is neither. */
export function asLength(value: unknown, key: string): Length {
  if (typeof value === "number") return value;
  if (isFields(value)) {
    if (Array.isArray(value.values)) return { values: asNumbers(value.values, key) };
    for (const kind of ["uniform", "normal", "lognormal"] as const) {
      if (value[kind] === undefined) continue;
      if (kind === "uniform") return { uniform: asRange(value.uniform, `${key}.uniform`) };
      const numbers = asFour(value[kind], `${key}.${kind}`);
      return kind === "normal" ? { normal: numbers } : { lognormal: numbers };
    }
  }
  throw new CaseError("bad-case", `“${key}” must be a number of tokens or a distribution (uniform, normal, lognormal, values).`);
}

/** A number of seconds, or a distribution. */
export function asSeconds(value: unknown, key: string): Seconds {
  if (typeof value === "number") return value;
  if (isFields(value)) {
    if (value.exponential !== undefined) return { exponential: asNotNegative(value.exponential, `${key}.exponential`) };
    if (value.uniform !== undefined) return { uniform: asRange(value.uniform, `${key}.uniform`) };
    if (value.lognormal !== undefined) return { lognormal: asFour(value.lognormal, `${key}.lognormal`) };
  }
  throw new CaseError("bad-case", `“${key}” must be a number of seconds or a distribution (exponential, uniform, lognormal).`);
}

export function asNumbers(value: unknown, key: string): readonly number[] {
  if (Array.isArray(value) && value.every((one): one is number => typeof one === "number")) return value;
  throw new CaseError("bad-case", `“${key}” must be a list of numbers.`);
}

/** A share, which lengths may leave out. */
export function asPrefixShare(fields: Fields, key = "prefixShare"): { readonly prefixShare?: number } {
  const prefixShare = optional(fields, "prefixShare", (value) => asBetween(0, 1)(value, key));
  return prefixShare === undefined ? {} : { prefixShare };
}

export function asSharedPrefix(value: unknown, key: string): SharedPrefix {
  const fields = asFields(value, key);
  const turns = optional(fields, "turns", (one) => asLength(one, `${key}.turns`));
  const thinkSeconds = optional(fields, "thinkSeconds", (one) => asSeconds(one, `${key}.thinkSeconds`));
  return {
    groups: asCount(fields.groups, `${key}.groups`),
    usersPerGroup: asCount(fields.usersPerGroup, `${key}.usersPerGroup`),
    systemPromptTokens: asNotNegative(fields.systemPromptTokens, `${key}.systemPromptTokens`),
    questionTokens: asLength(fields.questionTokens, `${key}.questionTokens`),
    outputTokens: asLength(fields.outputTokens, `${key}.outputTokens`),
    multiTurn: fields.multiTurn === true,
    ...(turns === undefined ? {} : { turns }),
    ...(thinkSeconds === undefined ? {} : { thinkSeconds }),
  };
}

function asRange(value: unknown, key: string): readonly [number, number] {
  const [low, high, ...more] = asNumbers(value, key);
  if (low !== undefined && high !== undefined && more.length === 0) return [low, high];
  throw new CaseError("bad-case", `“${key}” must be [min, max].`);
}

function asFour(value: unknown, key: string): readonly [number, number, number, number] {
  const [mean, sd, min, max, ...more] = asNumbers(value, key);
  if (mean !== undefined && sd !== undefined && min !== undefined && max !== undefined && more.length === 0) return [mean, sd, min, max];
  throw new CaseError("bad-case", `“${key}” must be [mean, sd, min, max].`);
}
