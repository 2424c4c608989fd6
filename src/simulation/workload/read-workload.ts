import { asCount, asFields, asNotNegative, asPositive, asText, CaseError, type Fields, optional } from "../../deployment/case-fields.ts";
import { asArriving, present } from "./read-arrivals.ts";
import { asClasses, asClassTerms } from "./read-classes.ts";
import { asLength, asNumbers, asPrefixShare, asSharedPrefix } from "./read-lengths.ts";
import { asLoadChange, type LikeWorkload } from "./read-like.ts";
import { type TraceFormat, traceFormats } from "./trace-formats.ts";
import type { ClassTerms, Length, RequestRow, SharedPrefix, Workload, WorkloadClass } from "./workload.ts";

/** A trace that somebody has to fetch first. */
export interface TraceReference {
  readonly path: string;
  readonly format: TraceFormat | undefined;
  readonly speedup: number;
  readonly limitSeconds: number;
  /** Only so many of its first requests. */
  readonly requests: number | undefined;
  /** Replaces the trace's arrivals by a Poisson process. */
  readonly ratePerSecond: number | undefined;
  /** Limits of the kinds of requests that its rows name. */
  readonly classes: readonly ClassTerms[] | undefined;
}

/** A workload as a case or a file writes it. `named` is a built-in or own one; its rate and number of requests may be left open. */
export type WrittenWorkload =
  | { readonly kind: "workload"; readonly workload: Workload; readonly problem?: undefined }
  | { readonly kind: "trace"; readonly trace: TraceReference; readonly problem?: undefined }
  | {
      readonly kind: "named";
      readonly name: string;
      readonly ratePerSecond: number | undefined;
      readonly requests: number | undefined;
      readonly problem?: undefined;
    }
  | LikeWorkload
  | { readonly kind?: undefined; readonly problem: string };

const kinds = "closed-loop, open-loop, offline, trace, requests";

/** Reads a workload in the words of interfaces.md. Never throws: `problem` names the member. Ranges are checked where it is drawn. */
export function readWorkload(value: unknown): WrittenWorkload {
  if (typeof value === "string") return { kind: "named", name: value, ratePerSecond: undefined, requests: undefined };
  try {
    return written(asFields(value, "workload"));
  } catch (error) {
    if (error instanceof CaseError) return { problem: error.message };
    throw error;
  }
}

function written(fields: Fields): WrittenWorkload {
  const name = optional(fields, "name", asText);
  const requests = optional(fields, "requests", (value, key) => (Array.isArray(value) ? undefined : asCount(value, key)));
  const ratePerSecond = optional(fields, "ratePerSecond", asPositive);
  const common = {
    ...present("name", name),
    ...present("source", optional(fields, "source", asText)),
    ...present("maxInFlight", optional(fields, "maxInFlight", asCount)),
    ...present("warmup", optional(fields, "warmup", asNotNegative)),
  };
  const kind = optional(fields, "kind", asText);
  const like = optional(fields, "like", asText);
  if (like !== undefined)
    return { kind: "like", like, ...common, ratePerSecond: ratePerSecond ?? null, change: asLoadChange(fields, kind) };
  switch (kind) {
    case undefined:
      if (name === undefined) throw new CaseError("bad-case", `“kind” of the workload must be one of ${kinds}.`);
      return { kind: "named", name, ratePerSecond, requests };
    case "trace":
      return { kind: "trace", trace: traceReference(fields, requests, ratePerSecond) };
    case "requests":
      return { kind: "workload", workload: { ...common, ...inlineRequests(fields, ratePerSecond) } };
    case "closed-loop": {
      const concurrency = asCount(fields.concurrency, "concurrency");
      const total = requests ?? concurrency * 10;
      return { kind: "workload", workload: { ...common, kind, concurrency, requests: total, ...shapes(fields) } };
    }
    case "offline":
      return { kind: "workload", workload: { ...common, kind, requests: requests ?? 1000, ...shapes(fields) } };
    case "open-loop":
      return { kind: "workload", workload: { ...common, ...openLoop(fields, requests, ratePerSecond) } };
    default:
      throw new CaseError("unsupported", `The workload kind “${kind}” is not known; there are ${kinds}.`);
  }
}

