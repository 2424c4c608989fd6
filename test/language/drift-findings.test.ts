import { describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { driftFindings, driftFix, reviewedEdits } from "../../src/language/drift-findings.ts";
import { applyEdits } from "../../src/language/edits.ts";
import { driftOf } from "../../src/live/drift/drift-of.ts";
import type { RunningServer, RunningSetting, SettingValue } from "../../src/live/running/running-server.ts";
import { toldSettings } from "../../src/live/running/told-part.ts";
import { analysed, yaml } from "./deployments.ts";

const h100 = "H100-SXM5-80GB";

function server(values: Partial<Record<RunningSetting, SettingValue>>): RunningServer {
  return {
    engine: "vllm",
    version: null,
    model: null,
    modelRoot: null,
    settings: toldSettings("/server_info", values),
    cache: { tokens: { value: 1, from: "metrics" }, blocks: null },
    flags: new Map(),
  };
}

function compared(text: string, values: Partial<Record<RunningSetting, SettingValue>>) {
  const analysis = analysed(text);
  const [subject] = analysis.deployments;
  if (!subject) throw new Error("no deployment");
  const drift = driftOf(server(values), subject);
  const options = { text, analysis, again: analysed };
  const findings = driftFindings(drift, subject, analysis);
  const changed = (index: number): string => {
    const one = findings[index];
    const fix = one && driftFix(one.drift, subject, options);
    return fix ? (applyEdits(text, fix.edits) ?? "") : "no fix";
  };
  return {
    findings,
    said: findings.map(({ finding }) => plain(finding.message)),
    changed,
    reviewed: () => reviewedEdits(drift, subject, options),
  };
}

const added = (before: string, after: string): readonly string[] => {
  const old = before.split("\n");
  return after
    .split("\n")
    .filter((line) => !old.includes(line))
    .map((line) => line.trim());
};

describe("a setting that the server runs otherwise", () => {
  test("is a warning at its word where it is written, a remark at the first line where it is a default", () => {
    const text = yaml({ gpu: h100, args: ["--max-num-seqs=256"] });
    const { findings, said } = compared(text, { maxNumSeqs: 128, maxNumBatchedTokens: 4096 });
    expect(said).toEqual([
      "The server runs max-num-seqs 128, the file says 256.",
      "The server runs max-num-batched-tokens 4096; this file leaves it at 8192.",
    ]);
    const [written, assumed] = findings.map(({ finding }) => finding);
    expect(written).toMatchObject({
      code: "server-drift",
      severity: "warning",
      range: { start: { character: 29 }, end: { character: 32 } },
    });
    expect(assumed).toMatchObject({ severity: "information", range: analysed(text).deployments[0]?.deployment.anchor });
  });

  test("is mended with the server's value, where it stands or where a flag belongs", () => {
    const text = yaml({ gpu: h100, args: ["--max-num-seqs=256"] });
    const { findings, changed } = compared(text, { maxNumSeqs: 128, maxNumBatchedTokens: 4096 });
    expect(findings).toHaveLength(2);
    expect(added(text, changed(0))).toEqual(["- --max-num-seqs=128"]);
    expect(added(text, changed(1))).toEqual(["- --max-num-batched-tokens=4096"]);
  });

  test.each([
    ["off where the flag is written", ["--enable-prefix-caching"], { prefixCaching: false }, ["- --no-enable-prefix-caching"]],
    ["off where it is on by default", [], { prefixCaching: false }, ["- --no-enable-prefix-caching"]],
    ["on where the flag says no", ["--no-enable-prefix-caching"], { prefixCaching: true }, ["- --enable-prefix-caching"]],
  ] as const)("a switch goes %s", (_, args, values, lines) => {
    const text = yaml({ gpu: h100, args });
    expect(added(text, compared(text, values).changed(0))).toEqual(lines);
  });

  test("has no fix where the file could not start with it", () => {
    const text = yaml({ gpu: h100, gpus: 1, args: ["--tensor-parallel-size=1"] });
    const { said, changed } = compared(text, { tensor: 2 });
    expect(said).toEqual(["The server runs tensor-parallel-size 2, the file says 1."]);
    expect(changed(0)).toBe("no fix");
  });

  test.each([
    ["its line", "            # inference-lens: ignore=server-drift\n            - --max-num-seqs=256"],
    ["the deployment", "            - --max-num-seqs=256"],
  ])("is silenced for %s", (where, line) => {
    const plainText = yaml({ gpu: h100, args: ["--max-num-seqs=256"] }).replace("            - --max-num-seqs=256", line);
    const text = where === "the deployment" ? plainText.replace("gpu=", "ignore=server-drift gpu=") : plainText;
    expect(compared(text, { maxNumSeqs: 128 }).said).toEqual([]);
  });
});

test("all differences together make one text that the server would run", () => {
  const text = yaml({ gpu: h100, args: ["--max-num-seqs=256", "--enable-prefix-caching"] });
  const values = { maxNumSeqs: 128, prefixCaching: false, maxNumBatchedTokens: 4096, enforceEager: true } as const;
  const edited = applyEdits(text, compared(text, values).reviewed()) ?? "";
  expect(added(text, edited)).toEqual([
    "- --max-num-seqs=128",
    "- --no-enable-prefix-caching",
    "- --max-num-batched-tokens=4096",
    "- --enforce-eager",
  ]);
  expect(compared(edited, values).said).toEqual([]);
});
