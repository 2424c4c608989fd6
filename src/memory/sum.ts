import type { Measured } from "./measured.ts";
import type { Confidence, Derivation, Part } from "./plan.ts";

/** A term before it stands in a sum. */
export interface Term {
  readonly bytes: number;
  /** The formula with its numbers put in. */
  readonly formula: string;
  readonly confidence: Confidence;
  /** Half the band that nine of ten logged starts keep. */
  readonly spread: number;
}

const order: readonly Confidence[] = ["engine-law", "fitted", "estimated"];

/** Terms below this share of the card do not decide how sure a total is. */
const smallShare = 0.02;

/** The lines of one rank's sum in the order in which they are worked out. */
export class Sum {
  readonly steps: Derivation[] = [];

  /** `measured`: what a run reported of a part; it takes the place of what was worked out. */
  constructor(private readonly measured: (part: Part) => Measured | undefined) {}

  add(part: Part, label: string, predicted: Term, source: string, unit: Derivation["unit"] = "B"): number {
    const reported = this.measured(part);
    const { bytes: value, formula, confidence, spread } = reported?.term ?? predicted;
    this.steps.push({ part, label, formula, value, unit, confidence, spread, source: reported?.source ?? source });
    return value;
  }

  spread(part: Part): number {
    return this.steps.find((step) => step.part === part)?.spread ?? 0;
  }

  /** How sure a total of these parts is: as its worst term above 2 % of the card; its band is that of terms that err apart. */
  trust(parts: readonly Part[], cardBytes: number): Pick<Term, "confidence" | "spread"> {
    const terms = this.steps.filter(({ part }) => parts.includes(part));
    const worst = Math.max(0, ...terms.filter(({ value }) => value > smallShare * cardBytes).map((one) => order.indexOf(one.confidence)));
    return { confidence: order[worst] ?? "estimated", spread: Math.hypot(...terms.map(({ spread }) => spread)) };
  }
}
