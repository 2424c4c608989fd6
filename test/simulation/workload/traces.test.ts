import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import { workloadNumbers } from "../../../src/simulation/workload/numbers.ts";
import { parseTrace, traceWorkload } from "../../../src/simulation/workload/traces.ts";
import { planOf, reportFrom, settledOf, timing } from "../fixtures.ts";

describe("traces are recognised by their columns", () => {
  it.each([
    [
      "azure",
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n2023-11-16 18:17:04.0319600,3180,8\r\n",
      [0, 0.052],
      [4808, 3180],
    ],
    [
      "mooncake",
      '{"timestamp": 500, "input_length": 1000, "output_length": 5, "hash_ids": [0, 1]}\n{"timestamp": 27482, "input_length": 7, "output_length": 5, "hash_ids": [2]}\n',
      [0, 26.982],
      [1000, 7],
    ],
    ["vidur", "arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,374,44\n4.314579,396,109\n", [0, 4.314579], [374, 396]],
    [
      "splitwise",
      "request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,token_size\n0,2,0,1,1,4096,32\n1,2,0,3,1,2048,8\n",
      [0, 2],
      [4096, 2048],
    ],
    [
      "burstgpt",
      "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45,ChatGPT,1087,230,1317,Conversation log\n",
      [0, 40],
      [472, 1087],
    ],
    ["llmservingsim", "arrival_time_ns,input_toks,output_toks\n46926808,2358,531\n347938951,1034,769\n", [0, 0.3010121], [2358, 1034]],
    ["csv", "arrival,prompt_tokens,completion_tokens\n1,30,40\n1.5,10,20\n", [0, 0.5], [30, 10]],
    [
      "jsonl",
      '{"arrivalSeconds": 3, "promptTokens": 11, "outputTokens": 2}\n{"arrivalSeconds": 4, "promptTokens": 12, "outputTokens": 2}',
      [0, 1],
      [11, 12],
    ],
  ] as const)("%s", (format, text, arrivals, prompts) => {
    for (const content of [text, `\ufeff${text}`]) {
      const trace = parseTrace(content);
      expect(trace.format).toBe(format);
      expect(trace.messages).toEqual([]);
      expect(trace.rows.map((row) => row.arrivalSeconds)).toEqual(arrivals);
      expect(trace.rows.map((row) => row.promptTokens)).toEqual(prompts);
    }
    expect(parseTrace(text, { format }).rows).toEqual(parseTrace(text).rows);
  });

  it("keeps Mooncake's block ids of 512 tokens and Bailian's of 16, the latter in seconds", () => {
    const mooncake = parseTrace('{"timestamp":1000,"input_length":600,"output_length":5,"hash_ids":[7,8]}');
    expect([mooncake.prefixBlockTokens, mooncake.rows[0]?.prefixBlocks]).toEqual([512, [7, 8]]);
    const bailian = parseTrace(
      '{"chat_id":1,"parent_chat_id":-1,"timestamp":1,"input_length":20,"output_length":5,"hash_ids":[7,8]}\n{"chat_id":2,"timestamp":3,"input_length":20,"output_length":5,"hash_ids":[7,8]}',
    );
    expect([bailian.prefixBlockTokens, bailian.rows[1]?.arrivalSeconds]).toEqual([16, 2]);
  });
});

describe("whose conversation, and of which kind", () => {
  it("of Bailian follows each turn to the one before it", () => {
    const turn = (chat: number, parent: number, type: string) =>
      `{"chat_id":${chat},"parent_chat_id":${parent},"timestamp":${chat},"input_length":20,"output_length":5,"type":"${type}","hash_ids":[1]}`;
    const trace = parseTrace([turn(1, -1, "text"), turn(2, -1, "search"), turn(3, 1, "text"), turn(4, 3, "text")].join("\n"));
    expect(trace.rows.map(({ session }) => session)).toEqual([0, 1, 0, 0]);
    expect([trace.classes, trace.rows.map((row) => row.class)]).toEqual([
      ["text", "search"],
      [0, 1, 0, 0],
    ]);
    const slo = { ttftSeconds: 1, tpotSeconds: null, e2eSeconds: null, percentile: 95 };
    const workload = traceWorkload(trace, "bailian", { classes: [{ name: "search", slo }] });
    expect(workload.classes).toEqual([{ name: "text" }, { name: "search", slo }]);
  });

  it("of one's own CSV is told by its columns", () => {
    const trace = parseTrace("time,prompt_tokens,output_tokens,session_id,class\n0,10,2,u1,chat\n1,10,2,u2,batch\n2,10,2,u1,chat\n");
    expect(trace.rows.map(({ session, class: kind }) => [session, kind])).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
  });
});

