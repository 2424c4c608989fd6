import type { Deployment, FormatId, Reading, ReadProblem } from "../deployment/deployment.ts";
import type { Message } from "../deployment/message.ts";
import type { Settled, Settlement } from "../deployment/settled.ts";
import type { Range } from "../deployment/text.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { Finding } from "../rules/rule.ts";
import type { Estimate } from "../timing/estimate.ts";

/** One deployment with all that follows from it in closed form. */
export interface DeploymentAnalysis {
  readonly deployment: Deployment;
  readonly settlement: Settlement;
  readonly settled: Settled | undefined;
  /** One plan a pool; empty while something is unknown. */
  readonly memory: readonly MemoryPlan[];
  readonly estimate: Estimate | undefined;
  readonly findings: readonly Finding[];
}

/** All that is known about one version of one text. */
export interface Analysis {
  readonly formats: readonly FormatId[];
  readonly deployments: readonly DeploymentAnalysis[];
  readonly problems: readonly ReadProblem[];
  /** Lines on which a comment silences rules. */
  readonly ignoredLines: Reading["ignoredLines"];
  /** Findings of all deployments, suppressions applied, in order of place. */
  readonly findings: readonly Finding[];
}

/** LSP-shaped results of the language features; the extension turns them into its own classes. */
export interface Lens {
  readonly range: Range;
  /** `$(icon) text`, already a whole sentence. */
  readonly title: Message;
  /** `inferenceLens.simulate` …, with the deployment's id as first argument after the uri; "" = no command. */
  readonly command: string;
  readonly deploymentId: string;
}

export interface Hint {
  readonly position: { readonly line: number; readonly character: number };
  readonly label: Message;
  readonly tooltip: Message | undefined;
}

/** Markdown, at most about 250 px high. */
export interface Hover {
  readonly range: Range;
  readonly markdown: string;
}

export interface Completion {
  readonly label: string;
  readonly insert: string;
  /** Characters before the end of what was inserted at which the caret stays. */
  readonly back: number;
  readonly range: Range;
  readonly kind: "flag" | "value" | "model" | "gpu" | "directive";
  readonly detail: string;
  readonly documentation: string;
  readonly deprecated: boolean;
  readonly sort: string;
}
