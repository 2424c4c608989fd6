import * as vscode from "vscode";
import { figure, percent, whole } from "../catalog/quantity.ts";
import { seconds } from "../deployment/directives.ts";
import { engineNames } from "../deployment/engine-names.ts";
import { parseVersion } from "../deployment/version.ts";
import { gpuChoices } from "../language/choose-gpu.ts";
import { fullId } from "./command-ids.ts";
import type { Subject, Subjects } from "./subject.ts";
import { type Loads, numbersOf } from "./workload-choice.ts";
import { type Choice, writeChoice } from "./write-choice.ts";

/** The questions a person answers once: which GPU, which engine version, which workload, which limits; each answer is written where it belongs. */
export class Choices {
  constructor(
    private readonly loadsFor: (subject: Subject) => Loads,
    private readonly subjects: Subjects,
  ) {}

  async gpu(subject: Subject): Promise<void> {
    const { deployment } = subject.analysis;
    const known = gpuChoices(this.loadsFor(subject).catalog).map(({ gpu, label, detail }) => ({
      label,
      description: gpu === label ? detail : `${gpu} · ${detail}`,
      gpu,
    }));
    const items = [...known, { label: vscode.l10n.t("Another one: describe it…"), gpu: undefined }];
    const placeHolder = vscode.l10n.t("GPU that {0} runs on", deployment.name);
    const choice = await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true, ignoreFocusOut: true });
    if (!choice) throw new vscode.CancellationError();
    if (choice.gpu === undefined) {
      await vscode.commands.executeCommand(fullId("describeGpu"), subject.document.uri, deployment.id);
      return;
    }
    await writeChoice(subject, this.subjects, [{ directive: "gpu", project: ["gpu"], setting: "gpu", value: choice.gpu }]);
  }

  async version(subject: Subject): Promise<void> {
    const { deployment, settled } = subject.analysis;
    const typed = await vscode.window.showInputBox({
      prompt: vscode.l10n.t("Version of {0} that {1} runs", engineNames[deployment.engine], deployment.name),
      value: settled?.pools[0]?.version.text ?? "",
      validateInput: (text) => (parseVersion(text.trim()) ? undefined : vscode.l10n.t("Write it like 0.19.0")),
      ignoreFocusOut: true,
    });
    if (typed === undefined) throw new vscode.CancellationError();
    const choice: Choice = { directive: "version", project: ["engineVersion"], setting: "engineVersion", value: typed.trim() };
    await writeChoice(subject, this.subjects, [choice]);
  }

  async workload(subject: Subject): Promise<void> {
    const loads = this.loadsFor(subject);
    const items = loads.catalog.workloads().map((name) => ({ label: name, ...describe(loads, name) }));
    const placeHolder = vscode.l10n.t("Workload that {0} serves", subject.analysis.deployment.name);
    const choice = await vscode.window.showQuickPick(items, { placeHolder, ignoreFocusOut: true });
    if (!choice) throw new vscode.CancellationError();
    await writeChoice(subject, this.subjects, [{ directive: "workload", project: ["workload"], setting: "workload", value: choice.label }]);
  }

  async limits(subject: Subject): Promise<void> {
    const slo = subject.analysis.deployment.slo?.value;
    const ttft = await ask(
      vscode.l10n.t("Limit for the time to first token (TTFT), such as 500ms; empty for none"),
      slo?.ttftSeconds ?? 0.5,
    );
    const tpot = await ask(
      vscode.l10n.t("Limit for the time per output token (TPOT), such as 50ms; empty for none"),
      slo?.tpotSeconds ?? 0.05,
    );
    const choices: Choice[] = [
      { directive: "slo.ttft", project: ["slo", "ttft"], setting: "slo.ttft", value: ttft },
      { directive: "slo.tpot", project: ["slo", "tpot"], setting: "slo.tpot", value: tpot },
    ];
    const given = choices.filter(({ value }) => value !== "");
    if (given.length > 0) await writeChoice(subject, this.subjects, given);
  }
}

function describe(loads: Loads, name: string): { readonly description: string; readonly detail: string } {
  const numbers = numbersOf(loads, name, null);
  if (!numbers) return { description: "", detail: "" };
  const lengths = vscode.l10n.t("{0} prompt and {1} output tokens mean", whole(numbers.promptMean), whole(numbers.outputMean));
  const shared = numbers.repeatedPrefix > 0.005 ? vscode.l10n.t("{0} shared prefix", percent(numbers.repeatedPrefix)) : "";
  const bursts = numbers.burstiness === null ? vscode.l10n.t("all at once") : vscode.l10n.t("bursts {0} ×", figure(numbers.burstiness));
  return { description: [lengths, shared, bursts].filter((word) => word !== "").join(" · "), detail: numbers.source };
}

async function ask(prompt: string, present: number): Promise<string> {
  const value = present < 1 ? `${Math.round(present * 1000)}ms` : `${present}s`;
  const validateInput = (text: string): string | undefined =>
    text.trim() === "" || seconds(text) !== undefined ? undefined : vscode.l10n.t("Write it like 500ms or 2s");
  const typed = await vscode.window.showInputBox({ prompt, value, validateInput, ignoreFocusOut: true });
  if (typed === undefined) throw new vscode.CancellationError();
  return typed.trim();
}
