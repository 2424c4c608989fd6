import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, bundledCli, type Cli, lines } from "./support.ts";

let cli: Cli;
let folder: string;
beforeAll(async () => {
  cli = await bundledCli();
  folder = mkdtempSync(join(tmpdir(), "inference-lens-own-gpus-"));
  mkdirSync(join(folder, ".inference-lens"));
  writeFileSync(join(folder, ".inference-lens/gpus.yaml"), gpus);
  writeFileSync(join(folder, "deploy.yaml"), deployment);
});
afterAll(() => {
  cli.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const gpus = `- name: Lab Hopper
  aliases: [NVIDIA-LH100-96G]
  like: H100
  memory: 96 GiB
  bandwidth: 2 TB/s
- name: Sheet
  memory: 64 GiB
  bandwidth: 1.6 TB/s
  flops: { bf16: 300 TFLOPS }
- name: Wrong
  like: H900
`;
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: llama }
spec:
  template:
    spec:
      nodeSelector: { nvidia.com/gpu.product: NVIDIA-LH100-96G }
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.19.0
          args: [--model, meta-llama/Llama-3.1-8B-Instruct, --max-model-len=8192]
          resources: { limits: { nvidia.com/gpu: 1 } }
`;

const model = "meta-llama/Llama-3.1-8B-Instruct";
/** 8.03 B parameters in 16 bit, of which the embedding is looked up, not read: (8.03 − 0.525) · 2 B. */
const weightsRead = 15.0e9;

describe("GPUs of .inference-lens/gpus.yaml", () => {
  it("are found by the label of a file, and make memory and speed", async () => {
    const { stdout, code } = await cli.run(["inspect", "deploy.yaml", "--format", "json"], { cwd: folder });
    expect(code).toBe(0);
    const pool = at(JSON.parse(stdout), "files", 0, "deployments", 0, "pools", 0);
    expect(at(pool, "gpu")).toBe("Lab-Hopper");
    const estimated = await cli.run(["estimate", "deploy.yaml", "--format", "json"], { cwd: folder });
    const tpot = Number(at(JSON.parse(estimated.stdout), "cases", 0, "summary", "tpotSeconds", "mean"));
    // Alone, a token reads the weights once at 2 TB/s.
    expect(tpot).toBeGreaterThan(weightsRead / 2e12);
    expect(tpot).toBeLessThan((1.6 * weightsRead) / 2e12);
  });

  it.each([
    ["Lab-Hopper", "interpolated", 2e12],
    ["sheet", "analytical", 1.6e12],
  ])("answer cases: %s is timed %s", async (gpu, basis, bandwidth) => {
    writeFileSync(join(folder, "cases.jsonl"), `${JSON.stringify({ id: 1, deployment: { engine: "vllm", model, gpu } })}\n`);
    const { stdout } = await cli.run(["estimate", "--cases", "cases.jsonl"], { cwd: folder });
    const [answer] = lines(stdout);
    expect(at(answer, "confidence", "timing")).toBe(basis);
    expect(Number(at(answer, "summary", "tpotSeconds", "mean"))).toBeGreaterThan(weightsRead / bandwidth);
  });

  it("are known to --gpu below their folder, and nowhere else", async () => {
    const launch = ["--", "vllm", "serve", model];
    const inside = await cli.run(["estimate", "--gpu", "lab hopper", ...launch], { cwd: folder });
    expect(inside.stdout).toContain("Lab-Hopper");
    const outside = await cli.run(["estimate", "--gpu", "lab hopper", ...launch]);
    expect(outside.code).toBe(2);
    expect(outside.stderr).toContain("“lab hopper” is not known");
  });

  it("that are wrong are told by check at their place", async () => {
    const { stdout, stderr } = await cli.run(["check", "deploy.yaml", "--format", "json"], { cwd: folder });
    expect(stderr).toBe("");
    const file = at(JSON.parse(stdout), "files", 1);
    expect(at(file, "path")).toBe(".inference-lens/gpus.yaml");
    expect(at(file, "problems")).toEqual([
      {
        message: "“H900” is no GPU that the catalogue knows.",
        range: { start: { line: 10, character: 8 }, end: { line: 10, character: 12 } },
      },
    ]);
    const named = await cli.run(["check", ".inference-lens/gpus.yaml"], { cwd: folder });
    expect(named.stdout).toContain("11:9");
  });
});
