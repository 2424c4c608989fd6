import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { type TraceFormat, traceFormats } from "../../src/simulation/workload/trace-formats.ts";
import { parseTrace, type Trace, traceWorkload } from "../../src/simulation/workload/traces.ts";
import { planOf, reportFrom, settledOf, timing } from "../simulation/fixtures.ts";
import { edited, lineEdits, textEdits } from "./edits.ts";
import { cpuMs, runs, timeLimitMs } from "./runs.ts";

interface Sample {
  readonly format: TraceFormat;
  /** Rows of a table; a header stands in front of lists. */
  readonly header: string | null;
  readonly rows: readonly string[];
  /** What a row's arrival, prompt and output are written as, in that order. */
  readonly cells: readonly (readonly [string, string, string])[];
  readonly quantiles?: string;
}

/** A few rows of every format that is a table. */
const tables: readonly Sample[] = [
  {
    format: "azure",
    header: "TIMESTAMP,ContextTokens,GeneratedTokens",
    rows: ["2023-11-16 18:17:03.9799600,4808,10", "2023-11-16 18:17:04.0319600,3180,8", "2023-11-16 18:17:04.0781490,110,27"],
    cells: [
      ["2023-11-16 18:17:03.9799600", "4808", "10"],
      ["2023-11-16 18:17:04.0319600", "3180", "8"],
      ["2023-11-16 18:17:04.0781490", "110", "27"],
    ],
  },
  {
    format: "burstgpt",
    header: "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type",
    rows: ["5,ChatGPT,472,18,490,Conversation log", "45,ChatGPT,1087,230,1317,Conversation log", "118,GPT-4,417,276,693,API log"],
    cells: [
      ["5", "472", "18"],
      ["45", "1087", "230"],
      ["118", "417", "276"],
    ],
  },
  {
    format: "splitwise",
    header: "request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,token_size",
    rows: ["7,9,11,13.5,17,4096,32", "7,9,11,15.5,17,2048,81"],
    cells: [
      ["13.5", "4096", "32"],
      ["15.5", "2048", "81"],
    ],
  },
  {
    format: "vidur",
    header: "arrived_at,num_prefill_tokens,num_decode_tokens",
    rows: ["0.5,374,44", "4.314579,396,109"],
    cells: [
      ["0.5", "374", "44"],
      ["4.314579", "396", "109"],
    ],
  },
  {
    format: "llmservingsim",
    header: "arrival_time_ns,input_toks,output_toks",
    rows: ["46926808,2358,531", "347938951,1034,769"],
    cells: [
      ["46926808", "2358", "531"],
      ["347938951", "1034", "769"],
    ],
  },
  {
    format: "mooncake",
    header: null,
    rows: [
      '{"timestamp": 3500, "input_length": 1000, "output_length": 52, "hash_ids": [0, 1]}',
      '{"timestamp": 27482, "input_length": 6955, "output_length": 41, "hash_ids": [46, 47, 48]}',
    ],
    cells: [
      ["3500", "1000", "52"],
      ["27482", "6955", "41"],
    ],
  },
  {
    format: "csv",
    header: "arrival,prompt_tokens,completion_tokens,session,class",
    rows: ["1.25,301,45,a,chat", "1.75,102,28,b,batch", "3.5,77,19,a,chat"],
    cells: [
      ["1.25", "301", "45"],
      ["1.75", "102", "28"],
      ["3.5", "77", "19"],
    ],
  },
  {
    format: "jsonl",
    header: null,
    rows: [
      '{"arrivalSeconds": 3.25, "promptTokens": 11, "outputTokens": 27}',
      '{"arrivalSeconds": 4.5, "promptTokens": 12, "outputTokens": 29}',
    ],
    cells: [
      ["3.25", "11", "27"],
      ["4.5", "12", "29"],
    ],
  },
];

