import * as vscode from "vscode";
import type { Catalog } from "../catalog/catalog.ts";
import { type Fill, fills } from "../live/kubernetes/fills.ts";
import type { Pod } from "../live/kubernetes/pod.ts";
import { podPart } from "../live/kubernetes/pod-part.ts";
import { podTrouble } from "../live/kubernetes/pod-trouble.ts";
import { podManifest, type RunningPod, runningDeployment } from "../live/kubernetes/running-pod.ts";
import { engineContainer } from "../live/kubernetes/serving-ports.ts";
import { ClusterPods } from "../platform/cluster-pods.ts";
import { Kubectl } from "../platform/kubectl.ts";
import { type PodsTarget, podsTarget } from "../platform/pods-target.ts";
import type { Attachment } from "./attachment.ts";
import { UserFacingError } from "./errors.ts";
import { withKubectl } from "./kubectl-progress.ts";
import { choosePods } from "./pods-choice.ts";
import { Settings } from "./settings.ts";
import { type Subject, type Subjects, subjectKey } from "./subject.ts";
import { translated } from "./translate.ts";
import { refuseUntrusted } from "./trust.ts";
import type { VirtualTexts } from "./virtual-texts.ts";
import { type Choice, writeChoice } from "./write-choice.ts";

export interface PodsReadingPorts {
  readonly subjects: Subjects;
  readonly texts: VirtualTexts;
  readonly catalogFor: (subject: Subject) => Catalog;
  readonly attached: () => readonly Pick<Attachment, "url" | "subject" | "alsoTold">[];
  /** Lays a start-up log beside the prediction, and offers what it measured as calibration. */
  readonly compareLog: (subject: Subject, name: string, text: string) => Promise<void>;
}

interface Told {
  readonly running: RunningPod;
  readonly log: string | undefined;
}

interface ToldItem extends vscode.QuickPickItem {
  readonly act: () => Promise<unknown>;
}

/** Reads on a click what a deployment's pod runs, and offers what its file leaves unknown; nothing is written before a second click. */
export class PodsReading {
  constructor(private readonly ports: PodsReadingPorts) {}

  /** `named`: pods that were found before, else those attached; looked for where there are none. */
  async read(subject: Subject, named: unknown): Promise<void> {
    refuseUntrusted();
    const attached = this.attachedTo(subject);
    const url = typeof named === "string" ? named : (attached?.url ?? (await choosePods(subject)));
    const target = podsTarget(url);
    if (!target) return;
    const cluster = (signal: AbortSignal) => new ClusterPods(new Kubectl(new Settings(subject.document.uri).kubectl), target.place, signal);
    const title = vscode.l10n.t("Looking for pods of {0}", target.name);
    const pod = await chosenPod(target, await withKubectl(title, (signal) => cluster(signal).list(target.queries)));
    const told = await withKubectl(vscode.l10n.t("Reading {0}", pod.name), async (signal): Promise<Told> => {
      const running = await cluster(signal).running(pod);
      return { running, log: await cluster(signal).startLog(pod) };
    });
    const runs = runningDeployment(told.running, this.ports.catalogFor(subject));
    if (runs) attached?.alsoTold(podPart(runs));
    await this.offer(subject, told, runs ? fills(subject.analysis.deployment, runs) : []);
  }

  /** The attached pods of a deployment. */
  private attachedTo({ document, analysis }: Subject) {
    const key = subjectKey(document.uri, analysis.deployment.id);
    return this.ports.attached().find(({ url, subject }) => {
      return podsTarget(url) && subject && subjectKey(subject.document.uri, subject.analysis.deployment.id) === key;
    });
  }

  private async offer(subject: Subject, { running, log }: Told, unknown: readonly Fill[]): Promise<void> {
    const { pod } = running;
    const items: ToldItem[] = [
      ...unknown.map((fill) => ({ ...fillWords(fill), act: () => this.fill(subject, fill) })),
      {
        label: vscode.l10n.t("Start-up log beside the prediction"),
        description: log
          ? vscode.l10n.t("what it measured is offered as calibration")
          : vscode.l10n.t("there is none, or it may not be read"),
        act: async () => (log ? this.ports.compareLog(subject, pod.name, log) : undefined),
      },
      {
        label: vscode.l10n.t("Its resolved manifest"),
        description: engineContainer(pod)?.status?.imageId ?? "",
        act: () => this.show(running),
      },
    ];
    const placeHolder = vscode.l10n.t("What {0} runs; nothing is written before you say so", pod.name);
    const choice = await vscode.window.showQuickPick(items, { placeHolder, ignoreFocusOut: true });
    if (!choice) throw new vscode.CancellationError();
    await choice.act();
  }

  private async fill(subject: Subject, { what, value }: Fill): Promise<void> {
    // A file that names no model that can be read is for a person to write on.
    if (what === "model") {
      await vscode.env.clipboard.writeText(value);
      vscode.window.setStatusBarMessage(vscode.l10n.t("Copied"), 2000);
      return;
    }
    const choice: Choice =
      what === "gpu"
        ? { directive: "gpu", project: ["gpu"], setting: "gpu", value }
        : { directive: "version", project: ["engineVersion"], setting: "engineVersion", value };
    await writeChoice(subject, this.ports.subjects, [choice]);
  }

  private async show(running: RunningPod): Promise<void> {
    const uri = this.ports.texts.put(`/pods/${running.pod.name}.yaml`, podManifest(running));
    const document = await vscode.languages.setTextDocumentLanguage(await vscode.workspace.openTextDocument(uri), "yaml");
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  }
}

async function chosenPod({ name, place }: PodsTarget, pods: readonly Pod[]): Promise<Pod> {
  const [only] = pods;
  if (!only) {
    const words = vscode.l10n.t("No pod of {0} is in namespace {1} of context {2}.", name, place.namespace, place.context);
    throw new UserFacingError("network", words);
  }
  if (pods.length === 1) return only;
  const items = pods.map((pod) => {
    const trouble = podTrouble(pod);
    return { label: pod.name, description: trouble ? translated(trouble.words) : "", detail: engineContainer(pod)?.image ?? "", pod };
  });
  const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Which pod?"), ignoreFocusOut: true });
  if (!choice) throw new vscode.CancellationError();
  return choice.pod;
}

function fillWords({ what, value, assumed }: Fill): { readonly label: string; readonly description: string } {
  const description = assumed === null ? vscode.l10n.t("unknown in the file") : vscode.l10n.t("{0} was assumed", assumed);
  switch (what) {
    case "gpu":
      return { label: vscode.l10n.t("GPU: {0}", value), description };
    case "version":
      return { label: vscode.l10n.t("Version: {0}", value), description };
    case "model":
      return { label: vscode.l10n.t("Model: {0}", value), description };
    default:
      return what satisfies never;
  }
}
