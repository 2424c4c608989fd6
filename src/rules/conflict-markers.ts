import { message } from "../deployment/message.ts";
import { LineMap } from "../deployment/text.ts";
import { finding } from "./finding.ts";
import type { Finding } from "./rule.ts";
import type { TextRule } from "./text-rule.ts";

const code = "conflict-markers";
const markers = /^(<{7} .*|={7}|>{7} .*)$/gm;
/** A merge that was given up leaves a few; more than a person reads is another kind of file. */
const mostFindings = 20;

export const conflictMarkers: TextRule = {
  code,
  severity: "error",
  summary: "A merge was not finished: its markers stand in the file.",
  facts: ["git"],
  check(text) {
    if (!/^<{7} /m.test(text) || !/^={7}$/m.test(text) || !/^>{7} /m.test(text)) return [];
    const lines = new LineMap(text);
    return [...text.replaceAll("\r", " ").matchAll(markers)].slice(0, mostFindings).map((match): Finding => {
      const range = lines.range({ start: match.index, end: match.index + match[0].trimEnd().length });
      return finding(
        code,
        "error",
        range,
        message("A merge conflict is left here: the file cannot be applied, or its script fails at this line."),
      );
    });
  },
};
