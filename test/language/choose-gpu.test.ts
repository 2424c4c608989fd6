import { expect, test } from "vitest";
import { gpuChoices, modelProposals } from "../../src/language/choose-gpu.ts";
import { directiveEdits } from "../../src/language/directive-edit.ts";
import { applyEdits } from "../../src/language/edits.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed, only, yaml } from "./deployments.ts";

function chosen(text: string, gpu: string): string {
  const edited = applyEdits(text, directiveEdits(text, only(text).deployment, "gpu", gpu));
  if (edited === undefined) throw new Error("edits overlap");
  expect(only(edited).deployment.pools[0]?.hardware.gpu?.value).toBe(gpu);
  return edited;
}

test("a directive of its own above the deployment", () => {
  const text = yaml();
  expect(chosen(text, "L4")).toBe(`# inference-lens: gpu=L4\n${text}`);
});

test("into a directive that is there, and over an older choice", () => {
  const text = `# inference-lens: workload=chat\n${yaml()}`;
  const first = chosen(text, "H200-SXM");
  expect(first.split("\n")[0]).toBe("# inference-lens: workload=chat gpu=H200-SXM");
  expect(chosen(first, "L4").split("\n")[0]).toBe("# inference-lens: workload=chat gpu=L4");
});

test("for one of several documents", () => {
  const text = [yaml({ name: "a" }), yaml({ name: "b" })].join("---\n");
  const second = analysed(text).deployments[1];
  if (!second) throw new Error("two deployments");
  const edited = applyEdits(text, directiveEdits(text, second.deployment, "gpu", "L4")) ?? "";
  expect(analysed(edited).deployments.map(({ deployment }) => deployment.pools[0]?.hardware.gpu?.value)).toEqual([undefined, "L4"]);
});

test("the most common GPUs come first, and models that end alike are proposed", () => {
  expect(gpuChoices(testCatalog())[0]).toMatchObject({ gpu: "H100-SXM5-80GB", label: "H100-80GB" });
  expect(modelProposals(only(yaml({ model: "/models/Qwen3-32B" })).deployment, testCatalog())).toContain("Qwen/Qwen3-32B");
  expect(modelProposals(only(yaml()).deployment, testCatalog())).toEqual([]);
});
