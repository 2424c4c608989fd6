import { type Message, plain } from "../../deployment/message.ts";
import type { Comparison } from "../watch-compare.ts";

/** The comparison as one line of JSON; sentences are English. */
export function comparisonJson({ rows, after, drift, gap, standing, steps }: Comparison): string {
  const line = {
    comparison: rows,
    after,
    drift,
    gap: gap && {
      ...gap,
      steps: gap.steps.map((step) => ({ ...step, evidence: sentence(step.evidence) })),
      sentence: plain(gap.sentence),
    },
    standing: standing && { ...standing, sentence: plain(standing.sentence) },
    shift: steps && {
      ...steps,
      bounds: steps.bounds.map((bound) => (Number.isFinite(bound) ? bound : null)),
      sentence: plain(steps.sentence),
    },
  };
  return `${JSON.stringify(line)}\n`;
}

function sentence(words: Message | null): string | null {
  return words && plain(words);
}
