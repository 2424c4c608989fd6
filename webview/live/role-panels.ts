import type { Snapshot } from "../../src/live/snapshot.ts";
import { words } from "../parts/words.ts";
import type { Column } from "./columns.ts";
import type { Panel } from "./panel.ts";
import type { Role } from "./role-told.ts";

/** What is looked at in each pool: prompts come in at one end, tokens go out at the other. */
const shown = {
  prefill: ["ttft", "queue", "running", "waiting", "kv", "prompt"],
  decode: ["itl", "tpot", "running", "waiting", "kv", "output"],
} as const satisfies Partial<Record<Role, readonly string[]>>;
type Pool = keyof typeof shown;
const pools: readonly Pool[] = ["prefill", "decode"];
const sides = { prefill: "left", decode: "right" } as const;

/** One block of rows a pool, under the rows of the whole; nothing where all servers do the same. */
export function rolePanels(panels: readonly Panel[], snapshot: Snapshot | undefined): readonly Panel[] {
  const roles = snapshot?.perRole ?? [];
  if (roles.length < 2) return [];
  const [prefill = [], decode = []] = pools.map((pool) => {
    const members = roles.find(({ role }) => role === pool)?.members;
    return members === undefined ? [] : panelsOf(panels, pool, headingOf(pool, members));
  });
  return [...prefill, ...transfers(panels), ...decode];
}

/** What goes from one pool to the other, where the servers tell. */
function transfers(panels: readonly Panel[]): readonly Panel[] {
  const between = panels.filter(({ id }) => id === "transfer" || id === "transfer-waiting");
  return between.map((panel) => ({ ...panel, id: `pools/${panel.id}`, heading: words("Between the pools") }));
}

function panelsOf(panels: readonly Panel[], pool: Pool, heading: string): readonly Panel[] {
  return chosen(panels, pool).map(({ predicted: _predicted, limit: _limit, otherwise: _otherwise, beside, ...panel }) => ({
    ...panel,
    id: `${pool}/${panel.id}`,
    isEssential: true,
    column: inPool(pool, panel.column),
    ...(beside ? { beside: beside.map((line) => ({ ...line, column: inPool(pool, line.column) })) } : {}),
    heading,
    side: sides[pool],
  }));
}

function chosen(panels: readonly Panel[], pool: Pool): readonly Panel[] {
  return shown[pool].flatMap((id) => panels.find((panel) => panel.id === id) ?? []);
}

function inPool(pool: Pool, column: Column): Column {
  return { ...column, id: `${pool}/${column.id}` };
}

function headingOf(pool: Pool, members: number): string {
  if (pool === "prefill") return members === 1 ? words("Prefill pool, 1 server") : words("Prefill pool, {0} servers", members);
  return members === 1 ? words("Decode pool, 1 server") : words("Decode pool, {0} servers", members);
}

/** The columns that each pool's rows draw. */
export function roleColumns(panels: readonly Panel[]): Readonly<Record<Pool, readonly Column[]>> {
  const of = (pool: Pool) => chosen(panels, pool).flatMap(({ column, beside }) => [column, ...(beside ?? []).map((line) => line.column)]);
  return { prefill: of("prefill"), decode: of("decode") };
}
