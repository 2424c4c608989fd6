import { expect, test } from "vitest";
import { analyse } from "../../src/language/analysis.ts";
import { verdict } from "../../src/language/verdict.ts";
import { testCatalog } from "../support/catalog.ts";
import { only, yaml } from "./deployments.ts";

const catalog = testCatalog();
const models = ["meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-8B", "deepseek-ai/DeepSeek-V3"];

/** CPU milliseconds of the fastest of 30 rounds, or of the first below `enough`: what the work costs, not what else the machine does. */
function fastest(work: () => void, enough: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 30 && least >= enough; round++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

test("a file of 1,000 lines with 24 deployments is checked within 50 ms after the first", () => {
  const notes = Array.from({ length: 22 }, (_, line) => `# note ${line}\n`).join("");
  const documents = Array.from({ length: 24 }, (_, index) => {
    const args = ["--tensor-parallel-size=4", "--max-model-len=32768", "--gpu-memory-utilization=0.9"];
    return yaml({ name: `d${index}`, gpu: "H100", model: models[index % 3] ?? "", gpus: 4, args }) + notes;
  });
  const text = documents.join("---\n");
  expect(text.split("\n").length).toBeGreaterThan(1000);
  expect(analyse(text, { catalog }).deployments.length).toBe(24);
  expect(fastest(() => analyse(text, { catalog }), 50)).toBeLessThan(50);
});

test("a verdict takes at most 50 ms, with a GPU and without", () => {
  const text = yaml({ model: models[0] ?? "", gpu: "H100", gpus: 4, args: ["--tensor-parallel-size=4"] });
  expect(fastest(() => verdict(only(text), catalog), 50)).toBeLessThan(50);
  const unknown = yaml({ model: models[0] ?? "", gpus: 4, args: ["--tensor-parallel-size=4"] });
  expect(fastest(() => verdict(only(unknown), catalog), 50)).toBeLessThan(50);
});

test("a large unrelated file costs at most 5 ms", () => {
  const text = Array.from({ length: 20_000 }, (_, line) => `key${line}: { a: [1, 2, 3], b: "text" }\n`).join("");
  expect(analyse(text, { catalog }).deployments).toEqual([]);
  expect(fastest(() => analyse(text, { catalog }), 5)).toBeLessThan(5);
});
