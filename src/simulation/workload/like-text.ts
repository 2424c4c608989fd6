import { type Arrivals, type ClassParts, type LoadParts, takesRate } from "./load-parts.ts";
import { oneLine } from "./one-line.ts";

export interface WrittenLike {
  readonly name: string;
  readonly source: string;
  readonly like: string;
  readonly ratePerSecond: number | null;
  /** Of the workload that it is like. */
  readonly was: LoadParts;
  readonly parts: LoadParts;
}

/** A workload as the file of one of a project's own: what it is like, and the parts that differ. */
export function likeText({ name, source, like, ratePerSecond, was, parts }: WrittenLike): string {
  const differs = (key: keyof LoadParts): boolean => JSON.stringify(parts[key]) !== JSON.stringify(was[key]);
  const rate = takesRate(parts.arrivals) && ratePerSecond !== null ? [`ratePerSecond: ${ratePerSecond}`] : [];
  return `${[
    `name: ${JSON.stringify(name)}`,
    `source: ${JSON.stringify(oneLine(source))}`,
    `like: ${JSON.stringify(like)}`,
    ...rate,
    ...(differs("arrivals") ? arrivalLines(parts.arrivals) : []),
    ...(["requests", "maxInFlight", "promptTokens", "outputTokens", "prefixShare"] as const)
      .filter(differs)
      .map((key) => `${key}: ${JSON.stringify(parts[key])}`),
    ...(differs("classes") ? classLines(parts.classes) : []),
  ].join("\n")}\n`;
}

function arrivalLines(arrivals: Arrivals): readonly string[] {
  switch (arrivals.kind) {
    case "closed-loop":
      return ["kind: closed-loop", `concurrency: ${arrivals.concurrency}`];
    case "at-once":
      return ["kind: offline"];
    case "recorded":
    case "by-class":
      return [];
    default: {
      const { gaps } = arrivals;
      const cv = gaps.kind === "gamma" || gaps.kind === "weibull" ? [`cv: ${gaps.cv}`] : [];
      const pattern =
        arrivals.kind === "bursts"
          ? [`burst: ${JSON.stringify(arrivals.burst)}`]
          : arrivals.kind === "stages"
            ? [`stages: ${JSON.stringify(arrivals.stages)}`]
            : [];
      return ["kind: open-loop", `arrivals: ${gaps.kind}`, ...cv, ...pattern];
    }
  }
}

function classLines(classes: readonly ClassParts[]): readonly string[] {
  return classes.length === 0 ? ["classes: []"] : ["classes:", ...classes.map(classLine)];
}

function classLine({ name, weight, promptTokens, outputTokens, slo }: ClassParts): string {
  const members = { name, share: weight, promptTokens, outputTokens, slo };
  return `  - ${JSON.stringify(Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)))}`;
}
