import { describe, expect, test } from "vitest";
import { removeFlag, setFlag } from "../../src/deployment/edit.ts";
import { applyEdits, deployment, flagOf, only, readLine, readText, settings, sliceOf } from "./support.ts";

// The same command line in every form that a file can hold it in.
const forms: Record<string, string> = {
  "block list, pairs": deployment(`
command: ["vllm", "serve"]
args:
  - meta-llama/Llama-3.3-70B-Instruct
  - --tensor-parallel-size
  - "8"
  # kept
  - --max-model-len
  - "8192"
  - --enable-prefix-caching
`),
  "block list, joined": deployment(`
command: [vllm, serve, meta-llama/Llama-3.3-70B-Instruct]
args:
- --tensor-parallel-size=8
- "--max-model-len=8192"
- '--enable-prefix-caching'
`),
  "flow list": deployment(`
command: ["python3", "-m", "vllm.entrypoints.openai.api_server"]
args: ["--model", "meta-llama/Llama-3.3-70B-Instruct", "--tensor-parallel-size", "8", "--max-model-len=8192", "--enable-prefix-caching"]
`),
  "image's entry point": deployment(`
args:
  - --model=meta-llama/Llama-3.3-70B-Instruct
  - -tp
  - "8"
  - --max_model_len=8192
  - --enable-prefix-caching
`),
  "literal script": deployment(`
command: ["/bin/bash", "-c"]
args:
  - |
    # start
    export LEN=8192
    exec vllm serve meta-llama/Llama-3.3-70B-Instruct \\
      --tensor-parallel-size 8 \\
      --max-model-len "8192" \\
      --enable-prefix-caching
`),
  "literal script, stripped, one line": deployment(`
command: [sh, -ec, "--"]
args:
  - |-
    vllm serve meta-llama/Llama-3.3-70B-Instruct --tensor-parallel-size=8 --max-model-len 8192 --enable-prefix-caching
`),
  "folded script": deployment(`
command:
  - bash
  - -lc
  - >-
    vllm serve meta-llama/Llama-3.3-70B-Instruct
    --tensor-parallel-size 8
    --max-model-len 8192
    --enable-prefix-caching
`),
  "double-quoted script": deployment(`
command: ["sh", "-c", "env A=1 vllm serve meta-llama/Llama-3.3-70B-Instruct --served-model-name \\"x\\" --tensor-parallel-size 8 \\
    --max-model-len 8192 --enable-prefix-caching"]
`),
  "plain script over two lines": deployment(`
command:
  - sh
  - -c
  - cd /x && vllm serve meta-llama/Llama-3.3-70B-Instruct --tensor-parallel-size 8
    --max-model-len 8192 --enable-prefix-caching
`),
  "compose string": `services:
  llm:
    image: vllm/vllm-openai:v0.11.0
    command: --model meta-llama/Llama-3.3-70B-Instruct --tensor-parallel-size 8 --max-model-len 8192 --enable-prefix-caching
`,
  "compose folded": `services:
  llm:
    image: vllm/vllm-openai:v0.11.0
    command: >
      --model meta-llama/Llama-3.3-70B-Instruct
      --tensor-parallel-size \${TP:-8}
      --max-model-len 8192
      --enable-prefix-caching
`,
  "compose list": `services:
  llm:
    image: vllm/vllm-openai:v0.11.0
    command:
      - "--model"
      - "meta-llama/Llama-3.3-70B-Instruct"
      - "--tensor-parallel-size"
      - "8"
      - "--max-model-len"
      - "8192"
      - "--enable-prefix-caching"
`,
  "vLLM config": `# server
model: meta-llama/Llama-3.3-70B-Instruct
tensor-parallel-size: 8
max_model_len: 8192 # tokens
enable-prefix-caching: true
`,
};

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
const cases = Object.entries(forms).flatMap(([name, text]) => [
  [name, text] as const,
  [`${name}, CRLF`, crlf(text)] as const,
  [`${name}, BOM`, `\uFEFF${text}`] as const,
]);

