import type { Known, Located } from "./located.ts";
import type { Range } from "./text.ts";

/** What a Kubernetes pod says around its engine's container. */
export interface PodFacts {
  /** Seconds that the container has from its start until a probe has it killed; undefined where none does, or it cannot be read. */
  readonly startDeadline: Known<number>;
  readonly decidedBy: "livenessProbe" | "startupProbe";
  /** Where a startup probe of half an hour can be written, asking what the liveness probe asks. */
  readonly startupProbeSite: { readonly at: Range; readonly text: string } | undefined;
  /** Arguments and values of variables that are written as numbers or switches, where Kubernetes takes text alone. */
  readonly notTexts: readonly Located<string>[];
  /** Services of the same file and namespace whose addresses Kubernetes puts into the pod's environment. */
  readonly services: readonly Located<string>[];
}
