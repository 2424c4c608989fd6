import { describe, expect, test } from "vitest";
import { complete } from "../../src/language/completion.ts";
import { applyEdits } from "../../src/language/edits.ts";
import type { Analysis, Completion } from "../../src/language/results.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed, yaml } from "./deployments.ts";

/** Items at `$0`, with the text as it would be after taking one. */
function at(marked: string, shownAnalysis?: Analysis): { readonly items: readonly Completion[]; readonly take: (label: string) => string } {
  const offset = marked.indexOf("$0");
  const text = marked.replace("$0", "");
  const before = text.slice(0, offset).split("\n");
  const position = { line: before.length - 1, character: (before.at(-1) ?? "").length };
  const items = complete(text, position, shownAnalysis ?? analysed(text), testCatalog());
  const take = (label: string): string => {
    const item = items.find((one) => one.label === label);
    if (!item) throw new Error(`no ${label} among ${items.length}`);
    return (applyEdits(text, [{ range: item.range, newText: item.insert }]) ?? "").split("\n")[position.line] ?? "";
  };
  return { items, take };
}
const labels = (items: readonly Completion[]): readonly string[] => items.map(({ label }) => label);

describe("flags", () => {
  test("in a list item, replacing what is typed", () => {
    const { items, take } = at(yaml({ args: ["--max-nu$0"] }));
    expect(take("--max-num-seqs")).toBe("            - --max-num-seqs=");
    const found = items.find(({ label }) => label === "--max-num-seqs");
    expect(found).toMatchObject({ kind: "flag", detail: "int, default by GPU: 256 or 1,024", deprecated: false });
  });

  test("switches take no value, flags already written are not offered again", () => {
    const { items, take } = at(yaml({ args: ["--dtype=half", "--enable-p$0"] }));
    expect(take("--enable-prefix-caching")).toBe("            - --enable-prefix-caching");
    expect(labels(items)).not.toContain("--dtype");
  });

  test("only those of the version", () => {
    const old = labels(at(yaml({ image: "vllm/vllm-openai:v0.9.2", args: ["--$0"] })).items);
    expect(old).toContain("--num-scheduler-steps");
    expect(old).not.toContain("--kv-cache-memory-bytes");
    const recent = labels(at(yaml({ image: "vllm/vllm-openai:v0.18.1", args: ["--$0"] })).items);
    expect(recent).not.toContain("--num-scheduler-steps");
    expect(recent).toContain("--kv-cache-memory-bytes");
  });

  test("in a script, and in an empty item of a list", () => {
    const script = [
      "apiVersion: v1",
      "kind: Pod",
      "metadata: { name: p }",
      "spec:",
      "  containers:",
      "    - name: e",
      "      image: vllm/vllm-openai:v0.18.1",
      "      command: [bash, -c]",
      "      args:",
      "        - |",
      "          vllm serve Qwen/Qwen3-8B \\",
      "            --tensor-par$0",
      "",
    ].join("\n");
    expect(at(script).take("--tensor-parallel-size")).toBe("            --tensor-parallel-size=");
    expect(labels(at(yaml({ args: ["--dtype=half", "$0"] })).items)).toContain("--tensor-parallel-size");
  });

  test("as keys of a config file", () => {
    const { take } = at("model: Qwen/Qwen3-8B\ntensor-parallel-size: 2\nmax-num$0\n");
    expect(take("max-num-seqs")).toBe("max-num-seqs: ");
  });

  test("while the file is broken, from the analysis that is still shown", () => {
    const good = analysed(yaml({ image: "vllm/vllm-openai:v0.9.2" }));
    const { items } = at(yaml({ image: "vllm/vllm-openai:v0.9.2", args: ["--num$0", '"broken'] }), good);
    expect(labels(items)).toContain("--num-scheduler-steps");
  });
});

