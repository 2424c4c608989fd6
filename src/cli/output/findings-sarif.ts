import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from "node-sarif-builder";
import { plain } from "../../deployment/message.ts";
import type { Edit, Range } from "../../deployment/text.ts";
import { rules } from "../../rules/registry.ts";
import type { Finding, Severity } from "../../rules/rule.ts";
import type { Subject } from "../input/subjects.ts";
import { rulePage } from "./findings-json.ts";

type Level = "error" | "warning" | "note";
const levels: Readonly<Record<Severity, Level>> = { error: "error", warning: "warning", information: "note" };

/** SARIF 2.1.0 for code scanning; a rule's page is named by its path in this package. */
export function findingsSarif(subjects: readonly Subject[], toolVersion: string): string {
  const run = new SarifRunBuilder().initSimple({ toolDriverName: "Inference Lens", toolDriverVersion: toolVersion });
  run.run.columnKind = "utf16CodeUnits";
  for (const { code, severity, summary } of rules) {
    const rule = new SarifRuleBuilder().initSimple({ ruleId: code, shortDescriptionText: summary });
    rule.rule.defaultConfiguration = { level: levels[severity] };
    // helpUri must be absolute; the pages ship in the package, so their path stands in the help's text.
    rule.rule.help = { text: rulePage(code), markdown: `[${rulePage(code)}](${rulePage(code)})` };
    run.addRule(rule);
  }
  for (const { input, analysis } of subjects) {
    for (const finding of analysis.findings) run.addResult(resultOf(finding, uriOf(input.path)));
  }
  run.run.invocations = [{ executionSuccessful: true, toolExecutionNotifications: notifications(subjects) }];
  const sarif = new SarifBuilder({ $schema: "https://json.schemastore.org/sarif-2.1.0.json" });
  sarif.addRun(run);
  return `${sarif.buildSarifJsonString({ indent: true })}\n`;
}

function resultOf({ code, severity, message, range, related, fixes }: Finding, uri: string): SarifResultBuilder {
  const made = new SarifResultBuilder().initSimple({ ruleId: code, level: levels[severity], messageText: plain(message) });
  made.result.locations = [{ physicalLocation: { artifactLocation: { uri }, region: regionOf(range) } }];
  if (related.length > 0) {
    made.result.relatedLocations = related.map((one, id) => ({
      id,
      message: { text: plain(one.message) },
      physicalLocation: { artifactLocation: { uri }, region: regionOf(one.range) },
    }));
  }
  if (fixes.length > 0) {
    made.result.fixes = fixes.map(({ title, edits }) => ({
      description: { text: plain(title) },
      artifactChanges: [{ artifactLocation: { uri }, replacements: edits.map(replacementOf) }],
    }));
  }
  return made;
}

function replacementOf({ range, newText }: Edit) {
  return { deletedRegion: regionOf(range), insertedContent: { text: newText } };
}

function regionOf({ start, end }: Range) {
  return { startLine: start.line + 1, startColumn: start.character + 1, endLine: end.line + 1, endColumn: end.character + 1 };
}

/** What could not be read well, without being a finding. */
function notifications(subjects: readonly Subject[]) {
  return subjects.flatMap(({ input, analysis }) =>
    analysis.problems.map(({ message, range }) => ({
      level: "note" as const,
      message: { text: plain(message) },
      locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(input.path) }, region: regionOf(range) } }],
    })),
  );
}

/** A path as URI reference; stdin and bare commands have no place on disk and keep their word. */
function uriOf(path: string): string {
  const plainPath = path.replaceAll("\\", "/");
  const encoded = plainPath.split("/").map(encodeURIComponent).join("/");
  if (/^[A-Za-z]:\//.test(plainPath)) return `file:///${plainPath.slice(0, 2)}${encoded.slice(encoded.indexOf("/"))}`;
  return plainPath.startsWith("/") ? `file://${encoded}` : encoded;
}
