import type { Deployment, Flag, Pool, Reading } from "../../src/deployment/deployment.ts";
import { read } from "../../src/deployment/read.ts";
import { readCommand } from "../../src/deployment/read-command.ts";
import { noSurroundings, type Surroundings } from "../../src/deployment/surroundings.ts";
import { type Edit, LineMap, type Range } from "../../src/deployment/text.ts";
import { analyse } from "../../src/language/analysis.ts";
import { testCatalog } from "../support/catalog.ts";

export function readText(text: string, surroundings: Surroundings = noSurroundings, fileName = "file.yaml"): Reading {
  return read(text, { catalog: testCatalog(), surroundings, fileName });
}

export function readLine(text: string, surroundings: Surroundings = noSurroundings): Reading {
  return readCommand(text, { catalog: testCatalog(), surroundings });
}

/** The one deployment of a text. */
export function only(reading: Reading): { deployment: Deployment; pool: Pool } {
  const [deployment, second] = reading.deployments;
  const pool = deployment?.pools[0];
  if (!deployment || !pool || second) throw new Error(`expected one deployment, found ${reading.deployments.length}`);
  return { deployment, pool };
}

export function flagOf(pool: Pool, name: string): Flag {
  const flag = pool.engine.flags.get(name);
  if (!flag) throw new Error(`no flag ${name} among ${[...pool.engine.flags.keys()].join(", ")}`);
  return flag;
}

export function sliceOf(text: string, range: Range | undefined): string {
  if (!range) return "(no range)";
  const { start, end } = new LineMap(text).span(range);
  return text.slice(start, end);
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  const lines = new LineMap(text);
  const spans = edits.map(({ range, newText }) => ({ ...lines.span(range), newText })).sort((a, b) => b.start - a.start);
  let result = text;
  for (const { start, end, newText } of spans) result = result.slice(0, start) + newText + result.slice(end);
  return result;
}

/** Flags as plain data, for whole-command assertions. */
export function settings(pool: Pool): Record<string, string | null | undefined> {
  return Object.fromEntries([...pool.engine.flags].map(([name, { value, negated }]) => [negated ? `no-${name}` : name, value?.value]));
}

const indent = (text: string, by: string): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? line : by + line))
    .join("\n");

/** Every engine of a text as plain data, in the order written; what is unknown is undefined. */
export function poolRows(text: string, fileName = "file.yaml") {
  const { deployments } = readText(text, noSurroundings, fileName);
  return deployments.flatMap((deployment) => deployment.pools.map((pool) => poolRow(deployment, pool)));
}

function poolRow(deployment: Deployment, { name, role, engine, hardware, instances }: Pool) {
  const { written } = engine.parallel;
  return {
    deployment: deployment.name,
    pool: name,
    format: deployment.format,
    role,
    engine: deployment.engine,
    launcher: deployment.launcher,
    model: deployment.model?.value.name,
    tp: written.tp?.value,
    pp: written.pp?.value,
    dp: written.dp?.value,
    ep: written.ep?.value,
    /** Of one instance, over all its nodes. */
    gpus: hardware.gpusPerInstance?.value,
    nodes: hardware.nodes?.value,
    instances: instances?.value,
    gpu: hardware.gpu?.value,
    version: engine.version?.value.text,
    complete: engine.complete,
  };
}

/** What is said about a text: `error gpu-count: 4`, the last part the words at which it stands. */
export function findingsOf(text: string, fileName = "file.yaml"): string[] {
  const { findings } = analyse(text, { catalog: testCatalog(), fileName });
  return findings.map(({ code, range, severity }) => `${severity} ${code}: ${sliceOf(text, range)}`);
}

/** A Deployment whose container holds `inside` (command and args). */
export function deployment(inside: string, gpus = 8): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: llama
spec:
  replicas: 2
  selector: {}
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
${indent(inside.trimEnd(), "          ")}
          resources:
            limits:
              nvidia.com/gpu: "${gpus}"
`;
}
