import type { Flag } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { everyEngine, type Fix, type Rule } from "./rule.ts";

const code = "one-word";

export const oneWord: Rule = {
  code,
  severity: "warning",
  summary: "A flag and its value stand in one list item, so the engine sees one word with a blank in it.",
  facts: ["argparse: an argument with a blank is no option"],
  engines: everyEngine,
  check({ pool }) {
    return pool.engine.written
      .filter((flag) => flag.oneWord)
      .map((flag) =>
        finding(
          code,
          "warning",
          flag.flagRange,
          message("{0} and its value are one list item, so the engine sees one word with a blank in it and may ignore it.", flag.spelled),
          { fixes: [joinFix(flag)] },
        ),
      );
  },
};

/** `--flag value` → `--flag=value`: one word that the parser does split. */
function joinFix(flag: Flag): Fix | undefined {
  const value = flag.value?.value;
  if (!flag.valueRange || !value) return undefined;
  const range = { start: flag.flagRange.end, end: flag.valueRange.start };
  return { title: message("Write {0}={1}", flag.spelled, value), edits: [{ range, newText: "=" }], preferred: true };
}