describe("ServeGen's windows", () => {
  const windows = "0,0,0,,0,0\n600,2,1,Gamma,1,0.5\n1200,4,2.5,Weibull,0.5,0.125\n1800,0,0,,0,0\n";
  const quantiles = JSON.stringify({
    600: { input_tokens: [100, 200], output_tokens: [10, 10] },
    1200: { input_tokens: [1000, 3000], output_tokens: [1, 1] },
    1800: null,
  });
  const trace = parseTrace(windows, { quantiles });

  it("keep the rate of each window, and draw lengths between its quantiles", () => {
    expect([trace.format, trace.messages]).toEqual(["servegen", []]);
    const within = (from: number, to: number) => trace.rows.filter(({ arrivalSeconds: at }) => at >= from && at < to);
    // 1,200 and 2,400 are expected; standard deviations √1,200 = 35 and, as Weibull of shape ½ has cv 2.24, 2.24 · √2,400 = 110.
    expect(within(0, 600)).toHaveLength(0);
    expect(Math.abs(within(600, 1200).length - 1200)).toBeLessThan(140);
    expect(Math.abs(within(1200, 1800).length - 2400)).toBeLessThan(440);
    const prompts = within(600, 1200).map(({ promptTokens }) => promptTokens);
    expect([Math.min(...prompts), Math.max(...prompts)]).toEqual([100, 200]);
    expect(Math.abs(prompts.reduce((sum, one) => sum + one, 0) / prompts.length - 150)).toBeLessThan(5);
    expect(parseTrace(windows, { quantiles, limitSeconds: 700 }).rows.every(({ arrivalSeconds: at }) => at < 700)).toBe(true);
    expect(parseTrace(windows, { quantiles }).rows).toEqual(trace.rows);
    expect(parseTrace(windows, { quantiles, requests: 7 }).rows).toEqual(trace.rows.slice(0, 7));
  });

  it.each([
    [windows, undefined, "no file of quantiles"],
    [windows, "{", "name no input and output tokens"],
    ["0,1,1,Gamma,1,1\n600,x,1,Gamma,1,1\n", quantiles, "Line 2 of the trace is no window"],
    ["0,1,1,Gamma,1,1\n600,1,1,Pareto,1,1\n", quantiles, "Line 2 of the trace is no window"],
    ["600,1,1,Gamma,1,1\n0,1,1,Gamma,1,1\n", quantiles, "Line 2 of the trace begins before"],
  ])("are refused in words %#", (text, beside, words) => {
    const { rows, messages } = parseTrace(text, { format: "servegen", ...(beside === undefined ? {} : { quantiles: beside }) });
    expect([rows.length, messages.map(plain).join(" ").includes(words)]).toEqual([0, true]);
  });
});

it("ShareGPT's conversations give their first question and answer, at 4 characters a token", () => {
  const talk = (...said: string[]) => ({
    id: "x",
    conversations: said.map((value, i) => ({ from: i % 2 === 0 ? "human" : "gpt", value })),
  });
  const trace = parseTrace(JSON.stringify([talk("a".repeat(41), "b".repeat(8), "c"), talk("alone"), talk("d", "e")]));
  expect(trace.rows).toEqual([
    { arrivalSeconds: 0, promptTokens: 11, outputTokens: 2 },
    { arrivalSeconds: 0, promptTokens: 1, outputTokens: 1 },
  ]);
  expect(trace.messages.map(plain)).toEqual([
    "Lengths of these texts are taken as 4 characters a token.",
    "1 conversations without a question and an answer are left out.",
  ]);
});

