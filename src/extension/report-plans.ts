import * as vscode from "vscode";
import { message } from "../deployment/message.ts";
import type { Settled } from "../deployment/settled.ts";
import type { Edit } from "../deployment/text.ts";
import { type AdvisedChange, advisedChanges } from "../language/advised-changes.ts";
import { analyse } from "../language/analysis.ts";
import { verifiedEdits } from "../language/verified-change.ts";
import { writtenChange } from "../language/written-change.ts";
import { advice, type VerifiedChange } from "../planning/advice/advice.ts";
import type { Change } from "../planning/change.ts";
import { figuresOf } from "../planning/figures.ts";
import { rateCurve } from "../planning/rate-curve.ts";
import { mostRequests } from "../planning/rate-sweep.ts";
import type { Sweep } from "../planning/sweep.ts";
import { type SweepKind, sweepPlan } from "../planning/sweeps.ts";
import { carriedOutBy, type RunPool } from "../platform/run-pool.ts";
import type { AdviceView, ChangeView, FromPlanningView, RatesView, SweepView, ToPlanningView } from "../protocol/planning-view.ts";
import type { ReportControls } from "../protocol/report-view.ts";
import type { Report } from "../simulation/report/report.ts";
import { askedRate, withRequests } from "../simulation/workload/at-rate.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import { Comparisons } from "./comparisons.ts";
import { workspaceEdit } from "./convert.ts";
import type { Documents } from "./documents.ts";
import { UserFacingError } from "./errors.ts";
import { variantOf } from "./report-model.ts";
import type { Subject, Subjects } from "./subject.ts";
import { translated } from "./translate.ts";
import type { VirtualTexts } from "./virtual-texts.ts";

export interface PlanPorts {
  readonly documents: Documents;
  readonly subjects: Subjects;
  readonly texts: VirtualTexts;
}

/** The run that plans start from. */
export interface PlannedFrom {
  readonly subject: Subject;
  readonly controls: ReportControls;
  readonly settled: Settled;
  readonly workload: Workload;
  readonly report: Report;
}

/** Simulations of the two curves and of a sweep, and requests of each: enough for a percentile, few enough to wait for. */
const ratePoints = 14;
const reachPoints = 10;
const sweepPoints = 14;
const mostRequestsOfPoint = 2000;

/** What follows a report beside its evidence: the curve over the rate, the change that helps most, and sweeps and comparisons on request. */
export class ReportPlans {
  private from: PlannedFrom | undefined;
  private following = new AbortController();
  private sweeping = new AbortController();
  private offered: readonly ChangeView[] = [];
  private sweep: Sweep | undefined;
  private readonly comparisons: Comparisons;

  constructor(
    private readonly pool: RunPool,
    private readonly show: (message: ToPlanningView) => void,
    private readonly ports: PlanPorts,
  ) {
    this.comparisons = new Comparisons(pool, show, ports);
  }

  /** Another run begins: what was under way is of no use any more. */
  stop(): void {
    this.following.abort();
    this.sweeping.abort();
    this.comparisons.stop();
    this.from = undefined;
  }

  /** Curve, then advice; each is shown as it comes. */
  async follow(from: PlannedFrom): Promise<void> {
    this.stop();
    this.from = from;
    this.offered = [];
    const following = new AbortController();
    this.following = following;
    this.comparisons.offer(from, []);
    if (from.report.stoppedAtSeconds !== null) return;
    await Promise.all([this.rates(from, following.signal), this.advise(from, following.signal)]);
    if (!following.signal.aborted) this.comparisons.offer(from, this.offered);
  }

  async receive(request: FromPlanningView): Promise<void> {
    const { from } = this;
    if (!from) return;
    switch (request.kind) {
      case "sweep":
        await this.sweepOver(from, request.sweep);
        break;
      case "stop-sweep":
        this.sweeping.abort();
        break;
      case "compare":
        await this.comparisons.compare(request.ids);
        break;
      case "apply":
      case "preview": {
        const change = request.of === "advice" ? this.offered[request.at]?.change : this.sweep?.points[request.at]?.change;
        if (change) await this.write(request.kind, change, from);
        break;
      }
      default:
        request satisfies never;
    }
  }

  private async rates(from: PlannedFrom, signal: AbortSignal): Promise<void> {
    const { settled, workload, report } = from;
    const now = askedRate(workload);
    const load = withRequests(workload, Math.min(mostRequestsOfPoint, report.workload.requests));
    const most = now === null ? undefined : mostRequests(settled, load, report.seed);
    const tell = (rates: RatesView): void => this.show({ kind: "rates", rates });
    if (most === undefined) {
      tell({ curve: null, progress: null });
      return;
    }
    tell({ curve: null, progress: { done: 0, total: ratePoints } });
    const plan = rateCurve({ settled, workload: load, seed: report.seed }, { most, now, points: ratePoints });
    const curve = await carriedOutBy(plan, this.pool, signal, (done) => tell({ curve: null, progress: { done, total: ratePoints } }));
    if (curve) tell({ curve, progress: null });
  }

