import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The pages take longest: begun first, so that no worker waits for the other at the end. */
const longest = "test/webview/pages.test.ts";

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => (moduleId.endsWith(longest) ? 0 : 1);
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** Rooms without an outside hold no state: their tests share one loaded product, which spares most of the loading. */
const pure = [
  "architecture",
  "catalog",
  "corpus",
  "deployment",
  "language",
  "live",
  "memory",
  "planning",
  "rules",
  "settle",
  "simulation",
  "timing",
  "validation",
];
const tests = (folder: string): string => `test/${folder}/**/*.test.ts`;
const outside = ["test/e2e/**", "node_modules/**"];

export default defineConfig({
  test: {
    testTimeout: 20_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: "hosts", include: ["test/**/*.test.ts"], exclude: [...outside, ...pure.map(tests)] } },
      { extends: true, test: { name: "rooms", include: pure.map(tests), exclude: outside, isolate: false } },
    ],
  },
});
