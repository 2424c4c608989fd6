import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { everyEngine, type Rule } from "./rule.ts";

const code = "text-expected";

export const textExpected: Rule = {
  code,
  severity: "error",
  summary: "An argument or a variable's value is a number or a switch, where Kubernetes takes text alone.",
  facts: ["Kubernetes API"],
  engines: everyEngine,
  check({ pool }) {
    return (pool.pod?.notTexts ?? []).flatMap(({ value, range }) => {
      if (!range) return [];
      const fix = { title: message("Quote {0}", value), edits: [{ range, newText: `"${value}"` }], preferred: true };
      const text = message(
        '{0} is no text to YAML. Kubernetes refuses the file: "cannot unmarshal … into Go struct field … of type string".',
        value,
      );
      return [finding(code, "error", range, text, { fixes: [fix] })];
    });
  },
};
