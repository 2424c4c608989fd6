import { describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { deployment, only, readText, sliceOf } from "./support.ts";

const serve = "command: [vllm, serve, Qwen/Qwen3-32B]\nargs:\n  - --max-model-len=8192 # inference-lens: ignore=model-len";
const file = deployment(serve);

describe("directives", () => {
  test("above the document", () => {
    const text = `# inference-lens: gpu=H100-SXM-80GB version=0.19.0 workload=chat slo.ttft=500ms slo.tpot=0.05s ignore=gpu-idle,shm-missing\n${file}`;
    const reading = readText(text);
    const { deployment: found, pool } = only(reading);
    expect(reading.problems).toEqual([]);
    expect(pool.hardware.gpu?.value).toBe("H100-SXM5-80GB");
    expect(sliceOf(text, pool.hardware.gpu?.range)).toBe("H100-SXM-80GB");
    expect(pool.engine.version?.value.text).toBe("0.19.0");
    expect(found.workload).toMatchObject({ value: "chat", origin: "directive" });
    expect(found.slo?.value).toEqual({ ttftSeconds: 0.5, tpotSeconds: 0.05, e2eSeconds: null, percentile: 95 });
    expect([...found.ignored]).toEqual(["gpu-idle", "shm-missing"]);
  });

  test("model-config may name a known model", () => {
    const own = file.replace("Qwen/Qwen3-32B", "/models/ours");
    expect(only(readText(own)).deployment.model?.value.facts).toBeUndefined();
    const { facts } = only(readText(`# inference-lens: model-config=Qwen/Qwen3-32B\n${own}`)).deployment.model?.value ?? {};
    expect(facts).toMatchObject({ origin: "directive", value: { id: "Qwen/Qwen3-32B" } });
  });

  test("ignore inside silences its lines alone", () => {
    const reading = readText(file);
    expect([...only(reading).deployment.ignored]).toEqual([]);
    const line = file.split("\n").findIndex((one) => one.includes("ignore="));
    expect([...reading.ignoredLines].map(([at, codes]) => [at, [...codes]])).toEqual([[line, ["model-len"]]]);
  });

  test("inside a document it counts for that document", () => {
    const other = file.replace("name: llama", "name: other # inference-lens: gpu=L4");
    const reading = readText(`${file}---\n${other}`);
    expect(reading.deployments.map(({ name, pools }) => [name, pools[0]?.hardware.gpu?.value])).toEqual([
      ["llama", undefined],
      ["other", "L4"],
    ]);
  });

  test("in a document without deployments it counts for the file", () => {
    const reading = readText(`# inference-lens: gpu=L4\napiVersion: v1\nkind: Namespace\n---\n${file}---\n${file}`);
    expect(reading.deployments.map(({ id, pools }) => [id, pools[0]?.hardware.gpu?.value])).toEqual([
      ["llama", "L4"],
      ["llama#2", "L4"],
    ]);
  });

  test("above or inside a compose service it counts for that service", () => {
    const service = (name: string, note = "") =>
      `  ${name}:\n    image: vllm/vllm-openai:v0.11.0${note}\n    command: --model Qwen/Qwen3-32B\n`;
    const text = `# inference-lens: workload=chat\nservices:\n${service("a", " # inference-lens: gpu=L4")}  # inference-lens: gpu=L40S\n${service("b")}${service("c")}`;
    expect(readText(text).deployments.map(({ name, workload, pools }) => [name, workload?.value, pools[0]?.hardware.gpu?.value])).toEqual([
      ["a", "chat", "L4"],
      ["b", "chat", "L40S"],
      ["c", "chat", undefined],
    ]);
  });

  test.each([
    ["gqu=L4", "gqu", /Unknown directive “gqu”/],
    ["gpu=H900", "H900", /no GPU/],
    ["gpu", "gpu", /needs a value/],
    ["version=new", "new", /no version/],
    ["slo.ttft=500", "500", /no duration/],
  ])("%s is a problem at its word", (words, at, said) => {
    const text = `# inference-lens: workload=chat ${words}\n${file}`;
    const [problem, second] = readText(text).problems;
    expect(second).toBeUndefined();
    expect(sliceOf(text, problem?.range)).toBe(at);
    expect(problem && plain(problem.message)).toMatch(said);
  });
});

describe("routing", () => {
  test.each([
    ["round-robin", "round-robin", 0],
    ["power_of_two", "power-of-two", 0],
    ["nearest", undefined, 1],
  ])("%s", (word, policy, problems) => {
    const reading = readText(`# inference-lens: routing=${word}\n${deployment('command: [vllm, serve, "Qwen/Qwen3-32B"]')}`);
    expect(only(reading).deployment.routing?.value).toBe(policy);
    expect(reading.problems).toHaveLength(problems);
  });
});
