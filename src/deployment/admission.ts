import { asCount, asFields, CaseError, type Fields, optional } from "./case-fields.ts";

/** Requests that are turned away at the door (HTTP 429 or 503); absent = as many as come (vLLM's server, a Kubernetes Service). */
export interface Admission {
  /** Requests under way in the whole deployment beyond which no further one is taken. */
  readonly mostInFlight?: number;
  /** Requests that wait in one engine core beyond which it takes no further one. */
  readonly mostQueued?: number;
}

export function caseAdmission(value: unknown, key: string): Admission {
  const fields: Fields = asFields(value, key);
  const mostInFlight = optional(fields, "mostInFlight", (one) => asCount(one, `${key}.mostInFlight`));
  const mostQueued = optional(fields, "mostQueued", (one) => asCount(one, `${key}.mostQueued`));
  if (mostInFlight === undefined && mostQueued === undefined)
    throw new CaseError("bad-case", `“${key}” must have mostInFlight, mostQueued, or both.`);
  return { ...(mostInFlight === undefined ? {} : { mostInFlight }), ...(mostQueued === undefined ? {} : { mostQueued }) };
}
