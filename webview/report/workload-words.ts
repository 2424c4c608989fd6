import type { Arrivals, LoadParts } from "../../src/simulation/workload/load-parts.ts";
import type { WorkloadNumbers } from "../../src/simulation/workload/workload.ts";
import { brief, duration, figure, rate, share, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";

/** A load in numbers, as one line: lengths, repeated prefix, bursts, how else it comes, its classes, source. */
export function workloadWords(numbers: WorkloadNumbers, { arrivals, maxInFlight, classes }: LoadParts): string {
  const lengths = words(
    "{0} prompt and {1} output tokens mean, p95 {2} and {3}",
    whole(numbers.promptMean),
    whole(numbers.outputMean),
    whole(numbers.promptP95),
    whole(numbers.outputP95),
  );
  const prefix = numbers.repeatedPrefix > 0.005 ? words("{0} shared prefix", share(numbers.repeatedPrefix)) : words("no shared prefix");
  const bursts = numbers.burstiness === null ? null : words("bursts {0} ×", brief(figure(numbers.burstiness)));
  const cap = maxInFlight === null ? null : words("at most {0} in flight", whole(maxInFlight));
  const kinds = classes.length === 0 ? null : words("classes {0}", classes.map(({ name }) => name).join(", "));
  return [lengths, prefix, bursts, arrivalWords(arrivals), cap, kinds, numbers.source]
    .filter((part) => part !== null && part !== "")
    .join(" · ");
}

/** What of the arrivals is no matter of rate and gaps alone. */
function arrivalWords(arrivals: Arrivals): string | null {
  switch (arrivals.kind) {
    case "bursts": {
      const { ratePerSecond, durationSeconds, everySeconds } = arrivals.burst;
      return words(
        "{0} for {1} every {2}",
        brief(rate(ratePerSecond, "req/s")),
        brief(duration(durationSeconds)),
        brief(duration(everySeconds)),
      );
    }
    case "stages":
      return words("stages of {0} req/s", arrivals.stages.map(({ ratePerSecond }) => brief(figure(ratePerSecond))).join(", "));
    case "closed-loop":
      return words("{0} kept in flight", whole(arrivals.concurrency));
    case "at-once":
      return words("all at once");
    case "by-class":
      return words("each class by itself");
    case "steady":
    case "recorded":
      return null;
    default:
      return arrivals satisfies never;
  }
}
