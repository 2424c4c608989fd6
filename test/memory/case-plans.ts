import { readCase } from "../../src/deployment/case.ts";
import { plain } from "../../src/deployment/message.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { SettledPool } from "../../src/deployment/settled.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import { testCatalog } from "../support/catalog.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** The one pool of a case of `inspect --cases`; `parallel` stands for that of the pool. */
export function settledCase(model: string, { parallel = {}, ...fields }: Fields) {
  const catalog = testCatalog();
  const read = readCase({ id: model, deployment: { model, pools: [{ parallel }], ...fields } }, { catalog });
  if (!read.deployment) throw new Error(read.error.message);
  const { settled, missing } = settle(read.deployment, catalog);
  const pool: SettledPool | undefined = settled?.pools[0];
  if (!settled || !pool) throw new Error(missing?.map((one) => plain(one.message)).join("; "));
  return { model: settled.model, pool };
}

export function planOfCase(name: string, fields: Fields): MemoryPlan {
  const { model, pool } = settledCase(name, fields);
  return memoryPlan(model, pool);
}
