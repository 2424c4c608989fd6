import { expect, test } from "vitest";
import { excludeGlob } from "../../src/extension/exclude-globs.ts";

test("patterns that are switched on, in one glob", () => {
  const files = { "**/.git": true, "**/old": false, "**/*.js": { when: "$(basename).ts" } };
  expect(excludeGlob(files, { "**/node_modules": true, "**/.git": true })).toBe("{**/.git,**/node_modules}");
});

test("alternatives are written out", () => {
  expect(excludeGlob({ "**/{a,b/{c,d}}.yaml": true })).toBe("{**/a.yaml,**/b/c.yaml,**/b/d.yaml}");
});

test("nothing switched on, or no setting at all", () => {
  expect(excludeGlob({}, undefined, null, "x")).toBeUndefined();
});

test("a setting cannot make the glob grow without bound", () => {
  expect((excludeGlob({ ["{a,b}".repeat(40)]: true }) ?? "").length).toBeLessThan(100_000);
});
