import type { ReportEvidence } from "../../../src/protocol/report-view.ts";
import type { Report, StepAnatomy } from "../../../src/simulation/report/report.ts";
import type { OperatorName, OperatorShare } from "../../../src/timing/operators/operator.ts";
import { basisShares, basisWords, operatorWords } from "../../../src/timing/operators/operator-words.ts";
import type { Basis } from "../../../src/timing/step-model.ts";
import type { TableModel } from "../../parts/models.ts";
import { blank, figure, share } from "../../parts/numbers.ts";
import { said, words } from "../../parts/words.ts";
import { rangeWords, toldColumn } from "../ranges.ts";
import { basisMarks } from "./step-anatomy.ts";

const points = (band: number): string => `±${blank}${Math.round(band * 100)}${blank}%`;

/** `±` would go below nothing for what may be several times off. */
const factor = (band: number): string =>
  band < 0.3 ? points(band) : `×${blank}${(1 / (1 + band)).toPrecision(2)}–${(1 + band).toPrecision(2)}`;

/** The whole before its parts: ranges once their runs are done, the error of a step until then. */
export function wholeCertainty({ confidence, slo, saturated }: Report, { bands, bandRuns }: ReportEvidence): string {
  const p = toldColumn(slo);
  if (bands && !saturated)
    return words("TTFT {0} {1}, TPOT {0} {2} in 8 of 10 cases", p, rangeWords(bands.ttftSeconds[p]), rangeWords(bands.tpotSeconds[p]));
  const steps = words("Steps {0}, TTFT {1} in 8 of 10 cases", points(confidence.timingBand), factor(confidence.firstTokenBand));
  if (bandRuns.total === 0 || bandRuns.done === bandRuns.total) return steps;
  return words("{0}; ranges: {1} of {2} runs", steps, bandRuns.done, bandRuns.total);
}

/** Kinds of work that are judged together. */
const groups: readonly { readonly title: () => string; readonly operators: readonly OperatorName[] }[] = [
  { title: () => words("Matrix products"), operators: ["attention-projections", "mlp", "experts", "head", "embedding"] },
  { title: () => words("Attention"), operators: ["prefill-attention", "decode-attention"] },
  { title: () => words("Exchanges between GPUs"), operators: ["all-reduce", "all-to-all", "stage-transfer"] },
  { title: () => words("Norms and activations"), operators: ["elementwise"] },
  { title: () => words("Host"), operators: ["host"] },
];

/** Each part of the answer, what it rests on, and its share of a step or how far it may be off. */
export function certainty(report: Report, evidence: ReportEvidence): TableModel {
  const { timingBand, firstTokenBand, memory } = report.confidence;
  const operators = report.anatomy.flatMap((step) => step.operators.map((one) => ({ ...one, seconds: one.seconds / stepSeconds(step) })));
  const all = operators.reduce((sum, { seconds }) => sum + seconds, 0);
  const ofSteps = groups.flatMap(({ title, operators: names }) => {
    const own = operators.filter(({ operator }) => names.includes(operator));
    const seconds = own.reduce((sum, one) => sum + one.seconds, 0);
    if (seconds <= 0) return [];
    return [[`${basisMarks[mostly(own)]} ${title()}`, basisText(own), words("{0} of a step", share(seconds / all))]];
  });
  const seeds = evidence.bands?.seeds ?? 1;
  return {
    name: words("How sure this is"),
    columns: [
      { title: words("Part"), numeric: false },
      { title: words("Basis"), numeric: false },
      { title: words("Weight or error"), numeric: true },
    ],
    rows: [
      ...ofSteps,
      [`${basisMarks[report.confidence.timing]} ${words("Step time")}`, stepsRest(report), points(timingBand)],
      [`◐ ${words("First token")}`, firstTokenRests(report), factor(firstTokenBand)],
      [
        `${memory === "engine-law" ? "●" : memory === "fitted" ? "◐" : "○"} ${words("Memory")}`,
        memoryWords(memory),
        memory === "engine-law" ? words("not rounded") : words("not measured"),
      ],
      [`◐ ${words("Schedule")}`, scheduleRests(report), seeds === 1 ? words("one seed ({0})", report.seed) : words("{0} seeds", seeds)],
      ...draftedRows(report),
    ],
  };
}

