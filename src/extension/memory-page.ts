import * as vscode from "vscode";
import { gib, whole } from "../catalog/quantity.ts";
import type { Derivation, MemoryPlan, RankMemory } from "../memory/plan.ts";
import { type Subject, type Subjects, subjectKey } from "./subject.ts";

const scheme = "inference-lens-memory";

/** Memory of each GPU as a page of text: the verdict, the pieces, and the sum with its formulas, so that it can be checked by hand. */
export class MemoryPages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly shown = new Map<string, vscode.Uri>();
  private readonly registration: vscode.Disposable;

  constructor(private readonly subjects: Subjects) {
    this.registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  async show({ document, analysis }: Subject): Promise<void> {
    const { id, name } = analysis.deployment;
    const page = vscode.Uri.from({ scheme, path: `/${name}: memory.md`, query: JSON.stringify([document.uri.toString(), id]) });
    this.shown.set(subjectKey(document.uri, id), page);
    this.changed.fire(page);
    await vscode.commands.executeCommand("markdown.showPreviewToSide", page);
  }

  /** The file was read anew. */
  refresh(uri: vscode.Uri): void {
    for (const [key, page] of this.shown) if (key.startsWith(subjectKey(uri, ""))) this.changed.fire(page);
  }

  async provideTextDocumentContent({ query }: vscode.Uri): Promise<string> {
    const [uri, id]: readonly unknown[] = JSON.parse(query);
    const subject =
      typeof uri === "string" && typeof id === "string" ? await this.subjects.byId(vscode.Uri.parse(uri, true), id) : undefined;
    return subject ? memoryText(subject) : vscode.l10n.t("This deployment is no longer in its file.");
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}

function memoryText({ analysis }: Subject): string {
  const { deployment, memory } = analysis;
  if (memory.length === 0)
    return `# ${deployment.name}\n\n${vscode.l10n.t("Too little is known to tell what fits: GPU, model or layout.")}\n`;
  return memory
    .map((plan, index) => planText(plan, memory.length > 1 ? `${deployment.name} ${deployment.pools[index]?.role ?? ""}` : deployment.name))
    .join("\n");
}

function planText(plan: MemoryPlan, title: string): string {
  const { refusal } = plan;
  const verdict =
    refusal?.kind === "no-kv-memory"
      ? vscode.l10n.t("**Does not fit**: {0} over on each GPU.", gib(refusal.overBytes))
      : refusal?.kind === "model-len"
        ? vscode.l10n.t(
            "**Does not fit**: one request of full length needs {0}; the longest that fits has {1} tokens.",
            gib(refusal.neededBytes),
            whole(refusal.longest),
          )
        : vscode.l10n.t(
            "**Fits**, with {0} tokens of KV cache: {1} requests of full length.",
            whole(plan.kvCacheTokens),
            plan.maxConcurrency.toFixed(1),
          );
  return [`# ${title}`, verdict, pieces(plan), ...plan.ranks.map((rank, index) => sums(rank, index === plan.tightest))].join("\n\n");
}

function pieces({ ranks, tightest }: MemoryPlan): string {
  const name = (rank: RankMemory, index: number): string =>
    ranks.length > 1 && index === tightest ? `${rank.label}, ${vscode.l10n.t("tightest")}` : rank.label;
  const rows: readonly (readonly [string, (rank: RankMemory) => number])[] = [
    [vscode.l10n.t("What the driver reports"), (rank) => rank.totalBytes],
    [vscode.l10n.t("Budget"), (rank) => rank.budgetBytes],
    [vscode.l10n.t("Weights"), (rank) => rank.weightsBytes],
    [vscode.l10n.t("Shift copy of the weights"), (rank) => rank.shiftWeightsBytes],
    [vscode.l10n.t("Activations"), (rank) => rank.activationBytes],
    [vscode.l10n.t("NCCL, CUDA context"), (rank) => rank.nonTorchBytes],
    [vscode.l10n.t("CUDA graphs"), (rank) => rank.cudaGraphBytes],
    [vscode.l10n.t("**KV cache**"), (rank) => rank.kvCacheBytes],
  ];
  const shown = rows.filter(([, pick]) => ranks.some((rank) => pick(rank) !== 0));
  return [
    `| ${vscode.l10n.t("On each GPU")} | ${ranks.map(name).join(" | ")} |`,
    `| :-- | ${ranks.map(() => "--:").join(" | ")} |`,
    ...shown.map(([label, pick]) => `| ${label} | ${ranks.map((rank) => gib(pick(rank))).join(" | ")} |`),
  ].join("\n");
}

function sums({ label, steps }: RankMemory, isTightest: boolean): string {
  const heading = `## ${isTightest ? vscode.l10n.t("How it adds up, {0}", label) : label}`;
  return [heading, ...steps.map(sum)].join("\n\n");
}

function sum({ label, formula, value, unit, confidence }: Derivation): string {
  const result = unit === "B" ? gib(value, 2) : `${whole(value)} ${unit}`;
  return `- **${label}** = ${result}  \n  \`${formula}\`  \n  ${trust(confidence)}`;
}

function trust(confidence: Derivation["confidence"]): string {
  switch (confidence) {
    case "engine-law":
      return vscode.l10n.t("the engine's own arithmetic");
    case "fitted":
      return vscode.l10n.t("fitted on start-up logs");
    case "estimated":
      return vscode.l10n.t("estimated");
    default: {
      const never: never = confidence;
      return never;
    }
  }
}
