import type { Catalog } from "../catalog/catalog.ts";
import { duration, durationRange, figure, shortTokens, whole } from "../catalog/quantity.ts";
import { type Message, message } from "../deployment/message.ts";
import type { Range } from "../deployment/text.ts";
import type { Range as Band } from "../simulation/report/bands.ts";
import type { Analysis, DeploymentAnalysis, Lens } from "./results.ts";
import { iconBlank, measuredSteps, type Verdict, verdict } from "./verdict.ts";

/** What the host knows about one deployment beside its text. */
export interface LensState {
  readonly run?:
    | { readonly kind: "running" /** 0 … 1 */; readonly share: number }
    /** `background`: ran by itself, so the lens still says that it fits; else a click asked for it. */
    | {
        readonly kind: "simulated";
        readonly background: boolean;
        readonly ttftP95Seconds: number;
        /** 8 cases in 10 of p95, once they are known; an end of null is none. */
        readonly ranges: { readonly ttft: Band; readonly tpot: Band } | null;
        readonly ttftLimitSeconds: number | null;
        readonly requestsPerSecond: number;
        /** Within all limits; null without limits. */
        readonly goodputRequestsPerSecond: number | null;
        readonly limits: "met" | "missed" | "too-close" | null;
      }
    | { readonly kind: "stale" };
  readonly server?:
    | {
        readonly kind: "attached";
        readonly running: number | null;
        readonly kvUsage: number | null;
        readonly ttftP95Seconds: number | null;
      }
    | { readonly kind: "lost"; readonly seconds: number };
}

const idle: LensState = {};

/** Verdict and at most two actions for every deployment, at its anchor. */
export function lenses(analysis: Analysis, states: ReadonlyMap<string, LensState>, catalog: Catalog): readonly Lens[] {
  return analysis.deployments.flatMap((one) => lensesOf(one, states.get(one.deployment.id) ?? idle, catalog));
}

function lensesOf(analysis: DeploymentAnalysis, state: LensState, catalog: Catalog): readonly Lens[] {
  const { anchor, id } = analysis.deployment;
  const make = (title: Message, command: string): Lens => lens(anchor, id, title, command);
  const simulate = make(message("Simulate"), "inferenceLens.simulate");
  const openReport = make(message("Open report"), "inferenceLens.openReport");
  const attach = make(message("Attach"), "inferenceLens.attach");
  const { server, run } = state;
  if (server) {
    const words = server.kind === "attached" ? liveWords(server) : lostWords(server.seconds);
    return [
      make(words, "inferenceLens.openLive"),
      make(message("Open live"), "inferenceLens.openLive"),
      make(message("Detach"), "inferenceLens.detach"),
    ];
  }
  if (run?.kind === "running")
    return [
      make(message(`$(sync~spin)${iconBlank}Simulating, {0} %`, Math.floor(run.share * 100)), "inferenceLens.openReport"),
      make(message("Cancel"), "inferenceLens.cancelSimulation"),
    ];
  const said = verdict(analysis, catalog);
  if (said.kind === "fits" && run?.kind === "stale")
    return [make(message(`$(history)${iconBlank}Simulated before this edit`), "inferenceLens.openReport"), simulate, attach];
  if (said.kind === "fits" && run?.kind === "simulated")
    return [make(simulatedWords(run, analysis), "inferenceLens.openReport"), openReport, attach];
  return [...verdictLenses(said, make), attach];
}

function verdictLenses({ kind, text }: Verdict, make: (title: Message, command: string) => Lens): readonly Lens[] {
  switch (kind) {
    case "fits":
      return [make(text, "inferenceLens.showMemory"), make(message("Simulate"), "inferenceLens.simulate")];
    case "does-not-fit":
      return [make(text, "inferenceLens.showMemory"), make(message("Show memory"), "inferenceLens.showMemory")];
    case "will-not-start":
      return [make(text, "inferenceLens.showProblems"), make(message("Show problems"), "inferenceLens.showProblems")];
    case "gpu-unknown":
      return [make(text, "inferenceLens.selectGpu"), make(message("Choose GPU"), "inferenceLens.selectGpu")];
    case "model-unknown":
      return [make(text, "inferenceLens.describeModel"), make(message("Describe model"), "inferenceLens.describeModel")];
    case "not-judged":
      return [make(text, "")];
    default: {
      const never: never = kind;
      return never;
    }
  }
}

