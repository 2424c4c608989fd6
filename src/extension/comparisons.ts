import * as vscode from "vscode";
import { type Message, message } from "../deployment/message.ts";
import type { Settled } from "../deployment/settled.ts";
import { settledAfter } from "../planning/change.ts";
import { furtherSeeds } from "../planning/comparison.ts";
import { figuresOf, type RunFigures } from "../planning/figures.ts";
import { meanLengths } from "../planning/mean-lengths.ts";
import { alternatives } from "../planning/what-if.ts";
import type { RunPool } from "../platform/run-pool.ts";
import type { ChangeView, CompareChoice, ComparedRun, ComparisonView, ToPlanningView } from "../protocol/planning-view.ts";
import { variantOf } from "./report-model.ts";
import type { PlannedFrom, PlanPorts } from "./report-plans.ts";
import type { Subject } from "./subject.ts";

/** Something the run can be laid beside, with what it is in plain numbers. */
interface Choice extends CompareChoice {
  readonly settled: () => Settled | undefined;
}

/** Beside the run's own. */
const mostCompared = 3;
const mostDeployments = 30;

/** Serves the load and seed of a run otherwise: with a change, as another layout, routing or system, or by another deployment. */
export class Comparisons {
  private from: PlannedFrom | undefined;
  private choices: readonly Choice[] = [];
  private comparing = new AbortController();
  private readonly known = new Map<string, Promise<ComparedRun | undefined>>();
  private own: Promise<readonly RunFigures[]> | undefined;

  constructor(
    private readonly pool: RunPool,
    private readonly show: (message: ToPlanningView) => void,
    private readonly ports: PlanPorts,
  ) {}

  stop(): void {
    this.comparing.abort();
    this.comparing = new AbortController();
    this.known.clear();
    this.own = undefined;
    this.from = undefined;
  }

  /** What can be chosen for this run. */
  offer(from: PlannedFrom, helping: readonly ChangeView[]): void {
    this.from = from;
    this.choices = [...this.changes(from, helping), ...this.alternatives(from), ...this.deployments(from)];
    this.tell({});
  }

  async compare(ids: readonly string[]): Promise<void> {
    const { from } = this;
    if (!from) return;
    const chosen = ids.flatMap((id) => this.choices.find((one) => one.id === id) ?? []).slice(0, mostCompared);
    const { signal } = this.comparing;
    const names = chosen.map(({ id }) => id);
    const total = chosen.length;
    this.tell({ chosen: names, progress: { done: 0, total } });
    let done = 0;
    const runs = await Promise.all(
      chosen.map(async (choice) => {
        const run = await this.runOf(choice, from, signal);
        if (!signal.aborted) this.tell({ chosen: names, progress: { done: ++done, total } });
        return run;
      }),
    );
    const further = chosen.length > 0 ? await this.ownFurther(from, signal) : [];
    if (!signal.aborted) this.tell({ chosen: names, runs: runs.filter((run) => run !== undefined), further });
  }

  private tell(view: Partial<ComparisonView>): void {
    const choices = this.choices.map(({ id, group, title }) => ({ id, group, title }));
    this.show({ kind: "comparison", comparison: { choices, chosen: [], runs: [], further: [], progress: null, ...view } });
  }

  private runOf(choice: Choice, from: PlannedFrom, signal: AbortSignal): Promise<ComparedRun | undefined> {
    const before = this.known.get(choice.id);
    const run = before ?? this.served(choice, from, signal);
    this.known.set(choice.id, run);
    return run;
  }

  private async served({ id, title, settled: of }: Choice, from: PlannedFrom, signal: AbortSignal): Promise<ComparedRun | undefined> {
    const settled = of();
    const without = (problem: Message): ComparedRun => ({ id, title, report: null, problem, further: [] });
    if (!settled) return without(message("Does not fit"));
    const limited = { ...settled, slo: from.settled.slo };
    const end = await this.pool.run({ settled: limited, workload: from.workload, seed: from.report.seed }, signal);
    if (end.kind === "replaced") return undefined;
    if (end.kind === "failed") return without(message("{0}", end.message));
    const { report, error } = end.outcome;
    if (!report) return without(message("{0}", error.message));
    return { id, title, report, problem: null, further: await this.withFurtherSeeds(limited, from, signal) };
  }

  private ownFurther(from: PlannedFrom, signal: AbortSignal): Promise<readonly RunFigures[]> {
    this.own ??= this.withFurtherSeeds(from.settled, from, signal);
    return this.own;
  }

  private async withFurtherSeeds(settled: Settled, { workload, report }: PlannedFrom, signal: AbortSignal): Promise<readonly RunFigures[]> {
    const ends = await Promise.all(furtherSeeds(report.seed).map((seed) => this.pool.run({ settled, workload, seed }, signal)));
    return ends.flatMap((end) => (end.kind === "done" && end.outcome.report ? [figuresOf(end.outcome.report)] : []));
  }

  private changes({ subject, controls }: PlannedFrom, helping: readonly ChangeView[]): readonly Choice[] {
    const loads = this.ports.documents.loadsFor(subject.document.uri);
    return helping.map(({ change }, i) => ({
      id: `advice/${i}`,
      group: "advice" as const,
      title: change.title,
      settled: () => settledAfter(variantOf(subject.analysis, controls, loads).deployment, change, loads.catalog).settled,
    }));
  }

  private alternatives({ subject, controls, settled, workload, report }: PlannedFrom): readonly Choice[] {
    const loads = this.ports.documents.loadsFor(subject.document.uri);
    const { deployment } = variantOf(subject.analysis, controls, loads);
    const lengths = meanLengths(workload, report.seed);
    return lengths ? alternatives({ deployment, settled, catalog: loads.catalog, lengths }) : [];
  }

  /** The others of the open documents, served as they stand. */
  private deployments({ subject }: PlannedFrom): readonly Choice[] {
    const { documents } = this.ports;
    return vscode.workspace.textDocuments
      .flatMap((document): readonly Subject[] =>
        (documents.analysis(document)?.deployments ?? []).map((analysis) => ({ document, analysis })),
      )
      .filter(({ document, analysis }) => document !== subject.document || analysis.deployment.id !== subject.analysis.deployment.id)
      .slice(0, mostDeployments)
      .flatMap(({ document, analysis }): readonly Choice[] => {
        const { settled, memory, deployment } = analysis;
        if (!settled || memory.some((plan) => !plan.fits)) return [];
        const file = document.uri.path.split("/").at(-1) ?? "";
        return [
          {
            id: `deployment/${document.uri.toString()}#${deployment.id}`,
            group: "deployment",
            title: message("{0}, {1}", deployment.name, file),
            settled: () => settled,
          },
        ];
      });
  }
}
