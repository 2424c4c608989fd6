import { plain } from "../../deployment/message.ts";
import type { FileProblem } from "../../live/bench/benchmark-files.ts";
import type { BenchmarkedDeployment, ComparedLoad } from "../../live/bench/benchmarked-deployment.ts";
import { differenceWords } from "../../live/bench/difference-words.ts";
import type { Kept } from "../kept-calibration.ts";

/** `benchmark` of interfaces.md: each load measured and predicted, the correction that explains them, and where it is kept. */
export function benchJson({ loads, measured }: BenchmarkedDeployment, problems: readonly FileProblem[], kept: Kept | null) {
  const difference = differenceWords(loads.map(({ load, rows }) => ({ words: load.words, rows })));
  return {
    loads: loads.map(loadJson),
    difference: difference && plain(difference),
    correction: measured.timing ? { ...measured.timing.correction, band: measured.timing.band } : null,
    problem: measured.problem ? plain(measured.problem) : null,
    problems: problems.map(({ file, line, message }) => ({ file, line, message: plain(message) })),
    calibration: kept,
  };
}

function loadJson({ load, rows, corrected, notes }: ComparedLoad) {
  return {
    file: load.from,
    tool: load.tool,
    date: load.date,
    load: load.words,
    rows: rows.map((row, index) => ({ ...row, corrected: corrected[index]?.predicted ?? null })),
    notes: notes.map(plain),
  };
}
