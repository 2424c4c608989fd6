import { expect, test } from "vitest";
import { JoinedText } from "../../src/deployment/joined-text.ts";
import { withValues } from "../../src/deployment/yaml-merge.ts";

test("values over a chart's own: mappings merge, lists and scalars are replaced, null removes", () => {
  const joined = new JoinedText("a: { keep: no, list: [3] }\ngone: null\nnew: 1\n");
  const [own] = joined.documents;
  const [base] = joined.documentsOf({ file: "values.yaml", text: "a:\n  keep: yes\n  list: [1, 2]\n  more: x\ngone: 2\n" });
  if (!own || !base) throw new Error("two documents were expected");
  const { root } = withValues(base, own);
  expect(root.data()).toEqual({ a: { keep: "no", list: [3], more: "x" }, new: 1 });
  const more = root.at("a", "more").text();
  expect(more && joined.lines.range(more.span)).toEqual({
    start: { line: 3, character: 8 },
    end: { line: 3, character: 9 },
    file: "values.yaml",
  });
  expect(joined.lines.range(root.at("a", "keep").text()?.span ?? { start: 0, end: 0 })).not.toHaveProperty("file");
});
