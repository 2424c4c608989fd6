import * as vscode from "vscode";
import type { LensState } from "../language/lenses.ts";
import type { Bands } from "../simulation/report/bands.ts";
import type { Report } from "../simulation/report/report.ts";
import type { Documents } from "./documents.ts";
import { fingerprintOf } from "./finished-run.ts";
import type { StoredReport } from "./report-store.ts";
import { subjectKey } from "./subject.ts";

type Run = NonNullable<LensState["run"]>;
type Server = NonNullable<LensState["server"]>;

interface Known {
  readonly simulated?: { readonly run: Run; readonly fingerprint: string };
  readonly share?: number;
  readonly server?: Server;
  /** What the file says now. */
  readonly fingerprint?: string;
}

/** What is known of each deployment beside its text: the last run, the run under way, the server attached. */
export class LensStates implements vscode.Disposable {
  private readonly known = new Map<string, Known>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  private readonly stopped = new vscode.EventEmitter<void>();
  private shown = "";
  readonly onDidChange = this.changed.event;
  /** A person asked for the background run to end. */
  readonly onDidStopBackground = this.stopped.event;

  constructor(private readonly documents: Documents) {
    this.subscriptions = [documents.onDidAnalyse((document) => void this.read(document))];
  }

  of(uri: vscode.Uri): ReadonlyMap<string, LensState> {
    const prefix = subjectKey(uri, "");
    const states = new Map<string, LensState>();
    for (const [key, known] of this.known) if (key.startsWith(prefix)) states.set(key.slice(prefix.length), stateOf(known));
    return states;
  }

  /** `share` undefined = no run under way. */
  running(uri: vscode.Uri, deploymentId: string, share: number | undefined): void {
    const { share: _, ...rest } = this.get(subjectKey(uri, deploymentId));
    this.set(subjectKey(uri, deploymentId), share === undefined ? rest : { ...rest, share });
  }

  simulated({ uri, deploymentId, report, evidence: { bands }, fingerprint }: StoredReport, background: boolean): void {
    const { summary, slo } = report;
    const run: Run = {
      kind: "simulated",
      background,
      ttftP95Seconds: summary.ttftSeconds.p95,
      ranges: bands && { ttft: bands.ttftSeconds.p95, tpot: bands.tpotSeconds.p95 },
      ttftLimitSeconds: slo?.ttftSeconds ?? null,
      requestsPerSecond: summary.requestsPerSecond,
      goodputRequestsPerSecond: summary.goodputRequestsPerSecond,
      limits: limitsOf(report, bands),
    };
    const key = subjectKey(vscode.Uri.parse(uri, true), deploymentId);
    const { share: _, ...rest } = this.get(key);
    this.set(key, { ...rest, simulated: { run, fingerprint } });
  }

  server(uri: vscode.Uri, deploymentId: string, server: Server | undefined): void {
    const { server: _, ...rest } = this.get(subjectKey(uri, deploymentId));
    this.set(subjectKey(uri, deploymentId), server ? { ...rest, server } : rest);
  }

  /** The last run of exactly this deployment. */
  hasRun(uri: vscode.Uri, deploymentId: string, fingerprint: string): boolean {
    const { simulated, share } = this.get(subjectKey(uri, deploymentId));
    return share !== undefined || simulated?.fingerprint === fingerprint;
  }

  stopBackground(): void {
    this.stopped.fire();
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    this.changed.dispose();
    this.stopped.dispose();
  }

  private get(key: string): Known {
    return this.known.get(key) ?? {};
  }

  private set(key: string, known: Known): void {
    this.known.set(key, known);
    // Lenses flicker when drawn anew: only where their words differ.
    const now = JSON.stringify([...this.known].map(([name, one]) => [name, stateOf(one)]));
    if (now === this.shown) return;
    this.shown = now;
    this.changed.fire();
    const isRunning = [...this.known.values()].some(({ share }) => share !== undefined);
    void vscode.commands.executeCommand("setContext", "inferenceLens.simulating", isRunning);
  }

  private async read(document: vscode.TextDocument): Promise<void> {
    const analysis = this.documents.analysis(document);
    for (const one of analysis?.deployments ?? []) {
      const key = subjectKey(document.uri, one.deployment.id);
      this.set(key, { ...this.get(key), fingerprint: fingerprintOf({ document, analysis: one }) });
    }
  }
}

function stateOf({ simulated, share, server, fingerprint }: Known): LensState {
  const isStale = simulated !== undefined && fingerprint !== undefined && simulated.fingerprint !== fingerprint;
  const run: Run | undefined =
    share === undefined ? (isStale ? { kind: "stale" } : simulated?.run) : { kind: "running", share: Math.floor(share * 20) / 20 };
  return { ...(run ? { run } : {}), ...(server ? { server } : {}) };
}

/** A range that crosses the limits' percentile is too close to call. */
function limitsOf({ summary, slo }: Report, bands: Bands | null): "met" | "missed" | "too-close" | null {
  if (!slo || summary.sloAttainment === null) return null;
  const [low, high] = bands?.sloAttainment ?? [summary.sloAttainment, summary.sloAttainment];
  const target = slo.percentile / 100;
  return low >= target ? "met" : (high ?? 1) < target ? "missed" : "too-close";
}