function openLoop(
  fields: Fields,
  requests: number | undefined,
  ratePerSecond: number | undefined,
): Extract<Workload, { kind: "open-loop" }> {
  const arriving = asArriving(fields);
  const { stages } = arriving;
  const shape = shapes(fields);
  const own = shape.classes?.reduce((sum, one) => sum + (one.ratePerSecond ?? 0), 0) ?? 0;
  const rate = ratePerSecond ?? stages?.[0]?.ratePerSecond ?? (own > 0 ? own : undefined);
  if (rate === undefined) throw new CaseError("bad-case", "“ratePerSecond” must be a positive number.");
  const staged = stages?.reduce((sum, stage) => sum + stage.ratePerSecond * stage.durationSeconds, 0) ?? 0;
  return {
    kind: "open-loop",
    ratePerSecond: rate,
    requests: requests ?? (staged >= 1 ? Math.round(staged) : 1000),
    ...arriving,
    ...shape,
  };
}

/** Lengths, or what stands in their place. */
function shapes(fields: Fields): {
  readonly promptTokens: Length;
  readonly outputTokens: Length;
  readonly sharedPrefix?: SharedPrefix;
  readonly prefixShare?: number;
  readonly classes?: readonly WorkloadClass[];
} {
  const classes = optional(fields, "classes", asClasses);
  if (classes) return { classes, promptTokens: 1, outputTokens: 1 };
  const sharedPrefix = optional(fields, "sharedPrefix", asSharedPrefix);
  if (sharedPrefix) return { sharedPrefix, promptTokens: 1, outputTokens: 1 };
  return {
    promptTokens: asLength(fields.promptTokens, "promptTokens"),
    outputTokens: asLength(fields.outputTokens, "outputTokens"),
    ...asPrefixShare(fields),
  };
}

function traceReference(fields: Fields, requests: number | undefined, ratePerSecond: number | undefined): TraceReference {
  return {
    path: asText(fields.path, "path"),
    format: optional(fields, "format", asTraceFormat),
    speedup: optional(fields, "speedup", asPositive) ?? 1,
    limitSeconds: optional(fields, "limitSeconds", asPositive) ?? Number.POSITIVE_INFINITY,
    requests,
    ratePerSecond,
    classes: optional(fields, "classes", asClassTerms),
  };
}

function inlineRequests(fields: Fields, ratePerSecond: number | undefined): Extract<Workload, { kind: "requests" }> {
  if (!Array.isArray(fields.requests)) throw new CaseError("bad-case", "“requests” must be a list of requests.");
  const block = optional(fields, "prefixBlockTokens", asCount);
  const classes = optional(fields, "classes", asClassTerms);
  return {
    kind: "requests",
    requests: fields.requests.map((row: unknown, index) => asRow(row, index, classes ?? [])),
    ...present("classes", classes),
    ...present("prefixBlockTokens", block),
    ...present("ratePerSecond", ratePerSecond),
    ...asArriving(fields),
  };
}

function asRow(value: unknown, index: number, classes: readonly ClassTerms[]): RequestRow {
  const row = asFields(value, `requests[${index}]`);
  const blocks = optional(row, "prefixBlocks", (list, key) => asNumbers(list, key));
  return {
    arrivalSeconds: optional(row, "arrivalSeconds", asNotNegative) ?? 0,
    promptTokens: asNotNegative(row.promptTokens, `requests[${index}].promptTokens`),
    outputTokens: asNotNegative(row.outputTokens, `requests[${index}].outputTokens`),
    ...present("prefixBlocks", blocks),
    ...present("session", optional(row, "session", asNotNegative)),
    ...present(
      "class",
      optional(row, "class", (name) => placeOf(name, classes, index)),
    ),
  };
}

function placeOf(name: unknown, classes: readonly ClassTerms[], index: number): number {
  const place = classes.findIndex((one) => one.name === name);
  if (place >= 0) return place;
  throw new CaseError("bad-case", `“requests[${index}].class” must be one of the workload's classes.`);
}

function asTraceFormat(value: unknown, key: string): TraceFormat {
  const name = asText(value, key);
  const known = traceFormats.find((format) => format === name);
  if (known) return known;
  throw new CaseError("unsupported", `The trace format “${name}” is not supported; there are ${traceFormats.join(", ")}.`);
}
