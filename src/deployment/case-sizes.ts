import type { Model } from "../catalog/facts.ts";
import type { Flag, Parallel } from "./deployment.ts";
import { dialects } from "./engines/dialect.ts";
import type { JudgedEngine } from "./settled.ts";

const names = ["tensor", "pipeline", "data", "attentionData", "expert", "sequence", "prefillContext", "decodeContext"] as const;

/**
 * Sizes of a case with those that its settings say in the engine's own flags (`tp-size`, `enable-expert-parallel`). `own`: the flags that
 * stand for “parallel” alone; what both read alike is as “parallel” has it, which tells more than flags can.
 */
export function sizesWithFlags(
  parallel: Parallel,
  own: ReadonlyMap<string, Flag>,
  flags: ReadonlyMap<string, Flag>,
  engine: JudgedEngine,
  model: Model | undefined,
): Parallel {
  const [before, after] = [own, flags].map((some) => dialects[engine].parallel(some, true, model));
  if (!before || !after) return parallel;
  const said = names.filter((name) => before[name].value !== after[name].value);
  if (said.length === 0 && after.unreadable.size === 0) return parallel;
  const sizes: Partial<Record<(typeof names)[number], Parallel["tensor"]>> = Object.fromEntries(said.map((name) => [name, after[name]]));
  return { ...parallel, ...sizes, unreadable: after.unreadable, written: after.written };
}
