import { dollars, figure, percent } from "../../catalog/quantity.ts";
import type { MoneyRange } from "../../simulation/report/cost.ts";
import type { Summary } from "../../simulation/report/report.ts";

/** What a run costs and takes, as far as it is known: link between pools, money, energy. */
export function costRows({ linkShare, cost, mostJoulesPerOutputToken: joules }: Summary): readonly (readonly [string, string])[] {
  return [
    ...(linkShare === undefined ? [] : [["busiest link", `${percent(linkShare)} of the time`] as const]),
    [
      "cost",
      cost
        ? `${dollars(cost.perHour.low, cost.perHour.high)} an hour${tokensWords(cost.perMillionOutputTokens)} (${cost.source})`
        : "unknown; set `price` in the project file",
    ],
    ...(joules === undefined ? [] : [["energy", `at most ${figure(joules)} J an output token, at the cards' limits of power`] as const]),
  ];
}

function tokensWords(perMillion: MoneyRange | undefined): string {
  return perMillion ? `, ${dollars(perMillion.low, perMillion.high)} a million output tokens` : "";
}
