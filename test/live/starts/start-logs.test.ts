import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readStartLog } from "../../../src/live/starts/read-start-log.ts";
import type { LoggedFigure } from "../../../src/live/starts/start-log.ts";

const data = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const folder = `${data}logs/vllm-0.19.0/`;
const present = existsSync(folder);
if (!present) console.log(`Start-up logs of real servers are not at ${folder}: only quoted lines were read.`);

const logs = present ? readdirSync(folder).sort() : [];
const read = (name: string) => readStartLog(readFileSync(folder + name, "utf8"));

/** Rows that name one of these logs as their source, by column; none of them has a comma inside a field. */
function rows(): readonly ReadonlyMap<string, string>[] {
  const [header = "", ...lines] = readFileSync(`${data}reference/memory-observed.csv`, "utf8").split("\n");
  const columns = header.trim().split(",");
  return lines
    .filter((line) => logs.some((name) => line.trimEnd().endsWith(`/${name}`)))
    .map((line) => new Map(line.split(",").map((field, index) => [columns[index] ?? "", field.trim()])));
}

const inGiB = (figure: LoggedFigure | undefined): number | undefined => figure && Number((figure.value / 2 ** 30).toFixed(2));

describe.runIf(present)("start-up logs of real servers", () => {
  test("figures are those that others read from the same logs", () => {
    const table = rows();
    expect(table.length).toBe(26);
    for (const row of table) {
      const name = row.get("source")?.split("/").at(-1) ?? "";
      const log = read(name);
      expect([name, log?.outcome, log?.conflicts, log?.earlier, log?.cut]).toEqual([name, "ready", [], [], false]);
      expect([name, log?.engineVersion, log?.model]).toEqual([name, row.get("version"), row.get("model")]);
      const numbers = (...columns: string[]) => [name, ...columns.map((column) => Number(row.get(column)))];

      const { total, weights, graphs, "non-torch": outside, "kv-cache": kv } = log?.ranks[0]?.figures ?? {};
      expect([name, ...[total, weights, outside, graphs, kv].map(inGiB)]).toEqual(
        numbers("gpu_mem_gib", "weights_gib", "nontorch_gib", "cudagraph_gib", "kv_gib"),
      );
      // Of one pipeline the table has another stage's peak beside rank 0's other figures.
      expect(log?.ranks.map(({ figures }) => inGiB(figures.activation))).toContain(Number(row.get("activation_gib")));

      const { tokens, blocks, concurrency } = log?.cache ?? {};
      expect([name, tokens?.value, blocks?.value, concurrency?.value]).toEqual(numbers("kv_tokens", "gpu_blocks", "concurrency"));

      const setting = (flag: string) => Number(log?.settings[flag]?.value);
      expect([name, setting("tensor-parallel-size"), setting("pipeline-parallel-size")]).toEqual(numbers("tp", "pp"));
      expect([name, ...["max-model-len", "max-num-seqs", "max-num-batched-tokens", "gpu-memory-utilization"].map(setting)]).toEqual(
        numbers("max_model_len", "max_num_seqs", "max_num_batched_tokens", "gpu_memory_utilization"),
      );
      expect(log?.ranks.length).toBe(setting("tensor-parallel-size") * setting("pipeline-parallel-size"));
    }
  });

  test("starts that failed say why", () => {
    const failed = logs.filter((name) => name.includes("FAILED")).map((name) => [name.slice(0, 28), read(name)?.refusal] as const);
    expect(failed.map(([name, refusal]) => `${name}: ${refusal?.kind}, ${refusal?.phase}`)).toEqual([
      "google-gemma-2-27b-it--h100-: download, starting",
      "google-gemma-2-9b-it--h100-8: download, starting",
      "meta-llama-llama-3-1-8b---h1: gpu-count, starting",
      "openai-gpt-oss-20b--h100-80g: out-of-memory, warming-up",
      "openai-gpt-oss-20b--h100-80g: out-of-memory, warming-up",
    ]);
  });

  test("a log that is torn anywhere gives no figure that the whole does not have", () => {
    const whole = readFileSync(`${folder}${logs.find((name) => name.includes("tp2pp1dp1")) ?? ""}`, "utf8");
    const values = new Set(
      Object.values(readStartLog(whole)?.ranks.flatMap(({ figures }) => Object.values(figures)) ?? []).map(({ value }) => value),
    );
    for (let share = 0.02; share < 1; share += 0.07) {
      const at = Math.floor(whole.length * share);
      for (const part of [whole.slice(0, at), whole.slice(at)]) {
        for (const { figures } of readStartLog(part)?.ranks ?? []) {
          for (const figure of Object.values(figures)) expect(values.has(figure.value)).toBe(true);
        }
      }
    }
  });
});

describe("any text", () => {
  const pieces = [
    "INFO Model loading took 7.51 GiB",
    "Available KV cache memory: -0.4 GiB",
    "GPU KV cache size: 1,0 tokens",
    "(Worker_TP0 pid=1)",
    "[2026-05-15 08:39:53 TP0]",
    "server_args=ServerArgs(a=1, b='",
    "non-default args: {'a': [",
    "Initializing a V1 LLM engine (v",
    "Load weight end. ",
    "mem usage=",
    "KV Cache is allocated. ",
    "[MemUsageChange] Allocated ",
    "Error: ",
    '{"log":"',
    "\u001b[1;36m",
    "2026-04-22T01:35:23Z stderr P ",
    "\n",
    "\r",
    " ",
    "'",
    "\\",
    ")",
    "}",
    "\u0000",
    "é",
  ];

  test("is read without an exception", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 8 })), { maxLength: 60 }), (parts) => {
        const log = readStartLog(parts.join(""));
        for (const { figures } of log?.ranks ?? [])
          for (const { value } of Object.values(figures)) expect(Number.isFinite(value)).toBe(true);
        for (const { value } of Object.values(log?.cache ?? {})) expect(Number.isFinite(value)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  // A quadratic look at one line or one file would take hours.
  test("of fifty megabytes takes seconds, not minutes", { timeout: 120_000 }, () => {
    const line =
      "(APIServer pid=1) INFO 04-22 01:36:38 [loggers.py:1] Engine 000: Avg prompt throughput: 3.0 tokens/s, GPU KV cache usage: 5.1%\n";
    const begun = performance.now();
    expect(readStartLog(line.repeat(Math.ceil(50e6 / line.length)))).toBeNull();
    expect(readStartLog("(".repeat(25e6))).toBeNull();
    expect(performance.now() - begun).toBeLessThan(60_000);
  });
});
