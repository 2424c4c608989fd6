import * as vscode from "vscode";
import { seconds } from "../deployment/directives.ts";
import type { Assumptions } from "../deployment/surroundings.ts";
import { defaultTools, type RenderTools } from "../platform/render.ts";
import type { Severity } from "../rules/rule.ts";

export type RuleLevel = Severity | "off";

/** The person's settings, read anew at each use: VS Code keeps them at hand. */
export class Settings {
  constructor(private readonly uri: vscode.Uri | undefined) {}

  /** What analysis may assume where a file and its project are silent. */
  assumptions(): Assumptions {
    const gpu = this.text("gpu");
    const workload = this.text("workload");
    const engineVersion = this.text("engineVersion");
    const gpuHourPrice = this.number("gpuHourPrice", 0);
    const slo = this.limits();
    return {
      ...(gpu ? { gpu } : {}),
      ...(workload ? { workload } : {}),
      ...(engineVersion ? { engineVersion } : {}),
      ...(gpuHourPrice > 0 ? { gpuHourPrice } : {}),
      ...(slo ? { slo } : {}),
      ignore: Object.entries(this.rules()).flatMap(([code, level]) => (level === "off" ? [code] : [])),
    };
  }

  rules(): Readonly<Record<string, RuleLevel>> {
    const written = this.read("rules");
    if (typeof written !== "object" || written === null) return {};
    return Object.fromEntries(Object.entries(written).filter((entry): entry is [string, RuleLevel] => isLevel(entry[1])));
  }

  get inlayHints(): boolean {
    return this.read("inlayHints") !== false;
  }

  get simulateInBackground(): boolean {
    return this.read("simulateInBackground") !== false;
  }

  get problemsOfUnopenedFiles(): boolean {
    return this.read("problemsOfUnopenedFiles") === true;
  }

  /** Programs that render; an untrusted workspace cannot choose them. */
  get renderTools(): RenderTools {
    const kustomize = this.text("tools.kustomize");
    return { helm: this.text("tools.helm") || defaultTools.helm, kustomize: kustomize ? [[kustomize, "build"]] : defaultTools.kustomize };
  }

  /** How a person who does not look is told of a server. */
  get alerts(): "off" | "quiet" | "notify" {
    const level = this.text("live.alerts");
    return level === "off" || level === "notify" ? level : "quiet";
  }

  /** The program that asks a cluster; an untrusted workspace cannot choose it. */
  get kubectl(): string {
    return this.text("tools.kubectl") || "kubectl";
  }

  /** While nobody looks: as often as else where the setting is 0. */
  get hiddenIntervalMs(): number {
    const seconds = this.number("attach.hiddenInterval", 0);
    return seconds > 0 ? Math.max(this.scrapeIntervalMs, Math.min(600, seconds) * 1000) : this.scrapeIntervalMs;
  }

  /** PEM file of further authorities that servers may be certified by; only a person's own settings can name it. */
  get caFile(): string {
    return this.text("http.caFile");
  }

  /** Bytes that a recording may take. */
  get mostRecordedBytes(): number {
    return Math.max(1, this.number("record.maxSize", 256)) * 1e6;
  }

  /** Between 0.2 s and a minute. */
  get scrapeIntervalMs(): number {
    return Math.min(60, Math.max(0.2, this.number("attach.interval", 1))) * 1000;
  }

  private limits(): NonNullable<Assumptions["slo"]> | undefined {
    const ttftSeconds = seconds(this.text("slo.ttft"));
    const tpotSeconds = seconds(this.text("slo.tpot"));
    if (ttftSeconds === undefined && tpotSeconds === undefined) return undefined;
    return {
      ...(ttftSeconds === undefined ? {} : { ttftSeconds }),
      ...(tpotSeconds === undefined ? {} : { tpotSeconds }),
      percentile: this.number("slo.percentile", 95),
    };
  }

  private text(key: string): string {
    const value = this.read(key);
    return typeof value === "string" ? value.trim() : "";
  }

  private number(key: string, otherwise: number): number {
    const value = this.read(key);
    return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
  }

  private read(key: string): unknown {
    return vscode.workspace.getConfiguration("inferenceLens", this.uri ?? null).get<unknown>(key);
  }
}

function isLevel(value: unknown): value is RuleLevel {
  return value === "off" || value === "information" || value === "warning" || value === "error";
}
