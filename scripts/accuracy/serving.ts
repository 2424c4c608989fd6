import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { answerLine } from "../../src/cli/cases.ts";
import { simulateCase } from "../../src/cli/commands/simulate.ts";
import { caseOf } from "./serving/closed-loop-case.ts";
import { type ClosedLoopRow, readClosedLoopRows, type Times } from "./serving/closed-loop-rows.ts";
import { groupedBy, median, quantile } from "./statistics.ts";
import type { Metric, Suite, Table } from "./suite.ts";

const table = "reference/silicon_e2e.csv";

/** Real servers under a fixed number of users, beside what the simulator says of them. */
export const closedLoop: Suite = {
  name: "closed-loop",
  aliases: ["a"],
  title: "Closed loop",
  files: [table],
  run(data, catalog) {
    const rows = readClosedLoopRows(join(data, table)).map((row) => ({ row, ...predicted(row, catalog) }));
    return { metrics: metrics(rows), tables: tables(rows), plots: [] };
  },
};

interface JudgedRow {
  readonly row: ClosedLoopRow;
  readonly times: Times | undefined;
  readonly reason: string;
}

function predicted(row: ClosedLoopRow, catalog: Catalog): Pick<JudgedRow, "times" | "reason"> {
  const said = answerLine(JSON.stringify(caseOf(row)), { folder: ".", catalog }, simulateCase);
  if (said.error) return { times: undefined, reason: said.error.message };
  const { ttftSeconds, tpotSeconds } = said.summary;
  return { times: { ttftMs: (ttftSeconds.mean ?? Number.NaN) * 1000, tpotMs: (tpotSeconds.mean ?? Number.NaN) * 1000 }, reason: "" };
}

type Time = keyof Times;

function errors(rows: readonly JudgedRow[], time: Time, of: (row: JudgedRow) => Times | undefined): readonly number[] {
  return rows.flatMap((one) => {
    const said = of(one)?.[time];
    const measured = one.row.measured[time];
    return said === undefined || !(measured > 0) ? [] : [100 * Math.abs(said / measured - 1)];
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function metrics(rows: readonly JudgedRow[]): readonly Metric[] {
  const of = (time: Time, name: string): readonly Metric[] => {
    const found = errors(rows, time, ({ times }) => times);
    return [
      { name: `${name}: median error`, rows: found.length, value: median(found), unit: "%" },
      { name: `${name}: mean error`, rows: found.length, value: mean(found), unit: "%" },
    ];
  };
  const answered = rows.filter(({ times }) => times).length;
  return [
    ...of("tpotMs", "closed loop, TPOT"),
    ...of("ttftMs", "closed loop, TTFT"),
    { name: "closed loop: rows answered", rows: rows.length, value: (100 * answered) / rows.length, unit: "%" },
  ];
}

function tables(rows: readonly JudgedRow[]): readonly Table[] {
  const groups = groupedBy(rows, ({ row }) => [row.engine, row.model, row.gpu, row.quantization ?? "16 bit"].join(" · "));
  const cell = (values: readonly number[]): string =>
    values.length === 0 ? "" : `${median(values).toFixed(0)} / ${mean(values).toFixed(0)}`;
  const signed = (found: readonly JudgedRow[], time: Time): string => {
    const ratios = found.flatMap(({ row, times }) => (times ? [100 * (times[time] / row.measured[time] - 1)] : []));
    return ratios.length === 0 ? "" : `${quantile(ratios, 0.5).toFixed(0)}`;
  };
  const reasons = groupedBy(
    rows.filter(({ times }) => !times),
    ({ reason }) => reason,
  );
  return [
    {
      title: "Closed loop, by engine, model, GPU and format",
      note: "Errors in percent, median / mean.",
      rows: [
        ["group", "rows", "TPOT", "peer", "bias", "TTFT", "peer", "bias"],
        ...[...groups].map(([name, found]) => [
          name,
          found.length,
          cell(errors(found, "tpotMs", ({ times }) => times)),
          cell(errors(found, "tpotMs", ({ row }) => row.peer)),
          signed(found, "tpotMs"),
          cell(errors(found, "ttftMs", ({ times }) => times)),
          cell(errors(found, "ttftMs", ({ row }) => row.peer)),
          signed(found, "ttftMs"),
        ]),
      ],
    },
    { title: "Closed loop, unanswered", rows: [["why", "rows"], ...[...reasons].map(([why, found]) => [why, found.length])] },
  ];
}
