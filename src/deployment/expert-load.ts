import { asBetween, asFields, CaseError, optional } from "./case-fields.ts";

/** How unevenly the experts of a layer are chosen. */
export type ExpertLoad =
  /** The i-th busiest expert is chosen in proportion to i^−exponent; 0 = all alike. */
  | { readonly kind: "zipf"; readonly exponent: number }
  /** How often each expert is chosen, in the model's order; only proportions count. */
  | { readonly kind: "shares"; readonly shares: readonly number[] }
  /** The busiest rank against the mean, whichever experts cause it. */
  | { readonly kind: "factor"; readonly factor: number };

const asExponent = asBetween(0, 8);
const asFactor = asBetween(1, 1024);

/** `{"zipf": 0.8}`, `{"shares": [3, 1, …]}` or `{"factor": 1.5}` of a case. */
export function caseExpertLoad(value: unknown, key: string): ExpertLoad {
  const fields = asFields(value, key);
  const exponent = optional(fields, "zipf", asExponent);
  const factor = optional(fields, "factor", asFactor);
  const shares = optional(fields, "shares", asShares);
  const given: readonly ExpertLoad[] = [
    ...(exponent === undefined ? [] : [{ kind: "zipf" as const, exponent }]),
    ...(factor === undefined ? [] : [{ kind: "factor" as const, factor }]),
    ...(shares === undefined ? [] : [{ kind: "shares" as const, shares }]),
  ];
  const [only, second] = given;
  if (!only || second) throw new CaseError("bad-case", `“${key}” must hold one of zipf, shares, factor.`);
  return only;
}

function asShares(value: unknown, key: string): readonly number[] {
  const isShare = (one: unknown): one is number => typeof one === "number" && one >= 0 && Number.isFinite(one);
  if (Array.isArray(value) && value.every(isShare) && value.some((share) => share > 0)) return value;
  throw new CaseError("bad-case", `“${key}” must be a list of numbers from 0 up, one an expert.`);
}

/** `zipf:0.8` or `factor:1.5` of a directive; undefined = neither. */
export function expertLoadWord(word: string): ExpertLoad | undefined {
  const [, kind, digits = ""] = /^(zipf|factor):(\d+(?:\.\d+)?)$/.exec(word) ?? [];
  const value = Number(digits);
  if (kind === "zipf" && value <= 8) return { kind, exponent: value };
  if (kind === "factor" && value >= 1 && value <= 1024) return { kind, factor: value };
  return undefined;
}