describe.each(cases)("%s", (_, text) => {
  test("reads the same engine, each word at its place", () => {
    const reading = readText(text);
    const { deployment, pool } = only(reading);
    expect(reading.problems).toEqual([]);
    expect(deployment.model?.value.name).toBe("meta-llama/Llama-3.3-70B-Instruct");
    expect(sliceOf(text, deployment.model?.range)).toBe("meta-llama/Llama-3.3-70B-Instruct");
    expect(pool.engine.parallel.tensor).toMatchObject({ value: 8, origin: "file" });
    expect(sliceOf(text, pool.engine.parallel.tensor.range)).toMatch(/^(8|\$\{TP:-8\})$/);
    expect(sliceOf(text, flagOf(pool, "tensor-parallel-size").flagRange)).toMatch(/^(--tensor-parallel-size|-tp|tensor-parallel-size)$/);
    expect(sliceOf(text, flagOf(pool, "max-model-len").valueRange)).toBe("8192");
    expect(flagOf(pool, "enable-prefix-caching")).toMatchObject({ negated: false, value: { value: null } });
    expect(pool.engine.complete).toBe(true);
  });

  test("setting a written flag changes its value alone", () => {
    const changed = applyEdits(text, setFlag(only(readText(text)).pool, "tensor-parallel-size", "4"));
    expect(changed.length).toBeLessThanOrEqual(text.length);
    const after = only(readText(changed)).pool;
    expect(after.engine.parallel.tensor.value).toBe(4);
    expect(settings(after)).toEqual({ ...settings(only(readText(text)).pool), "tensor-parallel-size": "4" });
  });

  test("setting a new flag adds it behind the last one", () => {
    const before = only(readText(text)).pool;
    const changed = applyEdits(text, setFlag(before, "max-num-seqs", "64"));
    const after = only(readText(changed));
    expect(settings(after.pool)).toEqual({ ...settings(before), "max-num-seqs": "64" });
    expect(after.deployment.model?.value.name).toBe("meta-llama/Llama-3.3-70B-Instruct");
    const bare = applyEdits(text, setFlag(before, "enforce-eager", null));
    expect(flagOf(only(readText(bare)).pool, "enforce-eager").value?.value).toBe(null);
  });

  test.each(["tensor-parallel-size", "max-model-len", "enable-prefix-caching"])("removing %s leaves the others", (name) => {
    const before = only(readText(text)).pool;
    const changed = applyEdits(text, removeFlag(before, name));
    const after = only(readText(changed));
    const { [name]: _gone, ...rest } = settings(before);
    expect(settings(after.pool)).toEqual(rest);
    expect(after.deployment.model?.value.name).toBe("meta-llama/Llama-3.3-70B-Instruct");
    expect(readText(changed).problems).toEqual([]);
  });

  test("a JSON value is added with the quotes its place needs, or not at all", () => {
    const json = '{"method":"ngram","num_speculative_tokens":4}';
    const before = only(readText(text)).pool;
    const edits = setFlag(before, "speculative-config", json);
    if (edits.length === 0) {
      expect(before.engine.site?.style).toBe("string");
      return;
    }
    const after = only(readText(applyEdits(text, edits))).pool;
    expect(flagOf(after, "speculative-config").value?.value).toBe(json);
  });
});

describe("a bare command", () => {
  const text = `ARCTIC_INFERENCE_ENABLED=1 CUDA_VISIBLE_DEVICES=0,1,2,3 \\
  vllm serve meta-llama/Llama-3.3-70B-Instruct -tp 2 \\
  --ulysses-sequence-parallel-size=2 --enable-shift-parallel \\
  --speculative-config '{"method": "ngram"}'
`;
  test("is read with the assignments in front of it", () => {
    const { deployment, pool } = only(readLine(text));
    expect(deployment).toMatchObject({ format: "command", engine: "vllm", launcher: "arctic", name: "Llama-3.3-70B-Instruct" });
    expect(pool.engine.arctic).toMatchObject({ value: true, origin: "file" });
    expect(pool.engine.parallel).toMatchObject({
      tensor: { value: 2 },
      sequence: { value: 2 },
      shift: { value: { threshold: { value: 512, origin: "engine-default" } } },
    });
    expect(pool.hardware.gpusPerInstance?.value).toBe(4);
    expect(sliceOf(text, pool.hardware.gpusPerNode?.range)).toBe("0,1,2,3");
    expect(flagOf(pool, "speculative-config").value?.value).toBe('{"method": "ngram"}');
  });

  test("takes new flags and values", () => {
    const { pool } = only(readLine(text));
    const changed = applyEdits(text, [...setFlag(pool, "tensor-parallel-size", "4"), ...setFlag(pool, "shift-parallel-threshold", "256")]);
    expect(only(readLine(changed)).pool.engine.parallel).toMatchObject({
      tensor: { value: 4 },
      shift: { value: { threshold: { value: 256, origin: "file" } } },
    });
  });

  test("in docker run, the image's arguments are the engine's", () => {
    const line =
      "docker run --rm -it --gpus '\"device=0,1\"' --ipc=host -e HF_TOKEN=x -p 8000:8000 vllm/vllm-openai:v0.10.2 --model Qwen/Qwen3-32B --tensor-parallel-size 2";
    const { deployment, pool } = only(readLine(line));
    expect(deployment.model?.value.name).toBe("Qwen/Qwen3-32B");
    expect(pool.engine.version?.value.text).toBe("0.10.2");
    expect(pool.engine.parallel.tensor.value).toBe(2);
    expect(pool.hardware.gpusPerNode?.value).toBe(2);
    expect(pool.hardware.sharedMemory?.value).toBe("memory");
  });

  test.each([
    "",
    "ls -la",
    "vllm bench serve --model x",
    "echo vllm serve x",
    "python -m sglang_router.launch_router",
    "vllm-router --port 1",
    '"',
    "vllm",
  ])("%j starts no engine", (line) => {
    expect(readLine(line).deployments).toEqual([]);
  });
});
