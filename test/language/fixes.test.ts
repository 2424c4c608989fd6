import { describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { LineMap } from "../../src/deployment/text.ts";
import { applyEdits } from "../../src/language/edits.ts";
import { fixesAt, fixesOf, isInBlockScalar, withVerifiedFixes } from "../../src/language/fixes.ts";
import type { Finding } from "../../src/rules/rule.ts";
import { analysed, yaml } from "./deployments.ts";

const again = (text: string) => analysed(text);

/** The text after the fix with this title. */
function fixed(text: string, code: string, title: string): string {
  const analysis = analysed(text);
  const finding = analysis.findings.find((one) => one.code === code);
  const fix = finding && fixesOf(finding, { text, analysis, again }).find((one) => plain(one.title) === title);
  const edited = fix && applyEdits(text, fix.edits);
  if (edited === undefined) throw new Error(`no fix ${title} of ${code}`);
  return edited;
}

test("a fix changes the value and nothing else", () => {
  const text = yaml({ args: ["--tensor-parallel-size=8 # all of them"], gpus: 4 });
  expect(fixed(text, "gpu-count", "Ask for 8 GPUs")).toBe(text.replace("nvidia.com/gpu: 4", "nvidia.com/gpu: 8"));
  expect(fixed(text, "gpu-count", "Set tensor-parallel-size to 4")).toBe(text.replace("size=8 # all", "size=4 # all"));
});

test("the last fix silences the finding at its line, and the finding is gone", () => {
  const text = yaml({ args: ["--tensor-parallel-size=8"], gpus: 4 });
  const edited = fixed(text, "gpu-count", "Ignore gpu-count here");
  expect(edited).toBe(
    text.replace("              nvidia.com/gpu: 4", "              # inference-lens: ignore=gpu-count\n              nvidia.com/gpu: 4"),
  );
  expect(analysed(edited).findings).toEqual([]);
});

describe("in a script of a block scalar", () => {
  const script = [
    "apiVersion: v1",
    "kind: Pod",
    "metadata: { name: p }",
    "spec:",
    "  containers:",
    "    - name: engine",
    "      image: vllm/vllm-openai:v0.18.1",
    "      command: [bash, -c]",
    "      args:",
    "        - |",
    "          vllm serve meta-llama/Llama-3.1-8B-Instruct \\",
    "            --disable-log-requests \\",
    "            --port 8000",
    "",
  ].join("\n");

  test("a comment would break the command, so the directive goes above the pod", () => {
    const edited = fixed(script, "removed-flag", "Ignore removed-flag here");
    expect(edited).toBe(`# inference-lens: ignore=removed-flag\n${script}`);
    expect(analysed(edited).findings).toEqual([]);
  });

  test("removing a flag keeps the continuation", () => {
    expect(fixed(script, "removed-flag", "Remove --disable-log-requests")).toBe(
      script.replace("            --disable-log-requests \\\n", ""),
    );
  });

  test("lines of a script are told from lines of YAML", () => {
    const lines = new LineMap(script);
    expect([9, 10, 11, 12].map((line) => isInBlockScalar(script, lines, line))).toEqual([false, true, true, true]);
  });
});

test("a fix that would bring an error is not offered", () => {
  // TP 3 fills the GPUs but does not divide 32 heads.
  const text = yaml({ args: ["--tensor-parallel-size=2"], gpus: 3 });
  const analysis = analysed(text);
  const titles = analysis.findings.flatMap((finding) => fixesOf(finding, { text, analysis, again }).map((fix) => plain(fix.title)));
  expect(titles).toEqual(["Ask for 2 GPUs", "Ignore gpu-idle here"]);
});

test("exactly one fix is preferred unless only the silencing one is left", () => {
  const text = yaml({ args: ["--tensor-parallel-size=8", "--max-num-seqs=many"], gpus: 4 });
  const verified = withVerifiedFixes({ text, analysis: analysed(text), again });
  const preferred = Object.fromEntries(
    verified.findings.map((one: Finding) => [one.code, one.fixes.filter((fix) => fix.preferred).length]),
  );
  expect(preferred).toEqual({ "gpu-count": 1, "flag-value": 0 });
  expect(verified.deployments.flatMap((one) => one.findings).map((one) => one.fixes.length)).toEqual(
    verified.findings.map((one) => one.fixes.length),
  );
});

test("fixes are found by range, with CRLF and BOM kept", () => {
  const text = `\ufeff${yaml({ args: ["--tensor-parallel-size=8"], gpus: 4 })}`.replaceAll("\n", "\r\n");
  const analysis = analysed(text);
  const line = analysis.findings[0]?.range.start.line ?? -1;
  const at = { start: { line, character: 0 }, end: { line, character: 200 } };
  const found = fixesAt(at, { text, analysis, again });
  expect(found.map(({ finding }) => finding.code)).toEqual(["gpu-count"]);
  const ignore = found[0]?.fixes.at(-1);
  const edited = ignore && applyEdits(text, ignore.edits);
  expect(edited?.startsWith("\ufeff")).toBe(true);
  expect(edited?.replaceAll("\r\n", "").includes("\n")).toBe(false);
  expect(analysed(edited ?? "").findings).toEqual([]);
});

test("edits that overlap are refused", () => {
  const range = (from: number, to: number) => ({ start: { line: 0, character: from }, end: { line: 0, character: to } });
  expect(
    applyEdits("abcdef", [
      { range: range(0, 3), newText: "x" },
      { range: range(2, 4), newText: "y" },
    ]),
  ).toBeUndefined();
  expect(
    applyEdits("abcdef", [
      { range: range(4, 6), newText: "y" },
      { range: range(0, 3), newText: "x" },
    ]),
  ).toBe("xdy");
});
