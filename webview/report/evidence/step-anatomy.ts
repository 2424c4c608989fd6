import type { Report, StepAnatomy } from "../../../src/simulation/report/report.ts";
import { type Achieved, achieved } from "../../../src/timing/operators/achieved.ts";
import type { OperatorShare } from "../../../src/timing/operators/operator.ts";
import { bandwidthWords, basisWords, computeWords, operatorWords } from "../../../src/timing/operators/operator-words.ts";
import type { Basis } from "../../../src/timing/step-model.ts";
import type { Bar, TableModel } from "../../parts/models.ts";
import { blank, duration, share, whole } from "../../parts/numbers.ts";
import { said, words } from "../../parts/words.ts";
import { operatorFills } from "./operators.ts";

/** Measured, interpolated or analytical, always with its word. */
export const basisMarks: Readonly<Record<Basis, string>> = { measured: "●", interpolated: "◐", analytical: "○" };

const bound = (text: string): string => text.replaceAll(" ", blank);
const name = ({ operator }: OperatorShare): string => said(operatorWords[operator]);
const total = ({ operators }: StepAnatomy): number => operators.reduce((sum, { seconds }) => sum + seconds, 0);
const basis = (one: OperatorShare): string => `${basisMarks[one.basis]}${blank}${said(basisWords[one.basis])}`;

/** `Decode step of 246` and `Prompt step of 7,946 tokens`. */
export function stepTitle({ kind, decodeSequences, promptTokens }: StepAnatomy): string {
  return kind === "decode"
    ? words("Decode step of {0}", whole(decodeSequences))
    : words("Step with {0} prompt tokens", whole(promptTokens));
}

/** What else is in the batch, and how it ran. */
export function stepNote({ kind, label, decodeSequences, meanContext }: StepAnatomy): string {
  if (kind === "decode") return words("{0} tokens of context each, as {1}", whole(meanContext), label);
  return decodeSequences > 0 ? words("beside {0} that decode, as {1}", whole(decodeSequences), label) : words("as {0}", label);
}

/** One bar a step, each on its own scale: they are not compared by length. */
export function anatomyBar(step: StepAnatomy): Bar {
  const all = total(step);
  return {
    title: stepTitle(step),
    note: stepNote(step),
    right: duration(all),
    rightNote: "",
    scale: Math.max(all, 1e-12),
    segments: step.operators.map((one) => ({
      ...operatorFills[one.operator],
      name: name(one),
      value: one.seconds,
      text: share(one.seconds / all),
    })),
    budget: null,
    end: null,
    aria: words(
      "{0}, {1}: {2}",
      stepTitle(step),
      duration(all),
      step.operators.map((one) => `${name(one)} ${share(one.seconds / all)}`).join(", "),
    ),
  };
}

/** The limit that an operator comes nearer to. */
function nearest(
  one: OperatorShare,
  { flopsPerSecond, bytesPerSecond, flopsShare, bytesShare }: Achieved,
): readonly [rate: string, ofPeak: string] {
  if (flopsShare === null && bytesShare === null) return [one.bytes > 0 ? bound(bandwidthWords(bytesPerSecond)) : "", ""];
  return (flopsShare ?? 0) > (bytesShare ?? 0)
    ? [bound(computeWords(flopsPerSecond)), share(flopsShare ?? 0)]
    : [bound(bandwidthWords(bytesPerSecond)), share(bytesShare ?? 0)];
}

/** Operators of one step under its bar. */
export function stepTable(step: StepAnatomy): TableModel {
  const all = total(step);
  return {
    name: stepTitle(step),
    columns: [
      { title: words("Operator"), numeric: false },
      { title: words("Time"), numeric: true },
      { title: words("Share"), numeric: true, secondary: true },
      { title: words("Reaches"), numeric: true, secondary: true },
      { title: words("Of peak"), numeric: true },
      { title: words("Basis"), numeric: false },
    ],
    swatches: step.operators.map(({ operator }) => operatorFills[operator]),
    rows: step.operators.map((one) => [
      name(one),
      duration(one.seconds),
      share(one.seconds / all),
      ...nearest(one, achieved(one, step.peaks)),
      basis(one),
    ]),
  };
}

/** Everything known of the steps, in raw numbers where it is copied. */
export function anatomyTable({ anatomy }: Pick<Report, "anatomy">): TableModel {
  const rows = anatomy.flatMap((step) => step.operators.map((one) => ({ step, one, rates: achieved(one, step.peaks) })));
  const ofPeak = (value: number | null): string => (value === null ? "" : share(value));
  return {
    name: words("What a step is made of"),
    columns: [
      { title: words("Operator"), numeric: false },
      { title: words("Step"), numeric: false, secondary: true },
      { title: words("Time"), numeric: true },
      { title: words("Bytes"), numeric: true, secondary: true },
      { title: words("Of peak"), numeric: true },
      { title: "FLOP", numeric: true, secondary: true },
      { title: words("Of peak"), numeric: true },
      { title: words("Basis"), numeric: false },
    ],
    swatches: rows.map(({ one }) => operatorFills[one.operator]),
    rows: rows.map(({ step, one, rates }) => [
      name(one),
      stepTitle(step),
      duration(one.seconds),
      one.bytes > 0 ? bound(bandwidthWords(rates.bytesPerSecond)) : "",
      ofPeak(rates.bytesShare),
      one.flops > 0 ? bound(computeWords(rates.flopsPerSecond)) : "",
      ofPeak(rates.flopsShare),
      basis(one),
    ]),
    raw: {
      head: [
        "step",
        "operator",
        "seconds",
        "bytes",
        "flops",
        "bytes_per_second",
        "flops_per_second",
        "of_peak_bandwidth",
        "of_peak_flops",
        "basis",
      ],
      rows: () =>
        rows.map(({ step, one, rates }) => [
          step.kind,
          one.operator,
          one.seconds,
          one.bytes,
          one.flops,
          rates.bytesPerSecond,
          rates.flopsPerSecond,
          rates.bytesShare ?? Number.NaN,
          rates.flopsShare ?? Number.NaN,
          one.basis,
        ]),
    },
  };
}
