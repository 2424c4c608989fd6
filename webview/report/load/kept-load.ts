import { asCount, asFields, asNotNegative, asPositive, asText, CaseError, type Fields } from "../../../src/deployment/case-fields.ts";
import { caseSlo } from "../../../src/deployment/case-slo.ts";
import type { Arrivals, ClassParts, Gaps, LoadParts } from "../../../src/simulation/workload/load-parts.ts";
import { isGapKind } from "../../../src/simulation/workload/read-classes.ts";
import { asLength } from "../../../src/simulation/workload/read-lengths.ts";

/** A load that the page kept over a reload; undefined where anything in it is not as it should be. */
export function readLoad(kept: unknown): LoadParts | undefined {
  try {
    const fields = asFields(kept, "load");
    return {
      arrivals: asArrivals(asFields(fields.arrivals, "arrivals")),
      maxInFlight: orNull(fields, "maxInFlight", asCount),
      promptTokens: orNull(fields, "promptTokens", asLength),
      outputTokens: orNull(fields, "outputTokens", asLength),
      prefixShare: orNull(fields, "prefixShare", asNotNegative),
      requests: asCount(fields.requests, "requests"),
      classes: asList(fields.classes, "classes").map(asClass),
    };
  } catch (error) {
    if (error instanceof CaseError) return undefined;
    throw error;
  }
}

function asArrivals(fields: Fields): Arrivals {
  const kind = asText(fields.kind, "kind");
  switch (kind) {
    case "steady":
      return { kind, gaps: asGaps(fields) };
    case "bursts": {
      const burst = asFields(fields.burst, "burst");
      const number = (name: string): number => asPositive(burst[name], name);
      return {
        kind,
        gaps: asGaps(fields),
        burst: {
          ratePerSecond: number("ratePerSecond"),
          durationSeconds: number("durationSeconds"),
          everySeconds: number("everySeconds"),
        },
      };
    }
    case "stages":
      return { kind, gaps: asGaps(fields), stages: asList(fields.stages, "stages").map(asStage) };
    case "closed-loop":
      return { kind, concurrency: asCount(fields.concurrency, "concurrency") };
    case "at-once":
    case "recorded":
    case "by-class":
      return { kind };
    default:
      throw new CaseError("bad-case", `“${kind}” is no kind of arrivals.`);
  }
}

function asGaps({ gaps }: Fields): Gaps {
  const { kind, cv } = asFields(gaps, "gaps");
  if (!isGapKind(kind)) throw new CaseError("bad-case", "“kind” is no kind of gaps.");
  return { kind, cv: asPositive(cv, "cv") };
}

function asStage(value: unknown): { readonly ratePerSecond: number; readonly durationSeconds: number } {
  const { ratePerSecond, durationSeconds } = asFields(value, "stage");
  return { ratePerSecond: asPositive(ratePerSecond, "ratePerSecond"), durationSeconds: asPositive(durationSeconds, "durationSeconds") };
}

function asClass(value: unknown): ClassParts {
  const fields = asFields(value, "class");
  return {
    name: asText(fields.name, "name"),
    weight: orNull(fields, "weight", asPositive),
    promptTokens: orNull(fields, "promptTokens", asLength),
    outputTokens: orNull(fields, "outputTokens", asLength),
    slo: orNull(fields, "slo", caseSlo),
  };
}

function asList(value: unknown, key: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new CaseError("bad-case", `“${key}” must be a list.`);
}

function orNull<T>(fields: Fields, key: string, read: (value: unknown, key: string) => T): T | null {
  const value = fields[key];
  return value === null || value === undefined ? null : read(value, key);
}