  private async advise(from: PlannedFrom, signal: AbortSignal): Promise<void> {
    const { subject, settled, workload, report } = from;
    const before = figuresOf(report);
    const tell = (view: Partial<AdviceView>): void =>
      this.show({ kind: "advice", advice: { before, progress: null, tried: 0, helping: [], nearest: [], curve: null, ...view } });
    tell({ progress: { done: 0, total: 0 } });
    const changes = await this.verified(from, signal);
    if (!changes) return;
    const run = { settled, workload, seed: report.seed, before };
    const progress = (done: number): void => tell({ progress: { done: Math.min(done, changes.length), total: changes.length } });
    const made = await carriedOutBy(advice(run, changes), this.pool, signal, progress);
    if (!made) return;
    const views = (some: typeof made.helping): readonly ChangeView[] => some.map(({ change, figures }) => viewOf(change, figures, subject));
    const [helping, nearest] = [views(made.helping), views(made.nearest)] as const;
    this.offered = [...helping, ...nearest];
    const whole = { tried: made.tried, helping, nearest };
    tell(whole);
    const [best] = made.helping;
    const now = askedRate(workload);
    const load = withRequests(workload, Math.min(mostRequestsOfPoint, report.workload.requests));
    const most = best && now !== null ? mostRequests(best.settled, load, report.seed) : undefined;
    if (!best || most === undefined) return;
    const plan = rateCurve({ settled: best.settled, workload: load, seed: report.seed }, { most, now, points: reachPoints });
    const curve = await carriedOutBy(plan, this.pool, signal, () => {});
    if (curve) tell({ ...whole, curve });
  }

  /** Each change is tried by itself, so that the editor goes on in between; undefined where that became pointless. */
  private async verified(from: PlannedFrom, signal: AbortSignal): Promise<readonly VerifiedChange<AdvisedChange>[] | undefined> {
    const { subject, controls, report } = from;
    const trying = this.tryingOn(subject);
    if (!trying) return [];
    const loads = this.ports.documents.loadsFor(subject.document.uri);
    const settledOf = (deployment: Subject["analysis"]["deployment"]): Settled | undefined =>
      variantOf({ ...subject.analysis, deployment }, controls, loads).settled;
    const kept: VerifiedChange<AdvisedChange>[] = [];
    for (const change of advisedChanges(subject.analysis, report, { ...trying, settledOf })) {
      if (change) kept.push(change);
      await new Promise((go) => setImmediate(go));
      if (signal.aborted) return undefined;
    }
    return kept;
  }

  private tryingOn({ document }: Subject) {
    const analysis = this.ports.documents.analysis(document);
    const options = this.ports.documents.options(document.uri);
    const again = (text: string): ReturnType<typeof analyse> => analyse(text, { ...options, before: analysis });
    return analysis && { text: document.getText(), analysis, again, catalog: options.catalog };
  }

  private async sweepOver(from: PlannedFrom, kind: SweepKind): Promise<void> {
    this.sweeping.abort();
    const sweeping = new AbortController();
    this.sweeping = sweeping;
    this.sweep = undefined;
    const { settled, workload, report, subject, controls } = from;
    const loads = this.ports.documents.loadsFor(subject.document.uri);
    const { deployment } = variantOf(subject.analysis, controls, loads);
    const load = withRequests(workload, Math.min(mostRequestsOfPoint, report.workload.requests));
    const plan = sweepPlan(kind, { deployment, settled, catalog: loads.catalog, workload: load, seed: report.seed, points: sweepPoints });
    const tell = (view: Partial<SweepView>): void =>
      this.show({ kind: "sweep", view: { kind, sweep: null, problem: null, progress: null, places: [], ...view } });
    tell({ progress: { done: 0, total: sweepPoints } });
    const progress = (done: number): void => tell({ progress: { done, total: Math.max(done, sweepPoints) } });
    const result = await carriedOutBy(plan, this.pool, sweeping.signal, progress);
    if (this.sweeping !== sweeping) return;
    if (!result) tell({ problem: message("Stopped") });
    else if ("problem" in result) tell({ problem: result.problem });
    else {
      this.sweep = result;
      tell({ sweep: result, places: result.points.map(({ change }) => (change ? placeOf(change, subject) : null)) });
    }
  }

  /** Applies or shows a change, tried anew on the text as it is now. */
  private async write(kind: "apply" | "preview", change: Change, { subject: was }: PlannedFrom): Promise<void> {
    const { uri } = was.document;
    const subject = await this.ports.subjects.byId(uri, was.analysis.deployment.id);
    const trying = subject && this.tryingOn(subject);
    const tried = subject && trying && verifiedEdits(subject.analysis, change, trying);
    if (!subject || !tried?.edits) {
      const why = tried?.obstacle ? translated(tried.obstacle) : vscode.l10n.t("the engine would not start with it, or the file changed");
      throw new UserFacingError("nothing-here", vscode.l10n.t("This change cannot be made: {0}.", why));
    }
    const title = translated(change.title);
    if (kind === "preview") await this.ports.texts.preview(subject.document, tried.edits, title);
    else if (await vscode.workspace.applyEdit(workspaceEdit(uri, tried.edits)))
      vscode.window.setStatusBarMessage(vscode.l10n.t("Changed in {0}: {1}", nameOf(uri), title), 5000);
  }
}

function viewOf(
  { title, price, burden, parts, edits, obstacle }: AdvisedChange,
  figures: ChangeView["figures"],
  subject: Subject,
): ChangeView {
  return { change: { title, price, burden, parts }, place: firstPlace(edits, subject), obstacle, figures };
}

function placeOf(change: Change, subject: Subject): string | null {
  const { edits } = writtenChange(subject.analysis.deployment, change, subject.document.getText());
  return edits ? firstPlace(edits, subject) : null;
}

/** `deploy.yaml:27` of what is written first. */
function firstPlace(edits: readonly Edit[], { document }: Subject): string | null {
  const lines = edits.map(({ range }) => range.start.line);
  return lines.length > 0 ? `${nameOf(document.uri)}:${Math.min(...lines) + 1}` : null;
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.split("/").at(-1) ?? uri.path;
}
