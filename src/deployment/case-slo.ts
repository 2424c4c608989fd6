import { asBetween, asFields, asPositive, optional } from "./case-fields.ts";
import type { Slo } from "./deployment.ts";

/** Limits of a case, or of a class of its requests. */
export function caseSlo(value: unknown, key: string): Slo {
  const fields = asFields(value, key);
  return {
    ttftSeconds: optional(fields, "ttftSeconds", asPositive) ?? null,
    tpotSeconds: optional(fields, "tpotSeconds", asPositive) ?? null,
    e2eSeconds: optional(fields, "e2eSeconds", asPositive) ?? null,
    percentile: optional(fields, "percentile", asBetween(1, 99.99)) ?? 95,
  };
}
