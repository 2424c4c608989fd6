import { plain } from "../../src/deployment/message.ts";
import type { Report } from "../../src/simulation/report.ts";
import type { Basis } from "../../src/timing/step-model.ts";
import type { TableModel } from "../parts/models.ts";
import { blank } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";

const marks: Readonly<Record<Basis, string>> = { measured: "●", interpolated: "◐", analytical: "○" };
const meanings: Readonly<Record<Basis, string>> = {
  measured: "tables of this GPU",
  interpolated: "between measured sizes",
  analytical: "roofline at achieved rates, no kernel tables",
};

const points = (band: number): string => `±${blank}${Math.round(band * 100)}${blank}%`;

/** `TTFT and TPOT ± 30 %, output ± 12 %`: the whole before its parts. */
export function wholeCertainty({ confidence }: Report): string {
  return words("TTFT and TPOT {0}, the range of 8 runs in 10", points(confidence.timingBand));
}

/** Each part of the answer, what it rests on, and how far it may be off. */
export function certainty(report: Report): TableModel {
  const { timing, timingBand, memory, calibration } = report.confidence;
  const rests = calibration ? calibrationWords(calibration) : meanings[timing];
  return {
    name: "How sure this is",
    columns: [
      { title: "Part", numeric: false },
      { title: "Basis", numeric: false },
      { title: "Error", numeric: true },
    ],
    rows: [
      [`${marks[timing]} Step time`, `${timing} · ${rests}`, points(timingBand)],
      [
        `${memory === "engine-law" ? "●" : memory === "fitted" ? "◐" : "○"} Memory`,
        memoryWords(memory),
        memory === "engine-law" ? "not rounded" : "not measured",
      ],
      ["◐ Schedule", words("simulated · {0}", report.scheduler), words("one seed ({0})", report.seed)],
    ],
  };
}

function calibrationWords({ words: said, refused }: NonNullable<Report["confidence"]["calibration"]>): string {
  return refused ? `${plain(said)}: ${plain(refused)}` : plain(said);
}

function memoryWords(memory: string): string {
  switch (memory) {
    case "engine-law":
      return "engine law · the engine's own arithmetic";
    case "fitted":
      return "fitted · a constant from start-up logs";
    case "estimated":
      return "estimated · outside what it was fitted on";
    default:
      return memory;
  }
}

/** What nobody wrote down, with why it was taken so. */
export function assumedTable({ assumed }: Report): TableModel {
  return {
    name: "Assumed values",
    columns: [
      { title: "Value", numeric: false },
      { title: "Taken as", numeric: false },
      { title: "Because", numeric: false, secondary: true },
    ],
    rows: assumed.map(({ what, value, why }) => [what, value, plain(why)]),
  };
}