const texts = tables.map(({ header, rows }) => `${header === null ? "" : `${header}\n`}${rows.join("\n")}\n`);
const others = [
  "0,0,0,,0,0\n600,0.02,1,Gamma,1,0.5\n1200,0.04,2.5,Weibull,0.5,0.125\n",
  '[{"id":"x","conversations":[{"from":"human","value":"hello there"},{"from":"gpt","value":"yes"}]}]',
];
const quantiles = JSON.stringify({
  600: { input_tokens: [100, 200], output_tokens: [10, 10] },
  1200: { input_tokens: [9, 30], output_tokens: [1, 2] },
});

/** A trace is refused in words, or every row is a request that a run can serve. */
function expectSound(trace: Trace): void {
  for (const one of trace.messages) expect(plain(one)).toMatch(/^\S.{3,400}$/);
  if (trace.rows.length === 0) {
    expect(trace.messages.length).toBeGreaterThan(0);
    return;
  }
  let before = 0;
  for (const { arrivalSeconds, promptTokens, outputTokens, class: kind = 0 } of trace.rows) {
    expect(arrivalSeconds).toBeGreaterThanOrEqual(before);
    before = arrivalSeconds;
    for (const tokens of [promptTokens, outputTokens]) {
      expect(Number.isInteger(tokens) && tokens >= 1 && tokens <= 100_000_000).toBe(true);
    }
    expect(kind === 0 || kind < trace.classes.length).toBe(true);
  }
  if (trace.rows.length > 200) return;
  const outcome = simulateWith(settledOf(), [planOf()], [timing(() => 0.01)], traceWorkload(trace, "fuzz"), 1);
  if (outcome.error) expect(outcome.error.message).toMatch(/^\S.{3,400}$/);
  else for (const value of Object.values(reportFrom(outcome).summary.e2eSeconds)) expect(Number.isFinite(value)).toBe(true);
}

describe("traces as people have them", () => {
  test.each([
    ["their text", textEdits],
    ["their lines", lineEdits],
  ])("are refused in words or served, whatever happened to %s", { timeout: timeLimitMs }, (_, edits) => {
    const parts = fc.record({
      text: fc.constantFrom(...texts, ...others),
      edits,
      format: fc.constantFrom<TraceFormat | undefined>(undefined, undefined, ...traceFormats),
      beside: fc.constantFrom(quantiles, quantiles, undefined, "{}", '{"600":{"input_tokens":[-1,1e300],"output_tokens":["x"]}}'),
    });
    fc.assert(
      fc.property(parts, ({ text, edits: made, format, beside }) => {
        const broken = edited(text, made);
        const options = { ...(format ? { format } : {}), ...(beside === undefined ? {} : { quantiles: beside }), requests: 100 };
        expectSound(parseTrace(broken, options));
      }),
      runs(1500, 11),
    );
  });

  const bad = fc.constantFrom("", "-5", "1e300", "-1e300", "NaN", "Infinity", "x", "2023-13-45 99:99:99");
  test("are refused at the line where a cell is none", { timeout: timeLimitMs }, () => {
    const places = fc
      .constantFrom(...tables)
      .chain((table) => fc.record({ table: fc.constant(table), row: fc.nat(table.rows.length - 1), column: fc.nat(2), value: bad }));
    fc.assert(
      fc.property(places, ({ table: { header, rows, cells }, row, column, value }) => {
        const cell = cells[row]?.[column] ?? "";
        const written = header === null && !/^-?\d/.test(value) ? JSON.stringify(value) : value;
        const broken = rows.with(row, (rows[row] ?? "").replace(cell, written));
        const text = [...(header === null ? [] : [header]), ...broken].join("\n");
        const { rows: read, messages } = parseTrace(text);
        const line = row + (header === null ? 1 : 2);
        expect(read).toEqual([]);
        expect(messages.map(plain).join(" ")).toMatch(new RegExp(`^Line ${line} of the trace`));
      }),
      runs(400, 5),
    );
  });

  test("cost no more than reading them, however long their lines are", { timeout: timeLimitMs }, () => {
    for (const [i, text] of [...texts, ...others].entries()) {
      const long = text.replace("\n", `${" ".repeat(200_000)}\n`).concat("9".repeat(500_000));
      expect(
        cpuMs(() => expectSound(parseTrace(long, { quantiles }))),
        String(i),
      ).toBeLessThan(3000);
    }
  });
});