describe("values", () => {
  test("tensor sizes that divide the heads, with what they leave", () => {
    const { items, take } = at(
      yaml({ model: "meta-llama/Llama-3.3-70B-Instruct", gpu: "H100", gpus: 4, args: ["--tensor-parallel-size=$0"] }),
    );
    expect(labels(items)).toEqual(["1", "2", "4", "8", "16"]);
    expect(items.map(({ detail }) => detail.replace(/[\u2009\u00a0]/g, " ")).slice(0, 3)).toEqual([
      "does not fit",
      "does not fit",
      expect.stringMatching(/^all GPUs asked for, leaves 3\d\.\d GiB for KV cache$/),
    ]);
    expect(take("4")).toBe("            - --tensor-parallel-size=4");
  });

  test("sequence sizes that fill the GPUs", () => {
    const { items } = at(yaml({ gpus: 8, args: ["--tensor-parallel-size=2", "--ulysses-sequence-parallel-size=$0"] }));
    expect(items.find(({ label }) => label === "4")?.detail).toBe("TP 2 × SP 4 = all GPUs asked for");
  });

  test("choices, also in the item after the flag and behind a blank in a script", () => {
    expect(labels(at(yaml({ args: ["--dtype", "$0"] })).items)).toEqual(["auto", "bfloat16", "float", "float16", "float32", "half"]);
    expect(labels(at("model: Qwen/Qwen3-8B\ntensor-parallel-size: 2\nquantization: $0\n").items)).toContain("fp8");
    expect(labels(at("# vllm\nx: |\n  vllm serve Qwen/Qwen3-8B --dtype $0\n").items)).toContain("half");
  });

  test("lengths: the model's limit and what fits", () => {
    const { items } = at(yaml({ gpu: "L4", args: ["--max-model-len=$0"] }));
    expect(items.slice(0, 2).map(({ detail }) => detail)).toEqual(["the model's limit", "the longest that fits"]);
    expect(Number(items[1]?.label) % 1024).toBe(0);
  });

  test("models after serve and --model", () => {
    expect(labels(at(yaml({ model: "meta-llama/$0" })).items)).toContain("meta-llama/Llama-3.1-8B-Instruct");
    expect(labels(at(yaml({ args: ["--model=$0"] })).items)).toContain("Qwen/Qwen3-8B");
  });
});

/** The line at the caret as it would be, with the caret in it. */
function taken(marked: string, label: string): string {
  const { items, take } = at(marked);
  const line = take(label);
  const item = items.find((one) => one.label === label);
  const before = marked.slice(0, marked.indexOf("$0")).split("\n").at(-1) ?? "";
  const caret = item ? before.length - (before.length - item.range.start.character) + item.insert.length - item.back : 0;
  return `${line.slice(0, caret)}¦${line.slice(caret)}`.trim();
}

const pod = (args: string): string => `apiVersion: v1
kind: Pod
metadata: { name: p }
spec:
  containers:
    - name: e
      image: vllm/vllm-openai:v0.18.1
      command: [vllm, serve]
      args: ${args}
`;

