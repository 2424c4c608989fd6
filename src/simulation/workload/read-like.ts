import { asBetween, asCount, asFields, asPositive, asText, CaseError, type Fields, optional } from "../../deployment/case-fields.ts";
import { caseSlo } from "../../deployment/case-slo.ts";
import { askedRate, named } from "./at-rate.ts";
import { type Arrivals, type ClassParts, type LoadParts, loadParts, takesRate } from "./load-parts.ts";
import { asArriving, present } from "./read-arrivals.ts";
import { asLength } from "./read-lengths.ts";
import { withParts } from "./with-parts.ts";
import type { Workload } from "./workload.ts";

/** A workload that is another one, named, with some of its parts changed. */
export interface LikeWorkload {
  readonly kind: "like";
  readonly like: string;
  readonly name?: string;
  readonly source?: string;
  readonly warmup?: number;
  readonly ratePerSecond: number | null;
  readonly change: Partial<LoadParts>;
  readonly problem?: undefined;
}

/** The workload that another one is like; its rate is null where nobody says one. */
export interface LoadBase {
  readonly workload: Workload;
  readonly ratePerSecond: number | null;
}

/** The parts that are written; a cap of null and an empty list of classes take away what the other one has. Throws a CaseError where one is not what it should be. */
export function asLoadChange(fields: Fields, kind: string | undefined): Partial<LoadParts> {
  return {
    ...present("arrivals", asArrivals(fields, kind)),
    ...present("requests", optional(fields, "requests", asCount)),
    ...(fields.maxInFlight === null ? { maxInFlight: null } : present("maxInFlight", optional(fields, "maxInFlight", asCount))),
    ...present("promptTokens", optional(fields, "promptTokens", asLength)),
    ...present("outputTokens", optional(fields, "outputTokens", asLength)),
    ...present("prefixShare", optional(fields, "prefixShare", asBetween(0, 1))),
    ...present("classes", optional(fields, "classes", asClassParts)),
  };
}

/** The workload that is meant, out of the one it is like; a sentence where that is not known or leaves a rate open. */
export function likeWorkload(
  { like, ratePerSecond, change, ...own }: LikeWorkload,
  base: (name: string, requests?: number) => LoadBase | undefined,
): { readonly workload: Workload; readonly problem?: undefined } | { readonly workload?: undefined; readonly problem: string } {
  const found = base(like, change.requests);
  if (!found) return { problem: `The workload “${like}”, which it is like, is not known.` };
  const parts = { ...loadParts(found.workload), ...change };
  const rate = ratePerSecond ?? found.ratePerSecond;
  if (rate === null && takesRate(parts.arrivals)) return { problem: "“ratePerSecond” must be a positive number." };
  const { warmup, name, source } = own;
  const made = withParts(found.workload, rate, parts);
  return { workload: { ...made, ...named(made), ...present("name", name), ...present("source", source), ...present("warmup", warmup) } };
}

/** A workload by itself as one that others may be like. */
export function baseOf(workload: Workload): LoadBase {
  return { workload, ratePerSecond: askedRate(workload) };
}

function asArrivals(fields: Fields, kind: string | undefined): Arrivals | undefined {
  switch (kind) {
    case "closed-loop":
      return { kind, concurrency: asCount(fields.concurrency, "concurrency") };
    case "offline":
      return { kind: "at-once" };
    case undefined:
    case "open-loop": {
      const { arrivals, cv = 1, burst, stages } = asArriving(fields);
      const gaps = { kind: arrivals ?? (cv === 1 ? "poisson" : "gamma"), cv } as const;
      if (burst) return { kind: "bursts", gaps, burst };
      if (stages) return { kind: "stages", gaps, stages };
      return kind === undefined && fields.arrivals === undefined && fields.cv === undefined ? undefined : { kind: "steady", gaps };
    }
    default:
      throw new CaseError("unsupported", "“kind” beside “like” must be closed-loop, open-loop or offline.");
  }
}

function asClassParts(value: unknown, key: string): readonly ClassParts[] {
  if (!Array.isArray(value)) throw new CaseError("bad-case", `“${key}” must be a list of classes.`);
  const classes = value.map((one: unknown, index): ClassParts => {
    const at = `${key}[${index}]`;
    const fields = asFields(one, at);
    const length = (name: string): ClassParts["promptTokens"] =>
      optional(fields, name, (written) => asLength(written, `${at}.${name}`)) ?? null;
    return {
      name: asText(fields.name, `${at}.name`),
      weight: optional(fields, "share", (share) => asPositive(share, `${at}.share`)) ?? null,
      promptTokens: length("promptTokens"),
      outputTokens: length("outputTokens"),
      slo: optional(fields, "slo", caseSlo) ?? null,
    };
  });
  if (new Set(classes.map(({ name }) => name)).size < classes.length)
    throw new CaseError("bad-case", `“${key}” must have names of their own.`);
  return classes;
}
