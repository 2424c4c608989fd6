import { asBetween, asFields, CaseError, optional } from "./case-fields.ts";

/** How unevenly the experts of a layer are chosen. */
export type ExpertLoad =
  /** The i-th busiest expert is chosen in proportion to i^−exponent; 0 = all alike. */
  | { readonly kind: "zipf"; readonly exponent: number }
  /** How often each expert is chosen, in the model's order, by layer; only proportions count. One list stands for all layers. */
  | { readonly kind: "shares"; readonly layers: readonly (readonly number[])[] }
  /** The busiest rank against the mean, whichever experts cause it. */
  | { readonly kind: "factor"; readonly factor: number };

/** More than any model has. */
const mostLayers = 1024;
const mostExperts = 65_536;

const asExponent = asBetween(0, 8);
const asFactor = asBetween(1, 1024);

/** `{"zipf": 0.8}`, `{"shares": [3, 1, …]}`, the same for each layer, or `{"factor": 1.5}` of a case. */
export function caseExpertLoad(value: unknown, key: string): ExpertLoad {
  const fields = asFields(value, key);
  const exponent = optional(fields, "zipf", asExponent);
  const factor = optional(fields, "factor", asFactor);
  const shares = optional(fields, "shares", asShares);
  const given: readonly ExpertLoad[] = [
    ...(exponent === undefined ? [] : [{ kind: "zipf" as const, exponent }]),
    ...(factor === undefined ? [] : [{ kind: "factor" as const, factor }]),
    ...(shares === undefined ? [] : [{ kind: "shares" as const, layers: shares }]),
  ];
  const [only, second] = given;
  if (!only || second) throw new CaseError("bad-case", `“${key}” must hold one of zipf, shares, factor.`);
  return only;
}

function asShares(value: unknown, key: string): readonly (readonly number[])[] {
  if (isShares(value)) return [value];
  if (Array.isArray(value) && value.length > 0 && value.length <= mostLayers && value.every(isShares)) return value;
  throw new CaseError("bad-case", `“${key}” must be a list of numbers from 0 up, one an expert, or such a list for each layer.`);
}

/** At least one expert is chosen, and as often as numbers can be added up. */
function isShares(value: unknown): value is readonly number[] {
  if (!Array.isArray(value) || value.length > mostExperts) return false;
  return value.every((one) => typeof one === "number" && one >= 0 && one <= 1e15) && value.some((one) => one > 0);
}

/** `zipf:0.8` or `factor:1.5` of a directive; undefined = neither. */
export function expertLoadWord(word: string): ExpertLoad | undefined {
  const [, kind, digits = ""] = /^(zipf|factor):(\d+(?:\.\d+)?)$/.exec(word) ?? [];
  const value = Number(digits);
  if (kind === "zipf" && value <= 8) return { kind, exponent: value };
  if (kind === "factor" && value >= 1 && value <= 1024) return { kind, factor: value };
  return undefined;
}
