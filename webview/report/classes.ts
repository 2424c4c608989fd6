import type { Report } from "../../src/simulation/report.ts";
import type { TableModel } from "../parts/models.ts";
import { duration, percent, rate, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";

/** Each kind of requests under its own limits. */
export function classesTable({ summary }: Report): TableModel {
  const numeric = (title: string, secondary = false) => ({ title, numeric: true, secondary });
  return {
    name: words("Classes of requests"),
    columns: [
      { title: words("Class"), numeric: false },
      numeric(words("Requests"), true),
      numeric("TTFT p95"),
      numeric("TPOT p95"),
      numeric("E2E p95", true),
      numeric(words("Within limits")),
      numeric(words("Goodput"), true),
    ],
    rows: (summary.classes ?? []).map((one) => [
      one.name,
      whole(one.requests),
      time(one.ttftSeconds.p95),
      time(one.tpotSeconds.p95),
      time(one.e2eSeconds.p95),
      one.sloAttainment === null ? words("no limits set") : percent(one.sloAttainment),
      one.goodputRequestsPerSecond === null ? "" : rate(one.goodputRequestsPerSecond, "req/s"),
    ]),
  };
}

function time(seconds: number): string {
  return Number.isNaN(seconds) ? words("no request") : duration(seconds);
}
