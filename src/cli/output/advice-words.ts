import { duration, percent, rate } from "../../catalog/quantity.ts";
import { plain } from "../../deployment/message.ts";
import type { AdvisedChange } from "../../language/advised-changes.ts";
import type { SimulatedChange } from "../../planning/advice/advice.ts";
import { holds, type RunFigures } from "../../planning/figures.ts";
import type { Turn } from "../../planning/rate-curve.ts";
import type { VerifiedAdvice } from "../advising.ts";
import type { Terminal } from "../terminal.ts";

const othersTold = 3;

/** The change that helps most with its gain and its price, then the next ones. */
export function adviceText({ before, tried, helping, nearest, reach }: VerifiedAdvice, paint: Terminal["paint"]): string {
  const [best, ...others] = helping;
  if (!best) return noneText(tried, nearest, before);
  const reached = reach ? reachWords(reach.before, reach.after) : "";
  const told = others.slice(0, othersTold).map((one) => `  ${plain(one.change.title)}: ${gainWords(before, one.figures)}\n`);
  return [
    `  ${paint("bold", `Best of ${tried} changes tried: ${plain(best.change.title)}`)}\n`,
    `  ${gainWords(before, best.figures)}${reached}. Price: ${plain(best.change.price)}.\n`,
    best.change.obstacle ? `  It cannot be written here: ${plain(best.change.obstacle)}.\n` : "",
    ...(told.length > 0 ? [`  Others that help (${others.length}):\n`, ...told] : []),
    "\n",
  ].join("");
}

function noneText(tried: number, nearest: VerifiedAdvice["nearest"], before: RunFigures): string {
  const told = nearest.map(({ change, figures }) => `  ${plain(change.title)}: ${gainWords(before, figures)}\n`);
  return [`  None of ${tried} changes tried helps by more than chance.\n`, ...(told.length > 0 ? ["  Nearest:\n", ...told] : [])].join("");
}

function gainWords({ summary: before, saturated }: RunFigures, { summary: after, saturated: still }: RunFigures): string {
  if (saturated && still)
    return `completes ${rate(still.mostRequestsPerSecond, "req/s")} instead of ${rate(saturated.mostRequestsPerSecond, "req/s")}, and the queue still grows`;
  if (still) return "the queue grows for ever";
  if (saturated) return `the queue empties; TTFT p95 ${duration(after.ttftSeconds.p95)}, TPOT p95 ${duration(after.tpotSeconds.p95)}`;
  const parts = [
    `TTFT p95 ${duration(before.ttftSeconds.p95)} → ${duration(after.ttftSeconds.p95)}`,
    `TPOT p95 ${duration(before.tpotSeconds.p95)} → ${duration(after.tpotSeconds.p95)}`,
  ];
  if (before.sloAttainment !== null && after.sloAttainment !== null)
    parts.push(`within the limits ${percent(before.sloAttainment)} → ${percent(after.sloAttainment)}`);
  return parts.join(", ");
}

/** A turn is known to 3 %: what lies within is the same. */
const noticeable = 1.03;

function reachWords(before: Turn, after: Turn): string {
  if (after.held === null || (before.held !== null && after.held < before.held * noticeable)) return "";
  return before.held === null
    ? `; holds up to ${rate(after.held, "req/s")}`
    : `; holds up to ${rate(after.held, "req/s")} instead of ${rate(before.held, "req/s")}`;
}

export function adviceJson({ tried, helping, nearest, reach }: VerifiedAdvice) {
  return { tried, helping: helping.map(changeJson), nearest: nearest.map(changeJson), reach };
}

function changeJson({ change, figures }: SimulatedChange<AdvisedChange>) {
  const { title, price, burden, edits, obstacle } = change;
  return {
    title: plain(title),
    price: plain(price),
    burden,
    edits,
    obstacle: obstacle && plain(obstacle),
    holds: holds(figures),
    saturated: figures.saturated !== null,
    gpus: figures.gpus,
    layout: figures.layout,
    summary: figures.summary,
  };
}
