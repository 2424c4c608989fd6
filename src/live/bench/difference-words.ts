import { percent } from "../../catalog/quantity.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { LoadMetric, LoadRow } from "./compare-load.ts";

const names: Readonly<Record<LoadMetric, string>> = { ttft: "TTFT", tpot: "TPOT", e2e: "E2E", throughput: "tok/s" };

/** The figure of a row as people write it: `TTFT`, which is its mean, `TTFT p95`. */
export function figureWords({ metric, statistic }: Pick<LoadRow, "metric" | "statistic">): string {
  return statistic === "mean" || statistic === "rate" ? names[metric] : `${names[metric]} ${statistic}`;
}

/** Loads by their words, with the rows that are told of each. */
export type ToldLoad = { readonly words: string; readonly rows: readonly Pick<LoadRow, "metric" | "statistic" | "share" | "verdict">[] };

/** Where measured and predicted differ most, or that they do not; null where nothing could be compared. */
export function differenceWords(loads: readonly ToldLoad[]): Message | null {
  const compared = loads.flatMap(({ words, rows }) =>
    rows.flatMap((row) => (row.share === null ? [] : [{ words, figure: saidFigure(row), share: row.share, verdict: row.verdict }])),
  );
  if (compared.length === 0) return null;
  const [most] = compared
    .filter(({ verdict }) => verdict !== "within")
    .sort((a, b) => Math.abs(Math.log1p(b.share)) - Math.abs(Math.log1p(a.share)));
  if (!most) return message("Whatever was measured lies within the band of its prediction");
  const { figure, words, share } = most;
  return share < 0
    ? message("{0} differs most: at {1} it is predicted {2} too low", figure, words, percent(-share))
    : message("{0} differs most: at {1} it is predicted {2} too high", figure, words, percent(share));
}

/** As the subject of a sentence, for which a unit is no name. */
function saidFigure(row: Pick<LoadRow, "metric" | "statistic">): string | Message {
  return row.metric === "throughput" ? message("Output") : figureWords(row);
}