describe("quotes and dashes", () => {
  test.each([
    ['["Qwen/Qwen3-8B", "--max-nu$0"]', "--max-num-seqs", 'args: ["Qwen/Qwen3-8B", "--max-num-seqs=¦"]'],
    ['["Qwen/Qwen3-8B", $0]', "--max-num-seqs", 'args: ["Qwen/Qwen3-8B", "--max-num-seqs=¦"]'],
    ["[Qwen/Qwen3-8B, --max$0]", "--max-num-seqs", "args: [Qwen/Qwen3-8B, --max-num-seqs=¦]"],
    ["['Qwen/Qwen3-8B', --enfo$0]", "--enforce-eager", "args: ['Qwen/Qwen3-8B', '--enforce-eager'¦]"],
    ['["Qwen/Qwen3-8B", "--dtype", "$0"]', "half", 'args: ["Qwen/Qwen3-8B", "--dtype", "half¦"]'],
    ['["Qwen/Qwen3-8B", "--dtype", $0]', "half", 'args: ["Qwen/Qwen3-8B", "--dtype", "half"¦]'],
    ["[Qwen/Qwen3-8B, --tensor-parallel-size, $0]", "2", 'args: [Qwen/Qwen3-8B, --tensor-parallel-size, "2"¦]'],
    ["[Qwen/Qwen3-8B, --dtype, $0]", "half", "args: [Qwen/Qwen3-8B, --dtype, half¦]"],
    ["[Qwen/Qwen3-8B, --tensor-parallel-size=$0]", "2", "args: [Qwen/Qwen3-8B, --tensor-parallel-size=2¦]"],
    ['["Qwen/Qwen3-8B", "--enforce-eager", "$0"]', "--dtype", 'args: ["Qwen/Qwen3-8B", "--enforce-eager", "--dtype=¦"]'],
    ['["Qwen$0"]', "Qwen/Qwen3-8B", 'args: ["Qwen/Qwen3-8B¦"]'],
  ])("flow list %s", (args, label, expected) => {
    expect(taken(pod(args), label)).toBe(expected);
  });

  test("a flow list over several lines", () => {
    const marked = pod('[\n        "Qwen/Qwen3-8B",\n        "--dtype",\n        $0\n      ]');
    expect(taken(marked, "half")).toBe('"half"¦');
  });

  test.each([
    [["--tensor-parallel-size", "$0"], "2", '- "2"¦'],
    [["--dtype", "$0"], "half", "- half¦"],
    [['"--dtype=half"', "$0"], "--max-num-seqs", '- "--max-num-seqs=¦"'],
    [['"--dtype=half"', '"--max$0"'], "--max-num-seqs", '- "--max-num-seqs=¦"'],
    [["--enforce-eager", "$0"], "--max-num-seqs", "- --max-num-seqs=¦"],
  ])("block list %o", (args, label, expected) => {
    const model = args[0]?.startsWith('"') ? '"Qwen/Qwen3-8B"' : "Qwen/Qwen3-8B";
    expect(taken(yaml({ args, model }), label)).toBe(expected);
  });

  const script = (lines: readonly string[]): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec:\n  containers:\n    - name: e\n      image: vllm/vllm-openai:v0.18.1\n      command: [bash, -c]\n      args:\n        - |\n${lines.map((line) => `          ${line}\n`).join("")}`;

  test("a script keeps to blanks or signs of equality, whichever it has", () => {
    const start = "vllm serve Qwen/Qwen3-8B \\";
    expect(taken(script([start, "  --dtype half \\", "  --max-nu$0"]), "--max-num-seqs")).toBe("--max-num-seqs ¦");
    expect(taken(script([start, "  --dtype=half \\", "  --max-nu$0"]), "--max-num-seqs")).toBe("--max-num-seqs=¦");
    expect(taken(script([start, "  --dtype half \\", "  --tensor-parallel-size $0"]), "2")).toBe("--tensor-parallel-size 2¦");
    expect(taken(script(["export A=1 && vllm serve $0"]), "Qwen/Qwen3-8B")).toBe("export A=1 && vllm serve Qwen/Qwen3-8B¦");
    expect(taken(script([start, "  --dtype half \\", "  $0"]), "--max-num-seqs")).toBe("--max-num-seqs ¦");
    expect(at(script(["echo start", "$0"])).items).toEqual([]);
  });

  test("a command as one quoted item", () => {
    expect(taken(pod('["-c", "vllm serve Qwen/Qwen3-8B --max-nu$0"]'), "--max-num-seqs")).toBe(
      'args: ["-c", "vllm serve Qwen/Qwen3-8B --max-num-seqs=¦"]',
    );
    expect(taken(pod('\n        - -c\n        - "vllm serve Qwen/Qwen3-8B --dtype $0"'), "half")).toBe(
      '- "vllm serve Qwen/Qwen3-8B --dtype half¦"',
    );
  });

  test("the last line of a file that ends without a line break", () => {
    expect(at("model: Qwen/Qwen3-8B\ntensor-parallel-size: 2\ndtype: $0").take("half")).toBe("dtype: half");
  });

  test("a compose command as text, and as a list", () => {
    const compose = (command: string): string => `services:\n  e:\n    image: vllm/vllm-openai:v0.18.1\n    command: ${command}\n`;
    expect(taken(compose("--model Qwen/Qwen3-8B --max-nu$0"), "--max-num-seqs")).toBe("command: --model Qwen/Qwen3-8B --max-num-seqs ¦");
    expect(taken(compose('"--model Qwen/Qwen3-8B --dtype $0"'), "half")).toBe('command: "--model Qwen/Qwen3-8B --dtype half¦"');
    expect(taken(compose("[--model, Qwen/Qwen3-8B, --max-num-seqs, $0]"), "256")).toBe(
      'command: [--model, Qwen/Qwen3-8B, --max-num-seqs, "256"¦]',
    );
    expect(taken(compose("--model $0"), "Qwen/Qwen3-8B")).toBe("command: --model Qwen/Qwen3-8B¦");
  });
});

describe("the engine at hand", () => {
  const sglang = (args: readonly string[]): string =>
    yaml({ args, image: "lmsysorg/sglang:v0.5.9" }).replace("[vllm, serve]", "[python3, -m, sglang.launch_server, --model-path]");

  test("its own flags, of its version", () => {
    const { items, take } = at(sglang(["--mem$0"]));
    expect(take("--mem-fraction-static")).toBe("            - --mem-fraction-static=");
    expect(labels(items)).not.toContain("--gpu-memory-utilization");
    expect(labels(at(sglang(["--kv-cache-dtype=$0"])).items)).toEqual(["auto", "fp8_e5m2", "fp8_e4m3", "bf16", "bfloat16", "fp4_e2m1"]);
  });

  test("tensor sizes and the model by its own names", () => {
    expect(labels(at(sglang(["--tp=$0"])).items)).toEqual(["1", "2", "4", "8", "16"]);
    expect(labels(at(sglang(["--model-path=$0"])).items)).toContain("Qwen/Qwen3-8B");
  });

  test("what a script starts, whatever else the file holds", () => {
    const marked = `# sglang\nx: |\n  python -m sglang.launch_server --model-path Qwen/Qwen3-8B --context$0\n`;
    expect(labels(at(marked).items)).toContain("--context-length");
  });
});

