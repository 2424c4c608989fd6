import type { Message } from "../deployment/message.ts";
import type { Lever } from "../language/memory-levers.ts";
import type { MemoryOverview } from "../language/memory-overview.ts";
import type { StartComparison } from "../live/starts/start-comparison.ts";

export interface MemoryHeader {
  readonly name: string;
  /** `deploy.yaml:14`. */
  readonly place: string;
  readonly line: number;
}

/** A lever as the page shows it: what it writes stays with the host. */
export interface LeverView extends Omit<Lever, "edits"> {
  /** `deploy.yaml:23`; null where nothing can be applied. */
  readonly place: string | null;
}

/** A start-up log beside the prediction; `problem` says why there is none. */
export interface ComparisonView {
  /** Of the file; empty for a pasted text. */
  readonly name: string;
  readonly pool: number;
  readonly result: StartComparison | null;
  readonly problem: Message | null;
}

export type ToMemoryView =
  | { readonly kind: "header"; readonly header: MemoryHeader }
  /** Takes the place of `missing`, and of what was stale. */
  | { readonly kind: "memory"; readonly memory: MemoryOverview }
  /** Follows `memory`: trying each change takes longer than the sum. */
  | { readonly kind: "levers"; readonly levers: readonly LeverView[] }
  | {
      readonly kind: "missing";
      readonly title: Message;
      readonly lines: readonly Message[];
      readonly actions: readonly { readonly label: Message; readonly command: string }[];
    }
  /** null = none any more. */
  | { readonly kind: "comparison"; readonly comparison: ComparisonView | null }
  /** The file changed since what is shown. */
  | { readonly kind: "stale"; readonly reason: Message };

export type FromMemoryView =
  | { readonly kind: "ready" }
  | { readonly kind: "reveal"; readonly line: number }
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "copy"; readonly text: string }
  | { readonly kind: "save"; readonly name: string; readonly text: string }
  | { readonly kind: "apply"; readonly key: string }
  /** A start-up log that was dropped or pasted. */
  | { readonly kind: "start-log"; readonly name: string; readonly text: string; readonly pool: number }
  /** Keeps what the log measured as the deployment's calibration. */
  | { readonly kind: "keep-log" }
  | { readonly kind: "forget-log" }
  | { readonly kind: "preview"; readonly key: string };
