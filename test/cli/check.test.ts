import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, bundledCli, type Cli, fixtures, members } from "./support.ts";

let cli: Cli;
let folder: string;
beforeAll(async () => {
  cli = await bundledCli();
  folder = mkdtempSync(join(tmpdir(), "inference-lens-check-"));
});
afterAll(() => {
  cli.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe("check: exit codes", () => {
  it.each([
    ["nothing wrong", ["check", "fits.yaml"], 0],
    ["an error", ["check", "wrong.yaml"], 1],
    ["an error, never failing", ["check", "wrong.yaml", "--fail-on", "never"], 0],
    ["a file and one that does not exist", ["check", "fits.yaml", "absent.yaml"], 2],
    ["no path", ["check"], 2],
    ["an unknown option", ["check", "fits.yaml", "--prometheus", "x"], 2],
    ["an unknown format", ["check", "fits.yaml", "--format", "xml"], 2],
    ["an unknown command", ["chekc"], 2],
    ["help", ["check", "--help"], 0],
    ["version", ["--version"], 0],
    ["an unknown GPU", ["check", "fits.yaml", "--gpu", "H1000"], 2],
    ["a setting that is none", ["check", "fits.yaml", "--set", "=3"], 2],
    ["a deployment that is not there", ["check", "fits.yaml", "--deployment", "other"], 2],
    ["paths and a bare command", ["check", "fits.yaml", "--", "vllm", "serve", "x"], 2],
    ["an empty bare command", ["check", "--"], 2],
  ])("%s", async (_, args, code) => {
    expect(await cli.run(args)).toMatchObject({ code });
  });

  it("fails on warnings only when asked to", async () => {
    // Two ranks on the four GPUs asked for: gpu-idle, a warning.
    const args = ["check", "wrong.yaml", "--set", "tensor-parallel-size=2", "--format", "json"];
    const { stdout, code } = await cli.run(args);
    expect(at(JSON.parse(stdout), "files", 0, "findings", 0)).toMatchObject({ code: "gpu-idle", severity: "warning" });
    expect(code).toBe(0);
    expect((await cli.run([...args, "--fail-on", "warning"])).code).toBe(1);
  });

  it("says what could not be read on stderr, and answers the rest on stdout", async () => {
    const { stdout, stderr } = await cli.run(["check", "--format", "json", "fits.yaml", "absent.yaml"]);
    expect(stderr).toContain("absent.yaml: does not exist");
    expect(at(JSON.parse(stdout), "files", 0, "path")).toBe("fits.yaml");
  });
});

describe("check --format json", () => {
  it("holds every member of the interface", async () => {
    const { stdout } = await cli.run(["check", "--format", "json", "wrong.yaml"]);
    const parsed: unknown = JSON.parse(stdout);
    expect(at(parsed, "version")).toBe(1);
    const file = at(parsed, "files", 0);
    expect(file).toMatchObject({ path: "wrong.yaml", formats: ["k8s-deployment"], deployments: ["llama-70b"] });
    const finding = at(file, "findings", 0);
    expect(members(finding)).toEqual(["code", "doc", "fixes", "message", "range", "related", "severity"]);
    expect(finding).toMatchObject({ code: "gpu-count", severity: "error", doc: "docs/rules/gpu-count.md" });
    // The word 4 of `nvidia.com/gpu: 4`, zero-based, in UTF-16.
    const written = readFileSync(join(fixtures, "wrong.yaml"), "utf8").split("\n");
    const line = written.findIndex((text) => text.includes("nvidia.com/gpu"));
    const character = (written[line] ?? "").indexOf("4 }");
    expect(at(finding, "range")).toEqual({ start: { line, character }, end: { line, character: character + 1 } });
    expect(at(finding, "fixes", 0)).toMatchObject({
      title: "Ask for 8 GPUs",
      preferred: true,
      edits: [{ range: { start: { line, character }, end: { line, character: character + 1 } }, newText: "8" }],
    });
    for (const related of [at(finding, "related", 0)]) expect(members(related)).toEqual(["message", "range"]);
  });

  it("counts characters in UTF-16", async () => {
    const text = readFileSync(join(fixtures, "wrong.yaml"), "utf8").replace("{ nvidia.com/gpu: 4 }", '{ "𝒢𝒫𝒰": "x", nvidia.com/gpu: 4 }');
    const { stdout } = await cli.run(["check", "--format", "json", "-"], { stdin: text });
    const line = text.split("\n").find((one) => one.includes("nvidia.com/gpu")) ?? "";
    const finding = at(JSON.parse(stdout), "files", 0, "findings", 0);
    expect(at(finding, "range", "start", "character")).toBe(line.indexOf("4 }"));
  });

  it("answers stdin as - and a bare command as command", async () => {
    const text = readFileSync(join(fixtures, "wrong.yaml"), "utf8");
    const piped = await cli.run(["check", "--format", "json", "-"], { stdin: text });
    expect(piped.code).toBe(1);
    expect(at(JSON.parse(piped.stdout), "files", 0, "path")).toBe("-");
    const bare = await cli.run(["check", "--format", "json", "--", "vllm", "serve", "meta-llama/Llama-3.1-8B-Instruct", "-tp", "3"]);
    expect(bare.code).toBe(1);
    expect(at(JSON.parse(bare.stdout), "files", 0)).toMatchObject({ path: "command", formats: ["command"] });
    expect(bare.stdout).toContain("heads-divisible");
    const quoted = await cli.run(["check", "--", "vllm serve meta-llama/Llama-3.1-8B-Instruct -tp 3"]);
    expect(quoted.code).toBe(1);
  });

  it("reads folders recursively, leaves out what holds no deployment, and one deployment when asked", async () => {
    const { stdout } = await cli.run(["check", "--format", "json", "folder", "two.yaml"]);
    const files = at(JSON.parse(stdout), "files");
    expect(Array.isArray(files) ? files.map((file) => at(file, "path")) : files).toEqual([
      "folder/deploy.yaml",
      "folder/nested/config.yml",
      "two.yaml",
    ]);
    const one = await cli.run(["check", "--format", "json", "two.yaml", "--deployment", "large"]);
    expect(at(JSON.parse(one.stdout), "files", 0, "deployments")).toEqual(["large"]);
  });

  it("takes flags from --set above those of the file", async () => {
    expect((await cli.run(["check", "wrong.yaml", "--set", "tensor-parallel-size=4"])).code).toBe(0);
  });
});

describe("check: other formats", () => {
  it("writes SARIF 2.1.0 with rules, regions from 1, related places and fixes", async () => {
    const { stdout, code } = await cli.run(["check", "--format", "sarif", "wrong.yaml"]);
    expect(code).toBe(1);
    const sarif: unknown = JSON.parse(stdout);
    expect(at(sarif, "version")).toBe("2.1.0");
    expect(at(sarif, "$schema")).toMatch(/sarif-2\.1\.0\.json$/);
    const run = at(sarif, "runs", 0);
    expect(at(run, "tool", "driver", "name")).toBe("Inference Lens");
    expect(at(run, "columnKind")).toBe("utf16CodeUnits");
    const result = at(run, "results", 0);
    expect(result).toMatchObject({ ruleId: "gpu-count", level: "error" });
    const index = Number(at(result, "ruleIndex"));
    expect(at(run, "tool", "driver", "rules", index, "id")).toBe("gpu-count");
    expect(at(run, "tool", "driver", "rules", index, "help", "text")).toBe("docs/rules/gpu-count.md");
    expect(at(result, "locations", 0, "physicalLocation", "artifactLocation", "uri")).toBe("wrong.yaml");
    const region = at(result, "locations", 0, "physicalLocation", "region");
    expect(Number(at(region, "startLine"))).toBe(14);
    expect(Number(at(region, "endColumn"))).toBe(Number(at(region, "startColumn")) + 1);
    expect(at(result, "fixes", 0, "artifactChanges", 0, "replacements", 0, "insertedContent", "text")).toBe("8");
    expect(at(result, "message", "text")).toMatch(/\S/);
  });

  it("escapes paths in SARIF", async () => {
    const odd = join(folder, "a b#c.yaml");
    writeFileSync(odd, readFileSync(join(fixtures, "wrong.yaml")));
    const { stdout } = await cli.run(["check", "--format", "sarif", "a b#c.yaml"], { cwd: folder });
    expect(at(JSON.parse(stdout), "runs", 0, "results", 0, "locations", 0, "physicalLocation", "artifactLocation", "uri")).toBe(
      "a%20b%23c.yaml",
    );
    rmSync(odd);
  });

  it("writes workflow commands for GitHub", async () => {
    const { stdout } = await cli.run(["check", "--format", "github", "wrong.yaml"]);
    expect(stdout).toMatch(/^::error file=wrong\.yaml,line=14,endLine=14,col=\d+,endColumn=\d+,title=gpu-count::Asks for 4 GPUs/);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .every((line) => /^::(error|warning|notice) file=/.test(line)),
    ).toBe(true);
  });

  it("writes a Markdown table with the fix", async () => {
    const { stdout } = await cli.run(["check", "--format", "markdown", "wrong.yaml"]);
    expect(stdout).toContain("### Inference Lens: 1 finding in 1 deployment");
    expect(stdout).toContain("| error | `wrong.yaml:14` |");
    expect(stdout).toContain("| Ask for 8 GPUs | `gpu-count` |");
  });

  it("writes text without colours into a pipe", async () => {
    const { stdout } = await cli.run(["check", "wrong.yaml"], { env: { FORCE_COLOR: "1" } });
    expect(stdout).toContain("gpu-count");
    expect(stdout).toContain("1 deployment in 1 file: 1 error");
    expect(stdout).not.toContain("\u001b");
  });
});

describe("check: bad input", () => {
  it.each([
    ["binary", Buffer.from([0, 1, 2, 3, 255, 0]), "is binary, not text"],
    ["compressed", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), "is compressed by gzip: unpack it first"],
    ["empty", Buffer.from(""), ""],
    ["broken YAML", Buffer.from("apiVersion: apps/v1\nkind: Deployment\nspec:\n  image: vllm/vllm-openai\n args: ["), ""],
    ["CRLF and a mark", Buffer.from(`\ufeff${"model: Qwen/Qwen3-8B\r\nmax-model-len: 4096\r\n"}`), ""],
    ["UTF-16", Buffer.from("\ufeffmodel: Qwen/Qwen3-8B\nmax-model-len: 4096\n", "utf16le"), ""],
    ["cyclic anchors", Buffer.from("a: &a [*a, *a]\nvllm: *a\n"), ""],
  ])("%s: a clear message at most", async (name, bytes, words) => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, bytes);
    const { code, stderr } = await cli.run(["check", file]);
    expect(code).toBe(words === "" ? 0 : 2);
    if (words !== "") expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/\n\s+at /);
    rmSync(file);
  });

  it("ends on folders whose links go in circles", async () => {
    mkdirSync(join(folder, "loop/inner"), { recursive: true });
    symlinkSync("..", join(folder, "loop/inner/back"));
    symlinkSync("nowhere", join(folder, "loop/dangling.yaml"));
    writeFileSync(join(folder, "loop/a.yaml"), readFileSync(join(fixtures, "fits.yaml")));
    const { stdout, code } = await cli.run(["check", "--format", "json", "loop"], { cwd: folder });
    expect(code).toBe(0);
    const files = at(JSON.parse(stdout), "files");
    expect(Array.isArray(files) ? files.map((file) => at(file, "path")) : files).toEqual(["loop/a.yaml"]);
  });
});
