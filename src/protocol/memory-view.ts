import type { Message } from "../deployment/message.ts";
import type { Lever } from "../language/memory-levers.ts";
import type { MemoryOverview } from "../language/memory-overview.ts";

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
  /** The file changed since what is shown; null = it is shown as it stands. */
  | { readonly kind: "stale"; readonly reason: Message };

export type FromMemoryView =
  | { readonly kind: "ready" }
  | { readonly kind: "reveal"; readonly line: number }
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "copy"; readonly text: string }
  | { readonly kind: "save"; readonly name: string; readonly text: string }
  | { readonly kind: "apply"; readonly key: string }
  | { readonly kind: "preview"; readonly key: string };
