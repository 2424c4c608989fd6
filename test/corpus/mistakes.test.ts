import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { analyse } from "../../src/language/analysis.ts";
import { testCatalog } from "../support/catalog.ts";

const folder = join(import.meta.dirname, "mistakes");
/** `# want CODE` behind the line of a mistake; `problem` = said as a problem of the file. */
const marker = /\s*# want ([a-z0-9|-]+)$/;

/** The mistakes that people report most, each in a small file as it is written. */
test.each(readdirSync(folder))("%s is found at its line", (name) => {
  const lines = readFileSync(join(folder, name), "utf8").split("\n");
  const wanted = lines.flatMap((line, i) =>
    (marker.exec(line)?.[1] ?? []).length > 0 ? [{ line: i, codes: marker.exec(line)?.[1]?.split("|") ?? [] }] : [],
  );
  const { findings, problems } = analyse(lines.map((line) => line.replace(marker, "")).join("\n"), {
    catalog: testCatalog(),
    fileName: name,
  });
  const said = [
    ...findings.map(({ code, range, message }) => ({ code, line: range.start.line, words: plain(message) })),
    ...problems.map(({ range, message }) => ({ code: "problem", line: range.start.line, words: plain(message) })),
  ];
  expect(wanted.length).toBeGreaterThan(0);
  expect(
    wanted.filter(({ line, codes }) => !said.some((one) => one.line === line && codes.includes(one.code))),
    JSON.stringify(said, null, 1),
  ).toEqual([]);
  const errors = findings.filter(({ code, severity }) => severity === "error" && !wanted.some(({ codes }) => codes.includes(code)));
  expect(errors.map(({ code, message }) => `${code}: ${plain(message)}`)).toEqual([]);
});
