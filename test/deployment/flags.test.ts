import { describe, expect, test } from "vitest";
import { setFlag } from "../../src/deployment/edit.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { deployment, flagOf, only, readLine, readText, settings, sliceOf } from "./support.ts";

const engine = (line: string) => only(readLine(`vllm serve Qwen/Qwen3-32B ${line}`)).pool;

describe("flags as argparse takes them", () => {
  test.each<[string, string, Record<string, string | null>]>([
    [
      "short names",
      "-tp 8 -pp=2 -dp 4 -q awq",
      { "tensor-parallel-size": "8", "pipeline-parallel-size": "2", "data-parallel-size": "4", quantization: "awq" },
    ],
    ["underscores", "--tensor_parallel_size 8 --max_model_len=1k", { "tensor-parallel-size": "8", "max-model-len": "1k" }],
    [
      "unique beginnings",
      "--max-num-batched-token 4096 --gpu-memory-util 0.8",
      { "max-num-batched-tokens": "4096", "gpu-memory-utilization": "0.8" },
    ],
    ["negation", "--no-enable-prefix-caching", { "no-enable-prefix-caching": null }],
    ["the last one counts", "--max-num-seqs 1 --max-num-seqs=2", { "max-num-seqs": "2" }],
    ["dotted keys", "--compilation-config.level 3 -cc.mode=2", { "compilation-config.level": "3", "compilation-config.mode": "2" }],
    ["an optimisation level", "-O3", { "optimization-level": "3" }],
    ["lists", "--served-model-name a b --port 1", { "served-model-name": "a b", port: "1" }],
    ["switches take no value", "--enforce-eager --trust-remote-code", { "enforce-eager": null, "trust-remote-code": null }],
    ["negative numbers are values", "--max-model-len -1", { "max-model-len": "-1" }],
    ["half-typed", "--max-model-len --tensor-parallel-size", { "max-model-len": null, "tensor-parallel-size": null }],
    ["an empty value", "--max-model-len=", { "max-model-len": "" }],
    ["JSON", `--speculative-config '{"a": [1, 2]}'`, { "speculative-config": '{"a": [1, 2]}' }],
  ])("%s", (_, line, expected) => {
    expect(settings(engine(line))).toEqual(expected);
  });

  test("an unknown flag keeps its spelling and its value", () => {
    const pool = engine("--tp 8 --frobnicate=1");
    expect(pool.engine.written.map(({ name, known, value }) => [name, known, value?.value])).toEqual([
      ["tp", false, "8"],
      ["frobnicate", false, "1"],
    ]);
    expect(pool.engine.parallel.tensor).toMatchObject({ value: 1, origin: "engine-default" });
  });

  test("removed flags are known by name, so that a rule can tell what replaced them", () => {
    expect(flagOf(engine("--disable-log-requests"), "disable-log-requests").known).toBe(true);
  });

  test("flag and value in one list item", () => {
    const text = deployment('command: [vllm, serve, Qwen/Qwen3-32B]\nargs: ["--max-model-len 8192"]');
    const flag = flagOf(only(readText(text)).pool, "max-model-len");
    expect(flag).toMatchObject({ oneWord: true, value: { value: "8192" } });
    expect(sliceOf(text, flag.valueRange)).toBe("8192");
    expect(sliceOf(text, flag.flagRange)).toBe("--max-model-len");
  });

  test("--config hides what it holds", () => {
    const pool = engine("--config /etc/vllm.yaml -tp 2");
    expect(pool.engine.complete).toBe(false);
    expect(pool.engine.parallel.unreadable.has("tensor")).toBe(false);
    expect(pool.engine.parallel.unreadable.has("sequence")).toBe(true);
  });

  test("a flag cut off by a comment is told at its place", () => {
    const text = deployment(
      "command:\n  - sh\n  - -c\n  - |\n    vllm serve Qwen/Qwen3-32B \\\n      # note \\\n      --max-model-len 8192\n",
    );
    const reading = readText(text);
    expect(only(reading).pool.engine.flags.has("max-model-len")).toBe(false);
    expect(reading.problems.map(({ range }) => sliceOf(text, range))).toEqual(["--max-model-len"]);
  });
});