/** What speculation comes to rests on how many drafts are accepted, which no run of this deployment has told. */
function draftedRows({ summary: { speculation } }: Report): readonly string[][] {
  if (!speculation) return [];
  const { tokensPerStep, draftingShare, acceptance } = speculation;
  return [
    [
      `○ ${words("Speculation")}`,
      words("{0} tokens a step, drafts in {1} of steps", figure(tokensPerStep), share(draftingShare)),
      words("{0} accepted", share(acceptance)),
    ],
  ];
}

/** With what its system did beside. */
function scheduleRests({ served, scheduler }: Report): string {
  if (!served) return words("simulated · {0}", scheduler);
  return [words("simulated · {0}", `${served.system} · ${scheduler}`), ...served.figures.map(said)].join(". ");
}

/** With what it is made of, where prompt and answer are computed apart. */
function firstTokenRests({ served }: Report): string {
  const judged = words("judged on measured serving runs");
  return served ? `${judged}. ${said(served.firstToken)}` : judged;
}

/** A run of this very deployment, or others on which steps were judged. */
function stepsRest({ confidence: { calibration } }: Report): string {
  if (!calibration) return words("judged on measured serving runs");
  return calibration.refused ? `${said(calibration.words)}: ${said(calibration.refused)}` : said(calibration.words);
}

function stepSeconds({ operators }: StepAnatomy): number {
  return operators.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** `measured`, or of several `measured 91 %, interpolated 9 %`. */
function basisText(operators: readonly OperatorShare[]): string {
  // What rounds to nothing is not worth a word.
  const shares = basisShares(operators).filter((one) => one.share >= 0.005);
  const [only, ...others] = shares;
  if (only && others.length === 0) return said(basisWords[only.basis]);
  return shares.map((one) => `${said(basisWords[one.basis])} ${share(one.share)}`).join(", ");
}

/** What the largest part rests on. */
function mostly(operators: readonly OperatorShare[]): Basis {
  const [largest] = [...basisShares(operators)].sort((a, b) => b.share - a.share);
  return largest?.basis ?? "analytical";
}

/** Below this a part moves nothing that is worth a word. */
const leastShare = 0.05;
const sureness: Readonly<Record<Basis, number>> = { measured: 0, interpolated: 1, analytical: 2 };

/** The least sure operator among those that move the answer; undefined where all of them are measured. */
export function leastSure({ anatomy }: Pick<Report, "anatomy">): string | undefined {
  const all = anatomy.flatMap((step) => step.operators.map((one) => ({ one, step, share: one.seconds / stepSeconds(step) })));
  const weak = all
    .filter(({ one, share: part }) => one.basis !== "measured" && part > leastShare)
    .sort((a, b) => sureness[b.one.basis] - sureness[a.one.basis] || b.share - a.share);
  const [worst] = weak;
  if (!worst) return undefined;
  const { one, step, share: part } = worst;
  const [operator, basis] = [said(operatorWords[one.operator]), said(basisWords[one.basis])];
  return step.kind === "decode"
    ? words("Least sure of what counts: {0}, {1}, {2} of a decode step.", operator, basis, share(part))
    : words("Least sure of what counts: {0}, {1}, {2} of a prompt step.", operator, basis, share(part));
}

function memoryWords(memory: string): string {
  switch (memory) {
    case "engine-law":
      return words("engine law · the engine's own arithmetic");
    case "fitted":
      return words("fitted · a constant from start-up logs");
    case "estimated":
      return words("estimated · outside what it was fitted on");
    default:
      return memory;
  }
}