describe("bad traces", () => {
  const vidur = "arrived_at,num_prefill_tokens,num_decode_tokens";
  it.each([
    ["a hole", `${vidur}\n0,10,2\n1,,2\n`, "Line 3 of the trace has no “num_prefill_tokens”."],
    ["a short row", `${vidur}\n0,10,2\n1,5\n`, "Line 3 of the trace has no “num_decode_tokens”."],
    ["no time", `${vidur}\n\nx,10,2\n`, "Line 3 of the trace: “x” is no time of arrival."],
    ["a time of no year", `${vidur}\n1.7e12,10,2\n1.7e12,10,2\n`, "Line 2 of the trace: “1.7e12” is no time of arrival."],
    [
      "a thirteenth month",
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-13-16 18:17:03,48,10\n",
      "Line 2 of the trace: “2023-13-16 18:17:03” is no time of arrival.",
    ],
    ["a column twice", "arrival,prompt_tokens,output_tokens,Prompt Tokens\n0,10,2,3\n", "The trace has two columns “Prompt Tokens”."],
    ["a time before the beginning", `${vidur}\n-1,10,2\n`, "Line 2 of the trace: “-1” is no time of arrival."],
    [
      "words",
      `${vidur}\n0,10,2\r\n1,abc,2\r\n`,
      "Line 3 of the trace: num_prefill_tokens is “abc”, no number of tokens from 1 to 100000000.",
    ],
    [
      "a negative length",
      `${vidur}\n0,10,-2\n`,
      "Line 2 of the trace: num_decode_tokens is “-2”, no number of tokens from 0 to 100000000.",
    ],
    ["an empty prompt", `${vidur}\n0,0,2\n`, "Line 2 of the trace: num_prefill_tokens is “0”, no number of tokens from 1 to 100000000."],
    [
      "a huge length",
      `${vidur}\n0,10,2\n1,20,2\n2,1e99,2\n`,
      "Line 4 of the trace: num_prefill_tokens is “1e99”, no number of tokens from 1 to 100000000.",
    ],
    [
      "disorder",
      `${vidur}\n0,10,2\n5,10,2\n4,10,2\n`,
      "Line 4 of the trace arrives before the line above it; requests stand in order of arrival.",
    ],
    [
      "disorder in the middle",
      `${vidur}\n5,10,2\n\n4,10,2\n6,10,2\n7,10,2\n`,
      "Line 4 of the trace arrives before the line above it; requests stand in order of arrival.",
    ],
    ["a time beyond any run", `${vidur}\n0,10,2\n1e9,10,2\n`, "Line 3 of the trace arrives more than 9000000 seconds after the first."],
    ["a torn quote", `${vidur}\n0,10,2\n1,"10,2\n2,10,2\n`, "Line 4 of the trace: a quote is not closed, or stands within a field."],
    ["a broken object", '{"timestamp":0,"input_length":5,"output_length":5}\n\n{broken\n', "Line 3 of the trace is no JSON object."],
    ["a list among objects", '{"timestamp":0,"input_length":5,"output_length":5}\n[1]\n', "Line 2 of the trace is no JSON object."],
    [
      "words for block ids",
      '{"timestamp":0,"input_length":5,"output_length":5,"hash_ids":["a"]}\n',
      'Line 1 of the trace: “["a"]” is no list of block ids.',
    ],
    ["foreign columns", "name,age\nAda,36\n", "The trace has no columns of prompt and output tokens."],
  ])("with %s are refused at the line", (_, text, sentence) => {
    const trace = parseTrace(text);
    expect([trace.rows, trace.messages.map(plain)]).toEqual([[], [sentence]]);
  });

  it("of BurstGPT lose failed requests, which have no answer", () => {
    const trace = parseTrace(
      "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,0,472,API log\n6,GPT-4,10,4,14,API log\n",
    );
    expect(trace.rows).toEqual([{ arrivalSeconds: 0, promptTokens: 10, outputTokens: 4 }]);
    expect(trace.messages.map(plain)).toEqual(["1 requests of the trace have no answer and are left out."]);
  });

  it.each(["", "\0\0\0", "<html></html>", "a,b\n1,2\n", "{", "[]", '"', "timestamp\n1"])("%j is no trace, in words", (text) => {
    const trace = parseTrace(text);
    expect(trace.rows).toEqual([]);
    expect(trace.messages.length).toBeGreaterThan(0);
  });
});

