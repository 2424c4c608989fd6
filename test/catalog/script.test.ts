import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { testCatalog } from "../support/catalog.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const facts = process.env.DATA ?? join(root, "../shared/data");
const traces = join(facts, "traces");
if (!existsSync(traces)) console.log("The traces are not here: prefixes were not compared with them.");

interface Request {
  readonly input_length: number;
  readonly hash_ids: readonly number[];
}

/** Ids of the full blocks of each prompt, rebuilt from (parent, shared) alone. */
function rebuilt(name: string): readonly (readonly number[])[] {
  const { rows, blockTokens } = testCatalog().workload(name) ?? { rows: [], blockTokens: 1 };
  let next = 0;
  const chains: number[][] = [];
  for (const [prompt, , parent, shared] of rows) {
    const own = (chains[parent] ?? []).slice(0, shared);
    while (own.length < Math.floor(prompt / blockTokens)) own.push(next++);
    chains.push(own);
  }
  return chains;
}

/** Which blocks of which prompt were seen before: what a prefix cache sees, whatever the ids are called. */
function hits(chains: readonly (readonly number[])[]): readonly number[] {
  const seen = new Set<number>();
  return chains.map((chain) => {
    let hit = 0;
    while (hit < chain.length && seen.has(chain[hit] ?? -1)) hit++;
    for (const id of chain) seen.add(id);
    return hit;
  });
}

describe("npm run catalog", () => {
  test("says what is missing and changes nothing when the facts are not there", () => {
    const before = readFileSync(join(root, "src/catalog/data/gpus.json"), "utf8");
    const run = spawnSync(process.execPath, [join(root, "scripts/catalog.mjs"), "/nowhere/at/all"], { encoding: "utf8" });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain("/nowhere/at/all has no gpus.json");
    expect(readFileSync(join(root, "src/catalog/data/gpus.json"), "utf8")).toBe(before);
  });

  test.runIf(existsSync(traces)).each([
    ["agent", "mooncake_synthetic.jsonl"],
    ["long-chat", "mooncake_conversation.jsonl"],
  ])("%s repeats exactly the prefixes of its trace", (name, file) => {
    const requests = readFileSync(join(traces, file), "utf8")
      .trim()
      .split("\n")
      .slice(0, 1000)
      .map((line): Request => JSON.parse(line));
    const original = requests.map(({ hash_ids, input_length }) => hash_ids.slice(0, Math.floor(input_length / 512)));
    expect(hits(rebuilt(name))).toEqual(hits(original));
  });
});
