import { duration, durationRange, percent, whole } from "../catalog/quantity.ts";
import { plain } from "../deployment/message.ts";
import { modeWords } from "../simulation/report/layout-words.ts";
import { bandRange } from "../timing/band-range.ts";
import { decodeBatch } from "../timing/closed-form.ts";
import { achieved, gpuPeaks } from "../timing/operators/achieved.ts";
import type { OperatorShare } from "../timing/operators/operator.ts";
import { bandwidthWords, basisShares, basisWords, computeWords, operatorWords } from "../timing/operators/operator-words.ts";
import { stepModel } from "../timing/step.ts";
import { timingState } from "../timing/timing-state.ts";
import type { HoverOptions } from "./hover.ts";
import { type Card, commandLink, escaped } from "./hover-card.ts";
import { stepWords } from "./hover-measured.ts";
import { lengthsFor } from "./lengths.ts";
import type { DeploymentAnalysis } from "./results.ts";

/** Requests of the step that is told: a busy server, yet no full one. */
const typicalSequences = 32;
const mostRows = 4;

/** What a decode step of this deployment is made of, over the place where its lens stands. */
export function stepCard({ deployment, settled, estimate }: DeploymentAnalysis, { catalog, uri }: HoverOptions): Card | undefined {
  const pool = settled?.pools.find(({ role }) => role === "decode") ?? settled?.pools.at(-1);
  if (!settled || !pool || !estimate || estimate.largestBatch < 1) return undefined;
  const { promptTokens, outputTokens } = lengthsFor(settled, catalog);
  const sequences = Math.min(typicalSequences, estimate.largestBatch);
  const context = promptTokens + outputTokens / 2;
  const model = stepModel(settled.model, pool);
  const state = timingState(settled.model, pool);
  const batch = decodeBatch(sequences, context, pool.speculation);
  const operators = model.anatomy(batch);
  const peaks = gpuPeaks(model, pool);
  const total = operators.reduce((sum, { seconds }) => sum + seconds, 0);
  const largest = [...operators].sort((a, b) => b.seconds - a.seconds).slice(0, mostRows);
  const row = (one: OperatorShare): readonly [string, string] => [
    `${plain(operatorWords[one.operator])}, ${percent(one.seconds / total)}`,
    [duration(one.seconds), ...reached(one, peaks)].join(" · "),
  ];
  const ttft = durationRange(...bandRange(estimate.ttftSeconds, estimate.firstTokenBand));
  const tpot = durationRange(...bandRange(estimate.tpotSeconds, estimate.band));
  const rests = basisShares(operators).map(({ basis, share }) => `${percent(share)} ${plain(basisWords[basis])}`);
  return {
    headline: `A decode step of ${sequences}: ${duration(total)}`,
    beside: [
      escaped(`${whole(context)} tokens of context each, as ${modeWords(pool.layout, model.mode(batch.tokens))}`),
      commandLink("Open report", "inferenceLens.openReport", [uri, deployment.id]),
    ],
    title: "Share of the step",
    rows: largest.map(row),
    whatIf: `One request alone, in 8 of 10 cases: TTFT ${ttft}, TPOT ${tpot}.`,
    ...(state ? { measured: stepWords(state).join(" ") } : {}),
    last: [escaped(`Step time: ${rests.join(", ")}`)],
  };
}

/** The nearer of its two limits: bandwidth or compute. */
function reached(one: OperatorShare, peaks: Parameters<typeof achieved>[1]): readonly string[] {
  const { flopsPerSecond, bytesPerSecond, flopsShare, bytesShare } = achieved(one, peaks);
  if (flopsShare === null && bytesShare === null) return one.bytes > 0 ? [bandwidthWords(bytesPerSecond)] : [];
  return (flopsShare ?? 0) > (bytesShare ?? 0)
    ? [`${computeWords(flopsPerSecond)}, ${percent(flopsShare ?? 0)} of peak`]
    : [`${bandwidthWords(bytesPerSecond)}, ${percent(bytesShare ?? 0)} of peak`];
}
