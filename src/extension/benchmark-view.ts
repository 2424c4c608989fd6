import type { Message } from "../deployment/message.ts";
import type { FileProblem } from "../live/bench/benchmark-files.ts";
import type { BenchmarkedDeployment, ComparedLoad } from "../live/bench/benchmarked-deployment.ts";
import type { LoadRow } from "../live/bench/compare-load.ts";
import { correctionWords } from "../live/bench/correction-words.ts";
import { offered } from "../live/bench/load-curves.ts";
import type { BenchAxis, BenchLoad, BenchRow, BenchView } from "../protocol/bench-view.ts";

/** What a page shows of a benchmark beside the prediction: plain JSON, loads from the least to the greatest. */
export function benchmarkView(
  subject: Pick<BenchView, "name" | "place" | "line">,
  { loads, measured }: BenchmarkedDeployment,
  problems: readonly FileProblem[],
  markdown: string,
): BenchView {
  const axis = axisOf(loads);
  const shown = loads.map((one) => loadOf(one, axis));
  return {
    ...subject,
    tools: [...new Set(loads.map(({ load }) => load.tool))],
    axis,
    loads: shown.sort((a, b) => (a.at ?? Number.POSITIVE_INFINITY) - (b.at ?? Number.POSITIVE_INFINITY)),
    notes: [...new Map(loads.flatMap(({ notes }) => notes).map((note) => [JSON.stringify(note), note])).values()],
    unread: problems.map(({ file, line, message }) => ({ place: line === null ? file : `${file}:${line + 1}`, why: message })),
    correction: correctionWords(measured) satisfies readonly Message[],
    canKeep: measured.timing !== undefined,
    markdown,
  };
}

function axisOf(loads: readonly ComparedLoad[]): BenchAxis {
  if (loads.every(({ load }) => load.workload.kind === "open-loop")) return "rate";
  return loads.every(({ load }) => load.workload.kind === "closed-loop") ? "in-flight" : "answered";
}

function loadOf({ load, rows, corrected }: ComparedLoad, axis: BenchAxis): BenchLoad {
  return {
    words: load.words,
    at: axis === "answered" ? load.requestsPerSecond : offered(load.workload),
    rows: rows.map((row, index) => rowOf(row, corrected[index])),
  };
}

function rowOf({ predicted, low, high, ...row }: LoadRow, corrected: LoadRow | undefined): BenchRow {
  const known = Number.isFinite(predicted);
  return {
    ...row,
    ...(known ? { predicted, low, high } : { predicted: null, low: null, high: null }),
    corrected: corrected && Number.isFinite(corrected.predicted) ? { predicted: corrected.predicted, share: corrected.share } : null,
  };
}
