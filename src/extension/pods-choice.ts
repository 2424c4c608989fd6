import * as vscode from "vscode";
import { type ClusterPlace, type KubeContext, type KubeContexts, placeIn } from "../live/kubernetes/cluster-place.ts";
import { type ManifestPods, manifestPods, type PodQuery, selectedPods } from "../live/kubernetes/manifest-pods.ts";
import { podGroups } from "../live/kubernetes/pod-groups.ts";
import { ClusterPods } from "../platform/cluster-pods.ts";
import { Kubectl } from "../platform/kubectl.ts";
import { podsUrl } from "../platform/pods-target.ts";
import { fullId } from "./command-ids.ts";
import { UserFacingError } from "./errors.ts";
import { withKubectl } from "./kubectl-progress.ts";
import type { AttachWay } from "./server-choice.ts";
import { Settings } from "./settings.ts";
import type { Subject } from "./subject.ts";
import { translated } from "./translate.ts";
import { refuseUntrusted } from "./trust.ts";

/** The way to a deployment by its pods; none where its file is of no cluster. */
export function podsWay(subject: Subject): readonly AttachWay[] {
  if (!podsOf(subject).areInCluster) return [];
  const label = vscode.l10n.t("Pods of this deployment (kubectl)");
  return [{ label, description: vscode.l10n.t("context and namespace are shown first"), choose: () => choosePods(subject) }];
}

/** Finds the pods of a deployment with the person's own kubectl. What would be asked is shown before anything is. */
export async function choosePods(subject: Subject): Promise<string> {
  refuseUntrusted();
  const { name } = subject.analysis.deployment;
  const kubectl = new Kubectl(new Settings(subject.document.uri).kubectl);
  const reading = vscode.l10n.t("Reading kubectl's contexts");
  const contexts = await withKubectl(reading, (signal) => kubectl.contexts(signal), vscode.ProgressLocation.Window);
  const { namespace, queries: written } = podsOf(subject);
  const place = await agreedPlace(name, contexts, namespace);
  const queries = written.length > 0 ? written : await chosenGroup(kubectl, place);
  const url = podsUrl({ name, place, queries });
  const why = await withKubectl(vscode.l10n.t("Looking for pods of {0}", name), async (signal) => {
    const cluster = new ClusterPods(kubectl, place, signal);
    const pods = await cluster.list(queries);
    return { words: await cluster.whyNone(pods), areThere: pods.length > 0 };
  });
  if (why.words.length === 0) return url;
  const { uri } = subject.document;
  const args = [uri, subject.analysis.deployment.id, url];
  const action = { title: vscode.l10n.t("Read what runs"), command: fullId("readPods"), args };
  throw new UserFacingError("network", why.words.map(translated).join(" "), why.areThere ? action : undefined);
}

function podsOf({ document, analysis }: Subject): ManifestPods {
  return manifestPods(document.getText(), analysis.deployment);
}

interface PlaceItem extends vscode.QuickPickItem {
  readonly what: "ask" | "namespace" | "context";
}

/** The context and namespace that a person agrees to. */
async function agreedPlace(name: string, { all, current }: KubeContexts, written: string | null): Promise<ClusterPlace> {
  let context = current ?? (await chosenContext(all));
  let place = placeIn(context, written);
  for (;;) {
    const items: PlaceItem[] = [
      { label: vscode.l10n.t("Ask context {0}, namespace {1}", place.context, place.namespace), description: context.cluster, what: "ask" },
      { label: vscode.l10n.t("Another namespace…"), what: "namespace" },
      ...(all.length > 1 ? [{ label: vscode.l10n.t("Another context…"), what: "context" } as const] : []),
    ];
    const title = vscode.l10n.t("Pods of {0}", name);
    const placeHolder = vscode.l10n.t("kubectl would ask this cluster; nothing was asked yet");
    const choice = await vscode.window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true });
    if (!choice) throw new vscode.CancellationError();
    if (choice.what === "ask") return place;
    if (choice.what === "namespace") place = { ...place, namespace: await typedNamespace(place) };
    else {
      context = await chosenContext(all);
      place = placeIn(context, written);
    }
  }
}

async function chosenContext(all: readonly KubeContext[]): Promise<KubeContext> {
  if (all.length === 0) {
    throw new UserFacingError("input", vscode.l10n.t("kubectl has no context to use: set one with “kubectl config use-context”."));
  }
  const items = all.map((context) => ({ label: context.name, description: context.cluster, detail: context.namespace, context }));
  const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Which context?"), ignoreFocusOut: true });
  if (!choice) throw new vscode.CancellationError();
  return choice.context;
}

async function typedNamespace({ namespace }: ClusterPlace): Promise<string> {
  const typed = await vscode.window.showInputBox({
    prompt: vscode.l10n.t("Namespace of the pods"),
    value: namespace,
    // RFC 1123 label, as Kubernetes names namespaces.
    validateInput: (text) =>
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text) ? undefined : vscode.l10n.t("This is no namespace's name."),
    ignoreFocusOut: true,
  });
  if (typed === undefined) throw new vscode.CancellationError();
  return typed;
}

/** Where the file does not tell which pods are meant, those of the namespace that hold an engine are there to choose from. */
async function chosenGroup(kubectl: Kubectl, place: ClusterPlace): Promise<readonly PodQuery[]> {
  const title = vscode.l10n.t("Looking for pods in {0}", place.namespace);
  const pods = await withKubectl(title, (signal) => new ClusterPods(kubectl, place, signal).list(selectedPods("")));
  const groups = podGroups(pods);
  if (groups.length === 0) {
    const words = vscode.l10n.t("No pod in namespace {0} of context {1} holds an engine.", place.namespace, place.context);
    throw new UserFacingError("network", words);
  }
  const items = groups.map(({ name, labels, image, count }) => ({
    label: name,
    description: count === 1 ? vscode.l10n.t("1 pod") : vscode.l10n.t("{0} pods", count),
    detail: image,
    labels,
  }));
  const placeHolder = vscode.l10n.t("The file does not tell which pods are its own: which are they?");
  const choice = await vscode.window.showQuickPick(items, { placeHolder, ignoreFocusOut: true, matchOnDetail: true });
  if (!choice) throw new vscode.CancellationError();
  return selectedPods(choice.labels);
}
