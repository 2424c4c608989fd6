import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Deployment } from "../../src/deployment/deployment.ts";
import { analyse, analyseReading } from "../../src/language/analysis.ts";
import type { Analysis } from "../../src/language/results.ts";
import { testCatalog } from "../support/catalog.ts";
import { readLine } from "./support.ts";

/** What a file says, written down before it was read. Members that are absent are not compared. */
interface Truth {
  readonly format?: string;
  readonly version?: string | null;
  readonly model?: string | null;
  readonly tp?: number;
  readonly pp?: number;
  readonly dp?: number;
  readonly ep?: number;
  readonly sp?: number;
  readonly gpu?: string | null;
  readonly perNode?: number | null;
  readonly nodes?: number;
  readonly total?: number | null;
  readonly instances?: number;
  readonly role?: string;
  readonly threshold?: number;
  readonly settings?: Readonly<Record<string, string | null>>;
}
interface Case extends Truth {
  readonly all?: readonly Truth[];
  readonly none?: boolean;
  readonly crlf?: boolean;
  readonly command?: boolean;
  /** Errors and warnings of the whole file, in any order. */
  readonly finds?: readonly string[];
}

const folder = new URL("./wild/", import.meta.url);

/** Files as engineers write them: `=== name {truth}` and the text below it. */
function casesOf(bundle: string): [string, Case, string][] {
  const text = readFileSync(new URL(bundle, folder), "utf8");
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      const at = part.indexOf("{");
      const truth: Case = JSON.parse(part.slice(at, end));
      const body = part.slice(end + 1);
      return [part.slice(0, at).trim(), truth, truth.crlf ? body.replaceAll("\n", "\r\n") : body];
    });
}

function analysisOf({ command }: Case, text: string, name: string): Analysis {
  const catalog = testCatalog();
  return command ? analyseReading(readLine(text), catalog) : analyse(text, { catalog, fileName: `${name}.yaml` });
}

function saidBy(deployment: Deployment, truth: Truth): Truth {
  const [pool] = deployment.pools;
  if (!pool) throw new Error("a deployment without a pool");
  const { parallel, version, flags } = pool.engine;
  const { hardware } = pool;
  const flag = (name: string): string | null | undefined =>
    flags.has(name) ? flags.get(name)?.value?.value : flags.get(name.replace(/^no-/, ""))?.negated ? null : undefined;
  const all = {
    format: deployment.format,
    version: version?.value.text.replace(/\.post\d+$/, "") ?? null,
    model: deployment.model?.value.name ?? null,
    tp: parallel.tensor.value,
    pp: parallel.pipeline.value,
    dp: parallel.data.value * parallel.attentionData.value,
    ep: parallel.expert.value,
    sp: parallel.sequence.value,
    gpu: hardware.gpu?.value ?? null,
    perNode: hardware.gpusPerNode?.value ?? null,
    nodes: hardware.nodes?.value,
    total: hardware.gpusPerInstance?.value ?? null,
    instances: pool.instances?.value,
    role: pool.role,
    threshold: parallel.shift?.value.threshold.value,
    settings: Object.fromEntries(Object.keys(truth.settings ?? {}).map((name) => [name, flag(name) ?? null])),
  };
  const asked = new Set(Object.keys(truth));
  return Object.fromEntries(Object.entries(all).filter(([key]) => asked.has(key)));
}

const plain = ({ all: _all, none: _none, crlf: _crlf, command: _command, finds: _finds, ...truth }: Case): Truth => truth;

describe.each(readdirSync(folder))("%s", (bundle) => {
  test.each(casesOf(bundle))("%s", (name, truth, text) => {
    const analysis = analysisOf(truth, text, name);
    const read = analysis.deployments.flatMap(({ deployment }) =>
      deployment.pools.map((pool): Deployment => ({ ...deployment, pools: [pool] })),
    );
    const wanted = truth.none ? [] : (truth.all ?? [plain(truth)]);
    expect(read.map((deployment, index) => saidBy(deployment, wanted[index] ?? {}))).toEqual(wanted);
    const serious = analysis.findings.filter(({ severity }) => severity !== "information");
    expect(serious.map(({ severity, code }) => `${severity} ${code}`).sort()).toEqual([...(truth.finds ?? [])].sort());
    expect(analysis.problems).toEqual([]);
  });
});