describe("parallel sizes", () => {
  test("data parallelism on a dense model: engines behind one server", () => {
    const { parallel } = engine("-tp 2 -dp 4").engine;
    expect(parallel).toMatchObject({ tensor: { value: 2 }, data: { value: 4 }, attentionData: { value: 1 }, expert: { value: 1 } });
  });

  test("data parallelism on experts: attention replicas in lock-step; experts over tensor × data", () => {
    const { parallel } = only(readLine("vllm serve Qwen/Qwen3-235B-A22B -tp 2 -dp 4 --enable-expert-parallel")).pool.engine;
    // Expert group 2 × 4 = 8.
    expect(parallel).toMatchObject({ tensor: { value: 2 }, data: { value: 1 }, attentionData: { value: 4 }, expert: { value: 8 } });
  });

  test("Ulysses and Shift, with the code's default threshold", () => {
    const pool = engine("-tp 4 --ulysses-sequence-parallel-size 2 --enable-shift-parallel");
    expect(pool.engine.parallel).toMatchObject({
      sequence: { value: 2 },
      shift: { value: { threshold: { value: 512, origin: "engine-default" } } },
    });
    expect(pool.engine.arctic).toBeUndefined();
    expect(engine("-tp 4").engine.parallel.shift).toBeUndefined();
  });

  test("the command line's --set replaces what is written, a project's only fills", () => {
    const surroundings = {
      ...noSurroundings,
      argument: { flags: { "tensor-parallel-size": "8" } },
      project: { flags: { "max-num-seqs": "1", "pipeline-parallel-size": "2" } },
    };
    const { pool } = only(readLine("vllm serve Qwen/Qwen3-32B -tp 2 --max-num-seqs 9", surroundings));
    expect(pool.engine.parallel.tensor).toMatchObject({ value: 8, origin: "argument" });
    expect(pool.engine.parallel.pipeline).toMatchObject({ value: 2, origin: "project" });
    expect(flagOf(pool, "max-num-seqs").value).toMatchObject({ value: "9", origin: "file" });
  });
});

describe("config file", () => {
  const config = (text: string, version?: string) =>
    only(readText(text, { ...noSurroundings, argument: version ? { engineVersion: version } : {} })).pool;

  test("true, false, lists, mappings, null and YAML 1.1 booleans", () => {
    const text = `tensor-parallel-size: 8
enforce-eager: yes
enable-prefix-caching: false
served-model-name: [a, b]
compilation-config: { level: 3 }
compilation-config.mode: 1
quantization: null
no-enable-chunked-prefill: true
`;
    expect(settings(config(text))).toEqual({
      "tensor-parallel-size": "8",
      "enforce-eager": null,
      "no-enable-prefix-caching": null,
      "served-model-name": "a b",
      "compilation-config": '{"level":3}',
      "compilation-config.mode": "1",
      quantization: "None",
      "no-enable-chunked-prefill": null,
    });
    expect(config(text, "0.20.0").engine.flags.has("enable-prefix-caching")).toBe(false);
    expect(config(text, "0.30.0").engine.flags.get("enable-prefix-caching")?.negated).toBe(true);
  });

  test.each([["a: 1\nb: 2\n"], ["tensor-parallel-size: 8\n"], ["vllmConfig:\n  tensorParallelSize: 2\n# vllm\n"]])("%j is none", (text) => {
    expect(readText(text).deployments).toEqual([]);
  });

  test.each([
    ["tp-size: 8\ntensor-parallel-size: 8\nmodel-path: x\n", "sglang-config"],
    ["kv_cache_config: {}\ntensor_parallel_size: 8\nmoe_config: {}\nmax_num_tokens: 1\n", "trtllm-extra-config"],
  ])("%j is another engine's", (text, format) => {
    expect(readText(text).formats).toEqual([format]);
  });

  test("a single flag counts where the path says vLLM", () => {
    expect(readText("tensor-parallel-size: 8\n", undefined, "/x/vllm-configs/a.yaml").formats).toEqual(["vllm-config"]);
  });
});

describe("a value that is a list item of its own", () => {
  const text = `apiVersion: v1
kind: Pod
metadata: { name: m }
spec:
  containers:
    - name: c
      image: vllm/vllm-openai:v0.11.0
      args: [--model, Qwen/Qwen3-8B, --max-model-len, auto, --seed, "7", --dtype, auto]
`;
  const edited = (name: string, value: string): string | undefined => setFlag(only(readText(text)).pool, name, value)[0]?.newText;

  test("stays text to YAML", () => {
    expect(edited("max-model-len", "8192")).toBe('"8192"');
    expect(edited("max-model-len", "8k")).toBe("8k");
    expect(edited("seed", "8")).toBe("8");
    expect(edited("dtype", "half")).toBe("half");
  });
});
