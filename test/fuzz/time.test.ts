import { expect, test } from "vitest";
import { analyse } from "../../src/language/analysis.ts";
import { testCatalog } from "../support/catalog.ts";
import { cpuMs, timeLimitMs } from "./runs.ts";
import { yamlIn } from "./sources.ts";

const catalog = testCatalog();

test.each(yamlIn("test/corpus/own").map((one) => [one.file, one] as const))(
  "reading takes time in proportion to the length: %s",
  {
    timeout: timeLimitMs,
  },
  (_, { file, text }) => {
    const took = (documents: number): number => {
      const repeated = Array.from({ length: documents }, () => text).join("\n---\n");
      return Math.min(...Array.from({ length: 3 }, () => cpuMs(() => analyse(repeated, { catalog, fileName: file }))));
    };
    // What is read for the first time is compiled first.
    took(12);
    // Eight times the text is eight times the work, with room for what the runtime does beside; a square would be sixty-four times.
    expect(took(48)).toBeLessThan(24 * took(6) + 60);
  },
);
