import { asFields, asPositive, asText, CaseError, type Fields, optional } from "../../deployment/case-fields.ts";
import { caseSlo } from "../../deployment/case-slo.ts";
import type { GapKind } from "./arrivals.ts";
import { asLength, asPrefixShare, asSharedPrefix } from "./read-lengths.ts";
import type { ClassTerms, WorkloadClass } from "./workload.ts";

/** Kinds of requests of a workload that is drawn, each with lengths of its own. */
export function asClasses(value: unknown, key: string): readonly WorkloadClass[] {
  return listed(value, key).map((fields, index): WorkloadClass => {
    const at = `${key}[${index}]`;
    const share = optional(fields, "share", (one) => asPositive(one, `${at}.share`));
    const ratePerSecond = optional(fields, "ratePerSecond", (one) => asPositive(one, `${at}.ratePerSecond`));
    const arrivals = optional(fields, "arrivals", (one) => asGapKind(one, `${at}.arrivals`));
    const cv = optional(fields, "cv", (one) => asPositive(one, `${at}.cv`));
    const sharedPrefix = optional(fields, "sharedPrefix", (one) => asSharedPrefix(one, `${at}.sharedPrefix`));
    return {
      ...terms(fields, at),
      ...(share === undefined ? {} : { share }),
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
      ...(arrivals === undefined ? {} : { arrivals }),
      ...(cv === undefined ? {} : { cv }),
      ...(sharedPrefix
        ? { sharedPrefix, promptTokens: 1, outputTokens: 1 }
        : {
            promptTokens: asLength(fields.promptTokens, `${at}.promptTokens`),
            outputTokens: asLength(fields.outputTokens, `${at}.outputTokens`),
            ...asPrefixShare(fields, `${at}.prefixShare`),
          }),
    };
  });
}

/** Names and limits of the kinds that rows name. */
export function asClassTerms(value: unknown, key: string): readonly ClassTerms[] {
  return listed(value, key).map((fields, index) => terms(fields, `${key}[${index}]`));
}

const gapKinds: ReadonlySet<string> = new Set<GapKind>(["poisson", "constant", "gamma", "weibull"]);

export function isGapKind(word: unknown): word is GapKind {
  return typeof word === "string" && gapKinds.has(word);
}

function asGapKind(value: unknown, key: string): GapKind {
  if (isGapKind(value)) return value;
  throw new CaseError("bad-case", `“${key}” must be poisson, gamma, weibull or constant.`);
}

function terms(fields: Fields, at: string): ClassTerms {
  const slo = optional(fields, "slo", caseSlo);
  return { name: asText(fields.name, `${at}.name`), ...(slo ? { slo } : {}) };
}

function listed(value: unknown, key: string): readonly Fields[] {
  if (!Array.isArray(value) || value.length === 0) throw new CaseError("bad-case", `“${key}” must be a list of classes.`);
  const all = value.map((one: unknown, index) => asFields(one, `${key}[${index}]`));
  const names = new Set(all.map(({ name }) => name));
  if (names.size < all.length) throw new CaseError("bad-case", `“${key}” must have names of their own.`);
  return all;
}
