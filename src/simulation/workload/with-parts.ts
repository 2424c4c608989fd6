import { allAtOnce } from "../report/saturation.ts";
import { askedRate, classesAt, named, withRequests } from "./at-rate.ts";
import { type Arrivals, type ClassParts, type LoadParts, loadParts } from "./load-parts.ts";
import type { RequestShape } from "./request-source.ts";
import type { RequestRow, Workload, WorkloadClass } from "./workload.ts";

type Rows = Extract<Workload, { kind: "requests" }>;
type Drawn = Exclude<Workload, { kind: "requests" }>;
/** What requests are, without how they come. */
type Shapes = Pick<Drawn, "promptTokens" | "outputTokens" | "sharedPrefix" | "prefixShare" | "classes">;

/** The workload with other parts; its own change nothing. The rate is null where the arrivals ask for none, or for the workload's own. */
export function withParts(workload: Workload, ratePerSecond: number | null, parts: LoadParts): Workload {
  const rate = ratePerSecond ?? askedRate(workload) ?? 1;
  const { warmup } = workload;
  const common = {
    ...named(workload),
    ...(warmup === undefined ? {} : { warmup }),
    ...(parts.maxInFlight === null ? {} : { maxInFlight: parts.maxInFlight }),
  };
  const rows = rowsWith(workload, parts);
  if (rows) return { ...rowsArriving(rows, rate, parts.arrivals), ...common };
  return { ...common, ...drawnArriving(shapesWith(workload, parts), rate, parts) };
}

/** The workload's own requests, where no part asks for others. */
function rowsWith(workload: Workload, parts: LoadParts): Rows | undefined {
  if (workload.kind !== "requests") return undefined;
  const own = workload.classes ?? [];
  const isOwn =
    isUnchanged(parts) &&
    parts.prefixShare === null &&
    parts.classes.length === own.length &&
    parts.classes.every((one, place) => one.name === own[place]?.name && one.weight === null && isUnchanged(one));
  if (!isOwn) return undefined;
  const { classes: _, maxInFlight: __, ...rows } = workload;
  const classes = parts.classes.map(({ name, slo }) => ({ name, ...(slo ? { slo } : {}) }));
  const kept: Workload = { ...rows, ...(classes.length > 0 ? { classes } : {}) };
  const cut = withRequests(kept, parts.requests);
  return cut.kind === "requests" ? cut : undefined;
}

function isUnchanged({ promptTokens, outputTokens }: Pick<ClassParts, "promptTokens" | "outputTokens">): boolean {
  return promptTokens === null && outputTokens === null;
}

function rowsArriving(rows: Rows, rate: number, arrivals: Arrivals): Workload {
  const { ratePerSecond: _, arrivals: __, cv: ___, burst: ____, stages: _____, ...still } = rows;
  switch (arrivals.kind) {
    case "recorded":
      return still;
    case "at-once":
    case "by-class":
      return allAtOnce(still);
    case "closed-loop":
      // Rows that wait at a client which keeps so many in flight.
      return { ...allAtOnce(still), maxInFlight: arrivals.concurrency };
    default:
      return { ...still, ratePerSecond: rate, ...process(arrivals) };
  }
}

function process(arrivals: Extract<Arrivals, { kind: "steady" | "bursts" | "stages" }>) {
  const { gaps } = arrivals;
  const common = { arrivals: gaps.kind, cv: gaps.cv };
  if (arrivals.kind === "bursts") return { ...common, burst: arrivals.burst };
  return arrivals.kind === "stages" ? { ...common, stages: arrivals.stages } : common;
}

function drawnArriving(shapes: Shapes, rate: number, { arrivals, requests }: LoadParts): Drawn {
  const { classes } = shapes;
  if (arrivals.kind === "by-class") {
    // Of classes by themselves the sum of their rates is the load's.
    const total = classes?.reduce((sum, { share = 1 }) => sum + share, 0) ?? rate;
    const own = classes?.map(({ share = 1, ...one }) => ({ ...one, ratePerSecond: share }));
    return { ...shapes, kind: "open-loop", ratePerSecond: total, requests, ...(own ? { classes: own } : {}) };
  }
  const together = classes ? { ...shapes, classes: classes.map(arrivingTogether) } : shapes;
  switch (arrivals.kind) {
    case "closed-loop":
      return { ...together, kind: "closed-loop", concurrency: arrivals.concurrency, requests };
    case "at-once":
    case "recorded":
      return { ...together, kind: "offline", requests };
    default:
      return { ...together, kind: "open-loop", ratePerSecond: rate, requests, ...process(arrivals) };
  }
}

