import { bandRange } from "../../src/timing/band-range.ts";
import type { Estimate } from "../../src/timing/estimate.ts";
import type { Figure } from "../parts/models.ts";
import { duration, durationRange, figure, parts, rate, span } from "../parts/numbers.ts";
import { definitions, said, words } from "../parts/words.ts";
import { bullet } from "./bullet.ts";

/** The closed form at once: one request alone, and the most the deployment can hold. No percentile under load. */
export function estimateFigures(estimate: Estimate): Figure[] {
  const alone = (id: string, label: string, title: string, seconds: number, band: number): Figure => {
    const [value, unit] = parts(duration(seconds));
    const [low, high] = bandRange(seconds, band);
    return {
      id,
      label,
      title,
      value: `≈ ${value}`,
      unit,
      tag: null,
      bullet: bullet(seconds, [low, high], null, "plain"),
      caption: words("{0}, first estimate", durationRange(low, high)),
    };
  };
  const most = (id: string, label: string, title: string, perSecond: number, kind: "req/s" | "tok/s"): Figure => {
    const [value, unit] = parts(rate(perSecond, kind));
    return { id, label, title, value: `≤ ${value}`, unit, tag: null, bullet: null, caption: words("first estimate") };
  };
  const [user, userUnit] = parts(rate(estimate.userTokensPerSecond, "tok/s"));
  return [
    alone("ttft", words("TTFT of one request"), said(definitions.ttft), estimate.ttftSeconds, estimate.firstTokenBand),
    alone("tpot", words("TPOT of one request"), said(definitions.tpot), estimate.tpotSeconds, estimate.band),
    alone("e2e", words("E2E of one request"), said(definitions.e2e), estimate.e2eSeconds, estimate.band),
    {
      id: "user",
      label: words("Speed for one user"),
      title: words("1 / TPOT at one request"),
      value: `≈ ${user}`,
      unit: userUnit,
      tag: null,
      bullet: null,
      caption: words("range {0}", span(...bandRange(estimate.userTokensPerSecond, estimate.band), "tok/s")),
    },
    most("rate", words("Holds at most"), words("Request rate above which the queue must grow"), estimate.mostRequestsPerSecond, "req/s"),
    {
      ...most(
        "output",
        words("Output at most"),
        words("Output tokens per second at that rate"),
        estimate.mostOutputTokensPerSecond,
        "tok/s",
      ),
      caption: words("{0} requests at once", figure(estimate.largestBatch)),
    },
  ];
}