describe("keys and values of mappings", () => {
  const config = "model: Qwen/Qwen3-8B\ntensor-parallel-size: 2\n";

  test("values by the key, without quotes", () => {
    expect(at(`${config}dtype: $0\n`).take("half")).toBe("dtype: half");
    expect(at(`${config}max-num-seqs: "$0"\n`).take("256")).toBe('max-num-seqs: "256"');
  });

  test("keys spelled as their neighbours", () => {
    expect(at("model: Qwen/Qwen3-8B\ntensor_parallel_size: 2\nmax$0\n").take("max_num_seqs")).toBe("max_num_seqs: ");
    expect(at(`${config}$0\n`).take("enable-prefix-caching")).toBe("enable-prefix-caching: ");
  });
});

describe("fields of other formats", () => {
  const chart = (field: string): string =>
    [
      "servingEngineSpec:",
      "  modelSpec:",
      "    - name: llama3",
      "      repository: vllm/vllm-openai",
      "      tag: v0.18.1",
      "      modelURL: meta-llama/Llama-3.1-8B-Instruct",
      "      replicaCount: 1",
      "      requestGPU: 2",
      "      vllmConfig:",
      `        ${field}`,
      "        maxModelLen: 4096",
      "",
    ].join("\n");

  test("values of typed fields, by the flag they become", () => {
    expect(at(chart("tensorParallelSize: $0")).take("2")).toBe("        tensorParallelSize: 2");
    expect(labels(at(chart("dtype: $0")).items)).toContain("half");
    expect(labels(at(chart("dtype: half").replace("URL: meta-llama", "URL: Qwen$0")).items)).toContain("Qwen/Qwen3-8B");
  });

  test("keys of nested fields, and what they take", () => {
    const extra = (line: string): string =>
      `tensor_parallel_size: 4\nmax_batch_size: 256\nkv_cache_config:\n  free_gpu_memory_fraction: 0.9\n${line}\n`;
    expect(at(extra("  $0")).take("enable_block_reuse")).toBe("  enable_block_reuse: ");
    expect(labels(at(extra("  dtype: $0")).items)).toContain("fp8");
    expect(labels(at(extra("  enable_block_reuse: $0")).items)).toEqual(["true", "false"]);
    expect(labels(at(extra("$0")).items)).toContain("max_num_tokens");
    expect(labels(at(extra("$0")).items)).not.toContain("enable_block_reuse");
  });
});

test("a GPU is spelled as the file's platform does", () => {
  const labelled = (label: string): string =>
    yaml().replace("      hostIPC: true", `      hostIPC: true\n      nodeSelector: { ${label} }`);
  const at100 = at(labelled("nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3$0"));
  expect(at100.take("NVIDIA-L40S")).toBe("      nodeSelector: { nvidia.com/gpu.product: NVIDIA-L40S }");
  expect(labels(at(labelled("cloud.google.com/gke-accelerator: nvidia-l4$0")).items)).toContain("nvidia-h100-80gb");
  expect(labels(at(labelled("node.kubernetes.io/instance-type: g5.8xlarge$0")).items)).toEqual([]);
  const sky = "resources:\n  accelerators: L4$0\nrun: |\n  vllm serve Qwen/Qwen3-8B\n";
  expect(at(sky).take("H100")).toBe("  accelerators: H100");
});

describe("directives", () => {
  test("keys, then values", () => {
    expect(labels(at(`# inference-lens: $0\n${yaml()}`).items)).toContain("slo.ttft");
    expect(at(`# inference-lens: gpu=H1$0\n${yaml()}`).take("H200-SXM")).toBe("# inference-lens: gpu=H200-SXM");
    expect(labels(at(`# inference-lens: workload=$0\n${yaml()}`).items)).toContain("chat");
    expect(at(`# inference-lens: ignore=gpu-count,shm$0\n${yaml()}`).take("shm-missing")).toBe(
      "# inference-lens: ignore=gpu-count,shm-missing",
    );
  });
});

test("nothing in other files, in other comments or at other keys", () => {
  expect(at("jobs:\n  build:\n    steps:\n      - run: npm test --$0\n").items).toEqual([]);
  expect(at(yaml().replace("kind: Deployment", "kind: Deployment # --$0")).items.filter(({ kind }) => kind !== "flag")).toEqual([]);
  expect(at(yaml().replace("name: llama", "name: $0")).items).toEqual([]);
});