/** Without a process of its own: one process brings them all. */
function arrivingTogether(one: WorkloadClass): WorkloadClass {
  const { arrivals: _, cv: __, ...kept } = one;
  return kept;
}

/** Lengths of the parts over those of the workload; shares of classes are their weights. */
function shapesWith(workload: Workload, parts: LoadParts): Shapes {
  if (parts.classes.length === 0) {
    const shape = changed(wholeShape(workload), parts);
    return parts.prefixShare === null ? shape : { ...shape, prefixShare: parts.prefixShare };
  }
  const classes = parts.classes.map((one): WorkloadClass => {
    const { shape, weight, ...rest } = ownClass(workload, one.name) ?? { shape: wholeShape(workload), weight: 1 };
    return { ...rest, ...changed(shape, one), name: one.name, share: one.weight ?? weight, ...(one.slo ? { slo: one.slo } : {}) };
  });
  return { promptTokens: 1, outputTokens: 1, classes };
}

interface OwnClass extends Pick<WorkloadClass, "arrivals" | "cv"> {
  readonly shape: RequestShape;
  readonly weight: number;
}

/** A class of the workload by its name: what its requests are, and how much of the load they make. */
function ownClass(workload: Workload, name: string): OwnClass | undefined {
  if (workload.kind === "requests") {
    const place = workload.classes?.findIndex((one) => one.name === name) ?? -1;
    const rows = place < 0 ? [] : workload.requests.filter((row) => (row.class ?? 0) === place);
    return rows.length === 0 ? undefined : { shape: measured(rows), weight: rows.length };
  }
  const found = workload.classes?.find((one) => one.name === name);
  if (!found) return undefined;
  const { share, ratePerSecond, arrivals, cv, ...shape } = found;
  return {
    shape: shapeOf(shape),
    weight: ratePerSecond ?? share ?? 1,
    ...(arrivals === undefined ? {} : { arrivals }),
    ...(cv === undefined ? {} : { cv }),
  };
}

/** What a request of the workload is, whatever its class. */
function wholeShape(workload: Workload): RequestShape {
  if (workload.kind === "requests") return measured(workload.requests);
  return shapeOf(workload.classes?.[0] ?? workload);
}

function shapeOf({ promptTokens, outputTokens, sharedPrefix, prefixShare }: RequestShape): RequestShape {
  return {
    promptTokens,
    outputTokens,
    ...(sharedPrefix ? { sharedPrefix } : {}),
    ...(prefixShare === undefined ? {} : { prefixShare }),
  };
}

function measured(rows: readonly RequestRow[]): RequestShape {
  return {
    promptTokens: { values: rows.map((row) => row.promptTokens) },
    outputTokens: { values: rows.map((row) => row.outputTokens) },
  };
}

/** Conversations whose lengths are changed become requests by themselves. */
function changed(shape: RequestShape, { promptTokens, outputTokens }: Pick<ClassParts, "promptTokens" | "outputTokens">): RequestShape {
  if (promptTokens === null && outputTokens === null) return shape;
  const { sharedPrefix, ...lengths } = shape;
  return {
    ...lengths,
    promptTokens: promptTokens ?? sharedPrefix?.questionTokens ?? lengths.promptTokens,
    outputTokens: outputTokens ?? sharedPrefix?.outputTokens ?? lengths.outputTokens,
  };
}

/** The workload at another rate of its own kind of arrivals: what holds bursts keeps them. */
export function atOwnRate(workload: Workload, ratePerSecond: number): Workload {
  const { arrivals } = loadParts(workload);
  if (workload.kind === "requests")
    return arrivals.kind === "recorded" || arrivals.kind === "at-once" ? workload : { ...workload, ratePerSecond };
  if (workload.kind !== "open-loop" || workload.stages?.length) return workload;
  const { classes } = workload;
  return { ...workload, ratePerSecond, ...(classes ? { classes: classesAt(classes, ratePerSecond) } : {}) };
}
