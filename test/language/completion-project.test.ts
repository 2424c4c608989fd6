import { describe, expect, test } from "vitest";
import { withGpus } from "../../src/catalog/extended-catalog.ts";
import { readGpus } from "../../src/deployment/read-gpus.ts";
import { LineMap } from "../../src/deployment/text.ts";
import { completeProject } from "../../src/language/completion-project.ts";
import { testCatalog } from "../support/catalog.ts";

const own = readGpus("name: Lab Card\nlike: H100\n", testCatalog(), "gpus.yaml").gpus;
const catalog = withGpus(testCatalog(), own);

/** The caret stands at `|`; what the first item replaces is in brackets. */
function completed(marked: string) {
  const text = marked.replace("|", "");
  const lines = new LineMap(text);
  const items = completeProject(text, lines.position(marked.indexOf("|")), catalog);
  const span = items[0] && lines.span(items[0].range);
  return { first: items.slice(0, 2).map(({ insert }) => insert), replaced: span && text.slice(span.start, span.end) };
}

describe("completion in a project's own files", () => {
  test.each([
    ["defaults:\n  gpu: |", ""],
    ["defaults: { gpu: H|100, link: 400Gbps }", "H100"],
    ['files:\n  "a/*.yaml": { workload: chat, gpu: "L|" }', "L"],
  ])("%j names GPUs, one's own first", (text, replaced) => {
    expect(completed(text)).toEqual({ first: ["Lab-Card", "H100-SXM5-80GB"], replaced });
  });

  test("workloads by name", () => {
    expect(completed("defaults: { workload: | }").first).toEqual(["chat", "long-chat"]);
  });

  test.each(["|", "gpu|: H100", "gpu:|", "defaults: { link: | }", "- name: | # gpu: x", "defaults: { agpu: | }"])(
    "nothing at %j",
    (text) => {
      expect(completed(text)).toEqual({ first: [], replaced: undefined });
    },
  );
});