type Simulated = Extract<NonNullable<LensState["run"]>, { kind: "simulated" }>;

const limitIcons = { met: `$(check)${iconBlank}`, missed: `$(warning)${iconBlank}`, "too-close": `≈${iconBlank}` } as const;

function simulatedWords(run: Simulated, { memory, settled }: DeploymentAnalysis): Message {
  const icon = run.limits === null ? "" : limitIcons[run.limits];
  const ttft = run.ranges ? rangeWords(run.ranges.ttft) : duration(run.ttftP95Seconds);
  const measured = measuredSteps(settled);
  if (run.background) {
    const tokens = shortTokens(Math.min(...memory.map((plan) => plan.kvCacheTokens)));
    if (measured) {
      return measured.refused
        ? message(`${icon}Fits, {0} KV tokens · TTFT p95 {1}, calibration is stale`, tokens, ttft)
        : message(`${icon}Fits, {0} KV tokens · TTFT p95 {1}, as calibrated`, tokens, ttft);
    }
    return run.ttftLimitSeconds === null
      ? message(`${icon}Fits, {0} KV tokens · TTFT p95 {1}`, tokens, ttft)
      : message(`${icon}Fits, {0} KV tokens · TTFT p95 {1}, limit {2}`, tokens, ttft, duration(run.ttftLimitSeconds));
  }
  if (measured?.refused) return message(`${icon}TTFT p95 {0} · {1} req/s, calibration is stale`, ttft, figure(run.requestsPerSecond));
  if (run.ranges) {
    const tpot = rangeWords(run.ranges.tpot);
    return run.goodputRequestsPerSecond === null
      ? message(`${icon}TTFT p95 {0}, TPOT {1} · {2} req/s`, ttft, tpot, figure(run.requestsPerSecond))
      : message(`${icon}TTFT p95 {0}, TPOT {1} · {2} req/s in limits`, ttft, tpot, figure(run.goodputRequestsPerSecond));
  }
  return run.goodputRequestsPerSecond === null
    ? message(`${icon}TTFT p95 {0} · {1} req/s`, ttft, figure(run.requestsPerSecond))
    : message(`${icon}TTFT p95 {0} · {1} req/s within limits`, ttft, figure(run.goodputRequestsPerSecond));
}

function rangeWords([low, high]: Band): string {
  return high === null ? `≥ ${duration(low)}` : durationRange(low, high);
}

function liveWords({ running, kvUsage, ttftP95Seconds }: Extract<NonNullable<LensState["server"]>, { kind: "attached" }>): Message {
  const icon = `$(circle-filled)${iconBlank}`;
  const count = running === null ? "?" : whole(running);
  const cache = kvUsage === null ? "?" : `${Math.round(kvUsage * 100)}\u00A0%`;
  if (running === null && kvUsage === null) return message(`${icon}Live`);
  if (ttftP95Seconds === null) return message(`${icon}Live: {0} running, KV {1}`, count, cache);
  return message(`${icon}Live: {0} running, KV {1}, TTFT p95 {2}`, count, cache, duration(ttftP95Seconds));
}

function lostWords(seconds: number): Message {
  const since = Math.max(1, Math.round(seconds));
  return message(`$(debug-disconnect)${iconBlank}No answer for {0}`, since < 120 ? `${since} s` : duration(since));
}

function lens(range: Range, deploymentId: string, title: Message, command: string): Lens {
  return { range, title, command, deploymentId };
}
