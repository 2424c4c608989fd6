import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { workloadNumbers } from "../../src/simulation/numbers.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { parseTrace, traceWorkload } from "../../src/simulation/traces.ts";
import { planOf, reportFrom, settledOf, timing } from "./fixtures.ts";

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
    ["csv", "arrival,prompt_tokens,completion_tokens\n1.5,10,20\n1,30,40\n", [0, 0.5], [30, 10]],
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
    expect(parseTrace(text, format).rows).toEqual(parseTrace(text).rows);
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

describe("bad traces", () => {
  it("lose their bad rows, counted in a message", () => {
    const trace = parseTrace("arrived_at,num_prefill_tokens,num_decode_tokens\n0,10,2\nx,10,2\n1,,2\n2,abc,2\n3,-5,2\n4,1e99,2\n5,20,3\n");
    expect(trace.rows.map((row) => row.promptTokens)).toEqual([10, 20]);
    expect(trace.messages.map(plain)).toEqual(["5 rows of the trace could not be read and are left out."]);
    const lines = parseTrace(
      '{"timestamp":0,"input_length":5,"output_length":5}\n{broken\n[1]\n{"timestamp":1,"input_length":5,"output_length":5}',
    );
    expect([lines.rows.length, lines.messages.map(plain)]).toEqual([2, ["2 rows of the trace could not be read and are left out."]]);
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

const traces = fileURLToPath(new URL("../../../shared/data/traces", import.meta.url));
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
