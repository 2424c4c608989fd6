import { expect, test } from "vitest";
import type { EngineId } from "../../src/deployment/deployment.ts";
import { flagNames } from "../../src/deployment/flag-names.ts";
import { JoinedText } from "../../src/deployment/joined-text.ts";
import { noNeighbours } from "../../src/deployment/neighbours.ts";
import { ReaderContext } from "../../src/deployment/readers/context.ts";
import { engineMapping } from "../../src/deployment/readers/fields/engine-mapping.ts";
import { testCatalog } from "../support/catalog.ts";
import { applyEdits, readLine, sliceOf } from "./support.ts";

function mappingOf(text: string, engine: EngineId) {
  const joined = new JoinedText(text);
  const [document] = joined.documents;
  if (!document) throw new Error("no document");
  const names = (id: EngineId) => flagNames(testCatalog().flags(id), undefined);
  return engineMapping(document.root, engine, "engine", new ReaderContext(joined, noNeighbours, names, "file.yaml"));
}

const plain = (text: string, engine: EngineId) =>
  mappingOf(text, engine).flags.map(({ name, negated, value }) => [negated ? `no-${name}` : name, value?.value]);

test("keys of vLLM are long flags, underscores and dashes alike, dotted ones included", () => {
  const text = `tensor_parallel_size: 4
no-enable-prefix-caching: true
enable-chunked-prefill: false
kv_transfer_config: {"kv_connector": "NixlConnector"}
compilation_config.max_capture_size: 3
middleware: [a, b]
`;
  expect(plain(text, "vllm")).toEqual([
    ["tensor-parallel-size", "4"],
    ["no-enable-prefix-caching", null],
    ["no-enable-chunked-prefill", null],
    ["kv-transfer-config", '{"kv_connector":"NixlConnector"}'],
    ["compilation-config.max_capture_size", "3"],
    ["middleware", "a b"],
  ]);
});

test("keys of SGLang resolve by their aliases", () => {
  expect(plain("tensor-parallel-size: 8\nexpert-parallel-size: 2\nenable-dp-attention: true\n", "sglang")).toEqual([
    ["tp-size", "8"],
    ["ep-size", "2"],
    ["enable-dp-attention", null],
  ]);
});

test("nested fields of TensorRT-LLM have dotted names, their own places, and no aliases", () => {
  const text = `tensor_parallel_size: 8
tp_size: 4
kv_cache_config:
  free_gpu_memory_fraction: 0.85
  enable_block_reuse: false
cuda_graph_config: null
moe_config: {backend: WIDEEP, load_balancer: {num_slots: 288}}
capacities:
- {a: 1}
`;
  expect(plain(text, "tensorrt-llm")).toEqual([
    ["tensor_parallel_size", "8"],
    ["tp_size", "4"],
    ["kv_cache_config.free_gpu_memory_fraction", "0.85"],
    ["no-kv_cache_config.enable_block_reuse", null],
    ["cuda_graph_config", "None"],
    ["moe_config.backend", "WIDEEP"],
    ["moe_config.load_balancer.num_slots", "288"],
    ["capacities", '[{"a":1}]'],
  ]);
  const { flags } = mappingOf(text, "tensorrt-llm");
  expect(sliceOf(text, flags[2]?.flagRange)).toBe("free_gpu_memory_fraction");
  expect(sliceOf(text, flags[2]?.valueRange)).toBe("0.85");
  expect(sliceOf(text, flags[2]?.wholeRange)).toBe("  free_gpu_memory_fraction: 0.85\n");
  expect([flags[0]?.known, flags[1]?.known]).toEqual([true, false]);
});

test("an entry is removed with its lines, or, beside others on its line, with a comma", () => {
  const removed = (text: string, name: string): string => {
    const flag = mappingOf(text, "vllm").flags.find((one) => one.name === name);
    return applyEdits(text, flag ? [{ range: flag.wholeRange, newText: "" }] : []);
  };
  expect(removed("a: 1\nmax-model-len: 3 # why\nb: 2\n", "max-model-len")).toBe("a: 1\nb: 2\n");
  expect(removed("{max-model-len: 3, dtype: half}\n", "max-model-len")).toBe("{dtype: half}\n");
  expect(removed("{dtype: half, 'max-model-len': \"3\"}\n", "max-model-len")).toBe("{dtype: half}\n");
  expect(removed("{max-model-len: 3}\n", "max-model-len")).toBe("{}\n");
});

test("what merge keys bring in is there, under names of its own", () => {
  const text = `base: &base {max_num_tokens: 1, max_batch_size: 2}
own:
  <<: *base
  max_batch_size: 3
`;
  expect(plain(text, "tensorrt-llm").slice(2)).toEqual([
    ["own.max_batch_size", "3"],
    ["own.max_num_tokens", "1"],
  ]);
});

test("a further field is written as its neighbours are", () => {
  expect(mappingOf("tensor_parallel_size: 4 # of one node\n", "tensorrt-llm").site?.style).toBe("fields");
  const dashed = mappingOf("tensor-parallel-size: 4 # of one node\n", "vllm");
  expect(dashed.site).toMatchObject({ style: "mapping", before: "\n", end: { start: { line: 0, character: 37 } } });
  expect(mappingOf("{tensor-parallel-size: 4}\n", "vllm").site).toBeUndefined();
});

test("a key or value that a template makes is unknown, a broken mapping incomplete", () => {
  const { flags, complete } = mappingOf("max-model-len: {{ .Values.len }}\n{{ .Values.flag }}: 3\n", "vllm");
  expect(flags.map(({ name, value }) => [name, value])).toEqual([["max-model-len", undefined]]);
  expect(complete).toBe(false);
  expect(mappingOf("max-model-len: [1\n", "vllm").complete).toBe(false);
});

test("a command that names a file of settings may have further flags", () => {
  const complete = (command: string) => readLine(command).deployments[0]?.pools[0]?.engine.complete;
  expect(complete("trtllm-serve nvidia/X --tp_size 4")).toBe(true);
  expect(complete("trtllm-serve nvidia/X --tp_size 4 --extra_llm_api_options /config/x.yaml")).toBe(false);
  expect(complete("trtllm-serve nvidia/X --config x.yaml")).toBe(false);
  expect(complete("python3 -m dynamo.trtllm --model x --extra-engine-args /config/x.yaml")).toBe(false);
  expect(complete("vllm serve x --config x.yaml")).toBe(false);
  expect(complete("python -m sglang.launch_server --config x.yaml")).toBe(false);
});

test("flags of TensorRT-LLM are known by their aliases, with underscores or dashes", () => {
  const written = readLine("trtllm-serve nvidia/X --tp_size 4 --ep-size 2 --max_batch_size 64").deployments[0]?.pools[0]?.engine.written;
  expect(written?.map(({ name, known }) => [name, known])).toEqual([
    ["tensor_parallel_size", true],
    ["moe_expert_parallel_size", true],
    ["max_batch_size", true],
  ]);
});