it.each([
  ["nothing", ""],
  ["binary", `\0\x01PK${"\x02,\0".repeat(5000)}`],
  ["HTML", "<!DOCTYPE html><html><body>Sign in, please</body></html>"],
  ["JSON cut in the middle", '{"timestamp": 1, "input_length": 10, "output_'],
  ["a header alone", "TIMESTAMP,ContextTokens,GeneratedTokens\n"],
  ["an open quote to the end", `TIMESTAMP,ContextTokens,GeneratedTokens\n"2023-11-16 18:17:03,1,2\n${"1,2,3\n".repeat(1000)}`],
  ["one endless line", "a,".repeat(5_000_000)],
])("%s is no trace: no rows, and a message that says so", (_, text) => {
  const started = performance.now();
  const { rows, messages } = parseTrace(text);
  expect(rows).toEqual([]);
  expect(messages.map(plain).join(" ")).toMatch(/trace/);
  expect(performance.now() - started).toBeLessThan(1000);
});

it("a trace becomes a workload, faster and cut", () => {
  const trace = parseTrace("arrived_at,num_prefill_tokens,num_decode_tokens\n0,10,2\n4,20,2\n9,30,2\n");
  const workload = traceWorkload(trace, "mine", { speedup: 2, limitSeconds: 5 });
  expect(workload).toMatchObject({ kind: "requests", name: "mine", requests: [{ arrivalSeconds: 0 }, { arrivalSeconds: 2 }] });
});

const traces = fileURLToPath(new URL("../../../../shared/data/traces", import.meta.url));
const clients = `${traces}/servegen`;
if (!existsSync(clients)) console.log(`not run: ServeGen's clients are not at ${clients}`);
describe.runIf(existsSync(clients))("ServeGen's clients", () => {
  const windowsOf = (name: string) => readFileSync(`${clients}/${name}-trace.csv`, "utf8");
  const names = existsSync(clients) ? readdirSync(clients).flatMap((file) => /^(.*)-trace\.csv$/.exec(file)?.[1] ?? []) : [];
  it.each(names)("%s sends what its windows say", (name) => {
    const quantiles = readFileSync(`${clients}/${name}-quantiles.json`, "utf8");
    const text = windowsOf(name);
    const { rows, format, messages } = parseTrace(text, { quantiles });
    const lines = text
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(",").map(Number));
    const expected = lines.reduce((sum, [, rate = 0]) => sum + rate * 600, 0);
    expect(format, messages.map(plain).join()).toBe("servegen");
    // Gaps of the burstiest windows vary by more than ten times their mean.
    expect(Math.abs(rows.length / Math.min(expected, 1_000_000) - 1)).toBeLessThan(0.2);
  });
});

const conversation = `${traces}/mooncake_conversation.jsonl`;
if (!existsSync(conversation)) console.log(`not run: the Mooncake trace is not at ${conversation}`);
describe.runIf(existsSync(conversation))("the Mooncake conversation trace", () => {
  it("hits 0.3736 of tokens and 0.3664 of blocks with an endless cache (V7)", () => {
    const trace = parseTrace(readFileSync(conversation, "utf8"));
    expect(trace.rows).toHaveLength(12_031);
    const numbers = workloadNumbers(traceWorkload(trace, "mooncake"));
    expect(Math.abs((numbers?.repeatedPrefix ?? 0) - 0.3736)).toBeLessThan(0.0005);
    const seen = new Set<number>();
    let hits = 0;
    let total = 0;
    for (const { prefixBlocks = [] } of trace.rows) {
      const first = prefixBlocks.findIndex((id) => !seen.has(id));
      hits += first < 0 ? prefixBlocks.length : first;
      total += prefixBlocks.length;
      for (const id of prefixBlocks) seen.add(id);
    }
    expect(Math.abs(hits / total - 0.3664)).toBeLessThan(0.0005);
  });

  it("hits the same in the engine's own cache when it is large enough and requests come one by one", () => {
    const rows = parseTrace(readFileSync(conversation, "utf8")).rows.slice(0, 1500);
    const setup = {
      settings: { prefixCaching: true, maxModelLen: 200_000, maxNumBatchedTokens: 200_000, maxNumSeqs: 1 },
      blocks: 2_000_000,
    };
    const workload = { kind: "requests" as const, requests: rows.map((row) => ({ ...row, outputTokens: 1 })), prefixBlockTokens: 512 };
    const report = reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [timing(() => 1e-6)], workload, 1));
    // The engine matches blocks of 16 tokens and computes at least the last token again, the trace blocks of 512.
    const endless = workloadNumbers(workload)?.repeatedPrefix ?? 0;
    expect(endless).toBeGreaterThan(0.1);
    expect(Math.abs(report.summary.kvCache.prefixHitRate - endless)).toBeLessThan(0.002);
  });
});
