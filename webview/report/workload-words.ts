import type { WorkloadNumbers } from "../../src/simulation/workload/workload.ts";
import { brief, figure, share, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";

/** A workload in numbers, as one line: lengths, repeated prefix, bursts, source. */
export function workloadWords(numbers: WorkloadNumbers): string {
  const lengths = words(
    "{0} prompt and {1} output tokens mean, p95 {2} and {3}",
    whole(numbers.promptMean),
    whole(numbers.outputMean),
    whole(numbers.promptP95),
    whole(numbers.outputP95),
  );
  const prefix = numbers.repeatedPrefix > 0.005 ? words("{0} shared prefix", share(numbers.repeatedPrefix)) : words("no shared prefix");
  const bursts = numbers.burstiness === null ? null : words("bursts {0} ×", brief(figure(numbers.burstiness)));
  return [lengths, prefix, bursts, numbers.source].filter((part) => part !== null && part !== "").join(" · ");
}
