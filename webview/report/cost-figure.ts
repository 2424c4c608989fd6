import type { Cost } from "../../src/simulation/report/cost.ts";
import type { Figure } from "../parts/models.ts";
import { dollars } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";

/** What a million output tokens cost, from the least to the most that its GPUs are offered for; null where no price is known. */
export function costRange(cost: Cost | undefined): string | null {
  const range = cost?.perMillionOutputTokens;
  return range ? dollars(range.low, range.high) : null;
}

/** The cost of output with what the deployment costs an hour; whose prices these are is in its title. */
export function costFigure(cost: Cost | undefined): Figure | null {
  const value = costRange(cost);
  if (!cost || value === null) return null;
  const hour = words("{0} an hour", dollars(cost.perHour.low, cost.perHour.high));
  return {
    id: "cost",
    label: words("Cost /M output"),
    title: [words("US dollars for a million output tokens of the whole deployment"), ...offerSource(cost)].join(". "),
    value,
    unit: "",
    tag: null,
    bullet: null,
    caption: `${hour} · ${basis(cost)}`,
  };
}

/** Whose offers they are; nothing of one's own price. */
export function offerSource({ months, source }: Cost): readonly string[] {
  return months.length === 0 ? [] : [words("Offers of a GPU hour: {0}", source)];
}

function basis({ months }: Cost): string {
  const [first, last] = [months[0], months.at(-1)];
  if (first === undefined || last === undefined) return words("at your own price");
  return first === last ? words("offers of {0}", first) : words("offers of {0} to {1}", first, last);
}
