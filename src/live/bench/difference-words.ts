import { percent } from "../../catalog/quantity.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { ComparedLoad } from "./benchmarked-deployment.ts";
import type { LoadMetric } from "./compare-load.ts";

const names: Readonly<Record<LoadMetric, string>> = { ttft: "TTFT", tpot: "TPOT", throughput: "tok/s" };

/** Where measured and predicted differ most, or that they do not; null where nothing could be compared. */
export function differenceWords(loads: readonly ComparedLoad[]): Message | null {
  const compared = loads.flatMap(({ load, rows }) =>
    rows.flatMap(({ metric, share, verdict }) => (share === null ? [] : [{ load, metric, share, verdict }])),
  );
  if (compared.length === 0) return null;
  const [most] = compared
    .filter(({ verdict }) => verdict !== "within")
    .sort((a, b) => Math.abs(Math.log1p(b.share)) - Math.abs(Math.log1p(a.share)));
  if (!most) return message("Whatever was measured lies within the band of its prediction");
  const { metric, load, share } = most;
  return share < 0
    ? message("{0} differs most: at {1} it is predicted {2} too low", names[metric], load.words, percent(-share))
    : message("{0} differs most: at {1} it is predicted {2} too high", names[metric], load.words, percent(share));
}
