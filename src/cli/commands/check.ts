import { type Command, Option } from "commander";
import { withVerifiedFixes } from "../../language/fixes.ts";
import type { Severity } from "../../rules/rule.ts";
import { type Exit, exits } from "../exit.ts";
import { type CommonOptions, formatOption, withCommonOptions } from "../input/common-options.ts";
import { gatherSubjects, type Subject } from "../input/subjects.ts";
import { byFile } from "../output/by-file.ts";
import { findingsGithub } from "../output/findings-github.ts";
import { findingsJson } from "../output/findings-json.ts";
import { findingsMarkdown } from "../output/findings-markdown.ts";
import { findingsText } from "../output/findings-text.ts";
import type { Run } from "../run.ts";
import type { Session } from "../session.ts";
import { toolVersion } from "../tool-version.ts";

interface CheckOptions extends CommonOptions {
  readonly format: "text" | "json" | "sarif" | "github" | "markdown";
  readonly failOn: "error" | "warning" | "never";
}

export function addCheck(program: Command, run: Run): void {
  const command = program
    .command("check")
    .description("say what is wrong with deployment files")
    .argument("[path...]", "files, folders (recursive), - for stdin")
    .addOption(formatOption("text", "json", "sarif", "github", "markdown"))
    .addOption(
      new Option("--fail-on <level>", "findings that make the exit code 1").choices(["error", "warning", "never"]).default("error"),
    );
  withCommonOptions(command).action((paths: string[], options: CheckOptions) => run(options, (session) => check(paths, options, session)));
}

async function check(paths: readonly string[], options: CheckOptions, session: Session): Promise<Exit> {
  const { subjects, unreadable } = await gatherSubjects(paths, options, session);
  // Of a folder only the files that concern us; what was named is always answered.
  const shown = subjects
    .filter(({ input, analysis }) => input.named || analysis.formats.length > 0 || analysis.problems.length > 0)
    .map((subject) => ({ ...subject, analysis: withVerifiedFixes({ ...subject, text: subject.input.text }) }));
  session.terminal.write(await formatted(byFile(shown), options.format, session));
  if (unreadable) return exits.unusable;
  return failsOn(shown, options.failOn) ? exits.found : exits.ok;
}

async function formatted(subjects: readonly Subject[], format: CheckOptions["format"], { terminal }: Session): Promise<string> {
  switch (format) {
    case "text":
      return findingsText(subjects, terminal);
    case "json":
      return `${JSON.stringify(findingsJson(subjects))}\n`;
    case "sarif": {
      // Its builder is as large as the rest; only this format loads it.
      const { findingsSarif } = await import("../output/findings-sarif.ts");
      return findingsSarif(subjects, toolVersion());
    }
    case "github":
      return findingsGithub(subjects);
    case "markdown":
      return findingsMarkdown(subjects);
    default:
      return format satisfies never;
  }
}

function failsOn(subjects: readonly Subject[], level: CheckOptions["failOn"]): boolean {
  const failing: readonly Severity[] = level === "never" ? [] : level === "error" ? ["error"] : ["error", "warning"];
  return subjects.some(({ analysis }) => analysis.findings.some(({ severity }) => failing.includes(severity)));
}
