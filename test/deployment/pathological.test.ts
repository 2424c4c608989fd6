import { describe, expect, test } from "vitest";
import { analyse } from "../../src/language/analysis.ts";
import { testCatalog } from "../support/catalog.ts";

const container = `apiVersion: apps/v1
kind: Deployment
metadata: {name: x}
spec:
  template:
    spec:
      containers:
      - name: v
        image: vllm/vllm-openai:v0.11.0
`;
const args = (words: readonly string[]): string => `${container}        args: [--model, Qwen/Qwen3-8B, ${words.join(", ")}]\n`;
const script = (text: string): string =>
  `${container}        command: [bash, -c]\n        args:\n        - |\n${text
    .split("\n")
    .map((line) => `          ${line}`)
    .join("\n")}\n`;
const many = (count: number, of: (i: number) => string, between = "\n"): string =>
  Array.from({ length: count }, (_, i) => of(i)).join(between);

const texts: readonly (readonly [string, number, string])[] = [
  ["5,000 flags", 1, args(Array.from({ length: 5000 }, (_, i) => `--max-num-seqs=${i}`))],
  ["5,000 flags that do not exist", 1, args(Array.from({ length: 5000 }, (_, i) => `--foo-bar-${i}=1`))],
  ["one unknown flag 5,000 times", 1, script(`vllm serve Qwen/Qwen3-8B ${"--foo $(echo a) ".repeat(5000)}`)],
  ["3,000 dotted flags in one line", 1, args(Array.from({ length: 3000 }, (_, i) => `--compilation-config${".a".repeat(i % 500)}=1`))],
  ["variables that double", 1, script(`V0=aaaaaaaaaa\n${many(60, (i) => `V${i + 1}=$V${i}$V${i}`)}\nvllm serve $V60`)],
  [
    "Kubernetes variables that double",
    1,
    `${container}        env:\n        - {name: V0, value: ab}\n${many(200, (i) => `        - {name: V${i + 1}, value: "$(V${i})$(V${i})"}`)}\n        args: [--model, $(V199)]\n`,
  ],
  ["templates that never close", 0, `${"{{".repeat(50_000)}\n${args([])}`],
  ["5,000 nested flow lists", 0, `a: ${"[".repeat(5000)}${"]".repeat(5000)}\nvllm: serve\n`],
  ["1,500 nested mappings", 0, `${many(1500, (i) => `${" ".repeat(i)}a:`)}\n# vllm serve\n`],
  [
    "a circle of 1,000 services",
    1000,
    `services:\n${many(1000, (i) => `  s${i}:\n    extends: {service: s${(i + 1) % 1000}}\n    command: [vllm, serve, Qwen/Qwen3-8B]`)}\n`,
  ],
  ["300 documents with a directive each", 300, many(300, () => `---\n# inference-lens: gpu=H100\n${args([])}`, "")],
  ["3,000 other documents", 1, `${"---\napiVersion: v1\nkind: ConfigMap\ndata: {a: vllm}\n".repeat(3000)}---\n${args([])}`],
  ["a megabyte of script", 1, script(`${"echo hello world foo=$BAR\n".repeat(25_000)}vllm serve Qwen/Qwen3-8B`)],
  ["an array that grows 20,000 times", 1, script(`${"A+=(a)\n".repeat(20_000)}vllm serve x "\${A[@]}"`)],
  ["an array that 20,000 commands are given", 1, script(`vllm serve x\nA=(${"a ".repeat(400)})\n${'x "${A[@]}"\n'.repeat(20_000)}`)],
  ["10,000 variables before 10,000 commands", 1, script(`${many(10_000, (i) => `V${i}=1`)}\nvllm serve x\n${"x\n".repeat(10_000)}`)],
  [
    "2,000 here-documents",
    1,
    script(many(2000, (i) => `cat > f${i % 20}.yaml <<EOF\nport: $X\nEOF\n${i === 0 ? "vllm serve x --config f0.yaml" : "a"}`)),
  ],
  ["files written 20,000 times", 1, script(`${many(20_000, (i) => `echo 'a: 1' > f${i % 30}`)}\nvllm serve x --config f1`)],
  ["a megabyte of JSON", 1, args(["--hf-overrides", `'{"a":[${'{"b":1},'.repeat(100_000)}1]}'`])],
  ["quotes without end", 1, script(`vllm serve x \\${'"\'"'.repeat(20_000)}`)],
  ["numbers beyond all numbers", 1, args(["--tensor-parallel-size", '"99999999999999999999"', "--max-model-len", '"1e400"'])],
  ["a hundred million stages", 1, args(["--pipeline-parallel-size", '"100000000"'])],
];

describe("whatever a file holds, reading it ends soon", () => {
  // Two seconds is the promise; collecting garbage beside it may take as much again. Time of the processor, as others may use it too.
  test.each(texts)("%s", { timeout: 30_000 }, (_, deployments, text) => {
    const start = process.cpuUsage();
    const analysis = analyse(text, { catalog: testCatalog(), fileName: "x.yaml" });
    expect(process.cpuUsage(start).user).toBeLessThan(4_000_000);
    expect(analysis.deployments).toHaveLength(deployments);
  });
});
