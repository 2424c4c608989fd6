import { describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { maskTemplates } from "../../src/deployment/templates.ts";
import { LineMap } from "../../src/deployment/text.ts";
import { parseYaml } from "../../src/deployment/yaml-document.ts";
import { applyEdits } from "../../src/language/edits.ts";
import { actionsAt } from "../../src/language/finding-actions.ts";
import { fixAll, onlyFix, preferredFix } from "../../src/language/fix-all.ts";
import { fixesOf, withVerifiedFixes } from "../../src/language/fixes.ts";
import { startsInsideScalar } from "../../src/language/ignore-fix.ts";
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
    const documents = parseYaml(maskTemplates(script));
    expect([9, 10, 11, 12].map((line) => startsInsideScalar(documents, lines, line))).toEqual([false, true, true, true]);
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
  const found = actionsAt(at, { text, analysis, again });
  expect(found.map(({ finding }) => finding.code)).toEqual(["gpu-count"]);
  const ignore = found[0]?.silencing[0];
  const edited = ignore && applyEdits(text, ignore.edits);
  expect(edited?.startsWith("\ufeff")).toBe(true);
  expect(edited?.replaceAll("\r\n", "").includes("\n")).toBe(false);
  expect(analysed(edited ?? "").findings).toEqual([]);
});

describe("silencing", () => {
  const titled = (text: string, code: string): readonly (readonly [title: string, edited: string])[] => {
    const analysis = analysed(text);
    const finding = analysis.findings.find((one) => one.code === code);
    if (!finding) throw new Error(`no ${code}`);
    const [found] = actionsAt(finding.range, { text, analysis, again });
    return (found?.silencing ?? []).map(({ title, edits }) => [plain(title), applyEdits(text, edits) ?? ""]);
  };

  test("here, and in the whole deployment", () => {
    const text = yaml({ args: ["--tensor-parallel-size=8"], gpus: 4 });
    const [here, whole] = titled(text, "gpu-count");
    expect([here?.[0], whole?.[0]]).toEqual(["Ignore gpu-count here", "Ignore gpu-count in this deployment"]);
    expect(whole?.[1]).toBe(`# inference-lens: ignore=gpu-count\n${text}`);
    for (const [, edited] of [here, whole].filter((one) => one !== undefined)) expect(analysed(edited).findings).toEqual([]);
  });

  test("joins what is silenced there already", () => {
    const line = "              nvidia.com/gpu: 4";
    const comment = "              # inference-lens: ignore=shm-missing";
    const text = `# inference-lens: ignore=one-word gpu=L4\n${yaml({ args: ["--tensor-parallel-size=8"], gpus: 4 }).replace(line, `${comment}\n${line}`)}`;
    const [here, whole] = titled(text, "gpu-count");
    expect(here?.[1]).toBe(text.replace(comment, `${comment},gpu-count`));
    expect(whole?.[1]).toBe(text.replace("ignore=one-word", "ignore=one-word,gpu-count"));
  });

  test("a text over several lines is no place for a comment, whatever its quotes", () => {
    for (const [open, close, join] of [
      ['"', '"', " "],
      ["'", "'", " "],
      ["", "", " "],
      [">\n          ", "", "\n          "],
    ]) {
      const script = `${open}vllm serve meta-llama/Llama-3.1-8B-Instruct\n            --disable-log-requests${join}--port 8000${close}`;
      const text = `services:\n  llama:\n    image: vllm/vllm-openai:v0.18.1\n    ipc: host\n    command: ${script}\n`.replace(
        "vllm serve ",
        "",
      );
      const found = titled(text, "removed-flag");
      expect(found.map(([title]) => title)).toEqual(["Ignore removed-flag here"]);
      expect(found[0]?.[1].split("\n").slice(1, 3)).toEqual(["  # inference-lens: ignore=removed-flag", "  llama:"]);
      expect(analysed(found[0]?.[1] ?? "").findings).toEqual([]);
    }
  });
});

describe("all at once", () => {
  const text = [
    yaml({ name: "a", args: ["--disable-log-requests", "--swap-space=4", "--tensor-parallel-size=2"], gpus: 1 }),
    yaml({ name: "b", args: ["--disable-log-requests", "--port=8000"] }),
  ].join("---\n");
  const analysis = analysed(text);
  const options = { text, analysis, again };

  test("findings of one kind, in every deployment", () => {
    const removed = analysis.findings.filter(({ code }) => code === "removed-flag");
    expect(removed.length).toBe(3);
    const edited = applyEdits(text, fixAll(removed, options, preferredFix)) ?? "";
    expect(edited).toBe(text.replaceAll("            - --disable-log-requests\n", "").replace("            - --swap-space=4\n", ""));
    expect(actionsAt(removed[0]?.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, options)[0]?.alike).toEqual(
      removed,
    );
  });

  test("what can be mended in several ways is left to a person", () => {
    const edited = applyEdits(text, fixAll(analysis.findings, options, onlyFix)) ?? "";
    expect(analysed(edited).findings.map(({ code }) => code)).toEqual(["gpu-count"]);
    const all = applyEdits(text, fixAll(analysis.findings, options, preferredFix)) ?? "";
    expect(analysed(all).findings).toEqual([]);
  });

  test("a fix that helps two findings is made once", () => {
    const [first] = analysis.findings;
    if (!first) throw new Error("no finding");
    expect(fixAll([first, first], options, preferredFix)).toEqual(fixAll([first], options, preferredFix));
  });
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
