import { calibrationWords } from "../deployment/calibration-words.ts";
import { plain } from "../deployment/message.ts";
import type { Card } from "./hover-card.ts";
import type { Place } from "./position.ts";

/** What of these figures a run measured, and what of it is predicted again because something changed; nothing without a calibration. */
export function measuredLine({ analysis, index }: Place): Pick<Card, "measured"> {
  const measured = analysis.settled?.pools[index]?.observed.measured;
  if (!measured) return {};
  const { used, predicted } = calibrationWords(measured);
  const again = predicted.map(({ terms, why }) => `Predicted: ${terms}; ${plain(why)}.`);
  return { measured: [`${plain(used)}.`, ...again].join(" ") };
}
