import type { Deployment, Pool } from "../../deployment/deployment.ts";
import type { Settled, SettledPool } from "../../deployment/settled.ts";
import type { Range } from "../../deployment/text.ts";
import type { MemoryPlan } from "../../memory/plan.ts";

/** A setting as the file (with its defaults) has it and as the server runs it. */
export interface DriftRow {
  /** The engine's flag where there is one (`block-size`), else the quantity (`KV cache tokens`). */
  readonly setting: string;
  readonly file: string;
  /** null = the server does not export it. */
  readonly server: string | null;
  /** Where the server says it (`/server_info`, `metrics`); null where it does not. */
  readonly from: string | null;
  readonly verdict: "equal" | "close" | "different" | "not-offered";
  /** Computed by our memory model, not written in the file: a difference is the model's, not the operator's. */
  readonly predicted: boolean;
  /** Lines of the file that say it, from 0; null where a default or a calculation does. */
  readonly lines: readonly [first: number, last: number] | null;
}

/** A row with what it takes to show it at its place in the file and to change the file. */
export interface Drift extends DriftRow {
  /** Of the deployment's pools. */
  readonly pool: number;
  /** The word that says it; null where none does. */
  readonly place: Range | null;
  /** The flag that would say what the server runs, and its text (`true`, `false` for switches); null where no flag can. */
  readonly change: { readonly flag: string; readonly text: string } | null;
}

/** What a server is compared with. */
export interface DriftSubject {
  readonly deployment: Deployment;
  /** Undefined while something of it is unknown: then only what is written is compared. */
  readonly settled: Settled | undefined;
  /** One a pool; empty while something is unknown. */
  readonly memory: readonly MemoryPlan[];
}

/** One pool of it beside a server. */
export interface DriftSite extends Omit<DriftSubject, "settled" | "memory"> {
  readonly index: number;
  readonly pool: Pool;
  readonly settled: Settled | undefined;
  readonly settledPool: SettledPool | undefined;
  readonly plan: MemoryPlan | undefined;
}

/** Whether server and file differ, wherever that is told or counted: what our own model computed is no setting, and being off is its fault. */
export function isDifference({ verdict, predicted }: Pick<DriftRow, "verdict" | "predicted">): boolean {
  return verdict === "different" && !predicted;
}

/** Rows as a page shows them, without what only the file's editor needs. */
export function driftRows(drift: readonly Drift[]): readonly DriftRow[] {
  return drift.map(({ pool: _pool, place: _place, change: _change, ...row }) => row);
}
