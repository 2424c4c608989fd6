import { describe, expect, test } from "vitest";
import { IgnoreRules } from "../../src/extension/ignore-rules.ts";

const files = (texts: Readonly<Record<string, string>>) => new IgnoreRules(Object.entries(texts).map(([path, text]) => ({ path, text })));

describe("ignored files", () => {
  test.each([
    [{ ".gitignore": "build/\n*.tmp.yaml\n" }, ["build/a.yaml", "x/build/a.yaml", "x.tmp.yaml"], ["a.yaml", "building/a.yaml"]],
    [{ ".gitignore": "/out\n# comment\n\n" }, ["out/a.yaml"], ["x/out/a.yaml", "comment"]],
    [{ ".gitignore": "values-*.yaml\n!values-prod.yaml\n" }, ["values-dev.yaml"], ["values-prod.yaml"]],
    // A deeper file speaks for its folder only, and decides over the ones above it.
    [{ "charts/.gitignore": "*.yaml\n" }, ["charts/a.yaml", "charts/b/a.yaml"], ["a.yaml", "other/charts/a.yaml"]],
    [{ "charts/.gitignore": "/a.yaml\nb/c.yaml\n" }, ["charts/a.yaml", "charts/b/c.yaml"], ["charts/b/a.yaml", "charts/x/b/c.yaml"]],
    [{ ".gitignore": "*.yaml\n", "keep/.gitignore": "!*.yaml\n" }, ["a.yaml"], ["keep/a.yaml"]],
    [{ ".gitignore": "secret.yaml\n", ".ignore": "!secret.yaml\n" }, [], ["secret.yaml"]],
    [{ ".ignore": "vendor/**\r\n" }, ["vendor/x/a.yaml"], ["a.yaml"]],
    [{ "a[b]/.gitignore": "x.yaml\n" }, ["a[b]/x.yaml"], ["ab/x.yaml"]],
    [{}, [], ["a.yaml"]],
  ])("%o", (texts, ignored, kept) => {
    const rules = files(texts);
    expect(ignored.filter((path) => !rules.ignores(path))).toEqual([]);
    expect(kept.filter((path) => rules.ignores(path))).toEqual([]);
  });
});
