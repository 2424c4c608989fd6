import { expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import type { Range } from "../../src/deployment/text.ts";
import { applyEdits } from "../../src/language/edits.ts";
import { gpuQuestionsAt } from "../../src/language/set-gpu.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed, only, yaml } from "./deployments.ts";

function asked(text: string, line: number) {
  const at: Range = { start: { line, character: 12 }, end: { line, character: 60 } };
  return gpuQuestionsAt(at, text, analysed(text), testCatalog());
}
const lineOf = (text: string, word: string): number => text.split("\n").findIndex((line) => line.includes(word));

test("where no GPU is named, those on which the deployment fits as it is written, most common first", () => {
  // 131.4 GiB of weights over four GPUs: 32.9 GiB each, too much for an L4 and, beside graphs and buffers, for an L40S at full length.
  const text = yaml({ model: "meta-llama/Llama-3.3-70B-Instruct", gpus: 4, args: ["--tensor-parallel-size=4"] });
  const [question, ...others] = asked(text, lineOf(text, "nvidia.com/gpu"));
  expect(others).toEqual([]);
  expect(question).toMatchObject({ deploymentId: "llama", isOpen: true });
  expect(question?.fixes.map(({ title }) => plain(title))).toEqual(["Set GPU to H100-80GB", "Set GPU to H200", "Set GPU to A100-80GB"]);
  const edited = applyEdits(text, question?.fixes[0]?.edits ?? []) ?? "";
  expect(only(edited).deployment.pools[0]?.hardware.gpu?.value).toBe("H100-SXM5-80GB");
  expect(asked(text, lineOf(text, "meta-llama")).length).toBe(1);
  expect(asked(text, lineOf(text, "image:"))).toEqual([]);
});

test("where one is named it can be changed, and none is proposed", () => {
  const text = yaml({ gpu: "L4" });
  expect(asked(text, lineOf(text, "nvidia.com/gpu"))).toEqual([{ deploymentId: "llama", isOpen: false, fixes: [] }]);
});
