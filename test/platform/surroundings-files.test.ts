import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { analyse } from "../../src/language/analysis.ts";
import { yamlFilesIn } from "../../src/platform/find-files.ts";
import { findSurroundings, SurroundingsFiles } from "../../src/platform/surroundings-files.ts";
import { decoded, FileError, readTextFile } from "../../src/platform/text-files.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "inference-lens-files-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string | Uint8Array): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe("project files", () => {
  it("takes the nearest one upwards, matched from its own folder", () => {
    write(".inference-lens.yaml", 'defaults: { workload: code }\nfiles:\n  "prod/*.yaml": { gpu: H200 }\n  "a/prod/*.yaml": { gpu: L4 }\n');
    const { surroundings, project } = findSurroundings(join(root, "a/prod/deploy.yaml"), { catalog });
    expect(surroundings.project).toMatchObject({ workload: "code", gpu: "L4" });
    expect(project).toBe(join(root, ".inference-lens.yaml"));
    write("a/.inference-lens.yaml", 'files:\n  "prod/*.yaml": { gpu: H200 }\n');
    expect(findSurroundings(join(root, "a/prod/deploy.yaml"), { catalog }).surroundings.project).toEqual({ gpu: "H200" });
  });

  it("does not look beyond a repository, and takes the one beside .git", () => {
    write(".inference-lens.yaml", "defaults: { gpu: L4 }\n");
    write("repo/.git/HEAD", "x");
    expect(findSurroundings(join(root, "repo/sub/deploy.yaml"), { catalog }).surroundings.project).toEqual({});
    write("repo/.inference-lens.yaml", "defaults: { gpu: H100 }\n");
    expect(findSurroundings(join(root, "repo/sub/deploy.yaml"), { catalog }).surroundings.project).toEqual({ gpu: "H100" });
  });

  it("hands arguments and settings on, and tells what the file gets wrong", () => {
    const file = write(".inference-lens.yaml", "defaults: { gpuz: L4 }\n");
    const found = findSurroundings(join(root, "x.yaml"), { catalog, argument: { gpu: "H100" }, setting: { workload: "chat" } });
    expect(found.surroundings).toMatchObject({ argument: { gpu: "H100" }, setting: { workload: "chat" } });
    expect(found.problems.map((one) => [one.file, plain(one.message)])).toEqual([[file, expect.stringContaining("gpuz")]]);
  });

  it("reads a file anew when it changed, and only then", () => {
    const file = write(".inference-lens.yaml", "defaults: { gpu: L4 }\n");
    const files = new SurroundingsFiles(catalog);
    const gpu = (): unknown => files.find(join(root, "x.yaml")).surroundings.project.gpu;
    expect(gpu()).toBe("L4");
    writeFileSync(file, "defaults: { gpu: H100 }\n");
    utimesSync(file, new Date(), new Date(Date.now() + 5000));
    expect(gpu()).toBe("H100");
    rmSync(file);
    expect(gpu()).toBeUndefined();
  });

  it("survives a project file that is binary, huge, a folder or broken", () => {
    for (const text of [Buffer.from([0, 1, 2]), Buffer.alloc(2 ** 20 + 1, "a"), Buffer.from("defaults: [\n")]) {
      write(".inference-lens.yaml", text);
      const { surroundings, problems } = findSurroundings(join(root, "x.yaml"), { catalog });
      expect(surroundings.project).toEqual({});
      expect(problems.length).toBeGreaterThan(0);
    }
    rmSync(join(root, ".inference-lens.yaml"));
    mkdirSync(join(root, ".inference-lens.yaml"));
    expect(findSurroundings(join(root, "x.yaml"), { catalog }).surroundings.project).toEqual({});
  });
});

describe("described models and own workloads", () => {
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: 4096,
    intermediate_size: 14336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    vocab_size: 128256,
    max_position_embeddings: 8192,
  };

  it("reads configs and likenesses, by their names or the file's", () => {
    write(".inference-lens/models/own.yaml", `name: /models/own\nconfig: ${JSON.stringify(config)}\n`);
    write(".inference-lens/models/alike.yaml", "name: /models/alike\nsameAs: meta-llama/Llama-3.3-70B-Instruct\n");
    write(".inference-lens/models/bare.json", JSON.stringify(config));
    write(".inference-lens/models/wrong.yaml", "name: x\nsameAs: nobody/nothing\n");
    const { surroundings, problems } = findSurroundings(join(root, "deep/er/x.yaml"), { catalog });
    expect([...surroundings.models.keys()].sort()).toEqual(["/models/alike", "/models/own", "bare"]);
    // 128256 · 4096 · 2 + 32 · (2 · 4096² + 2 · 4096 · 1024 + 3 · 4096 · 14336 + norms) = 8.03 B
    expect((surroundings.models.get("/models/own")?.parameters ?? 0) / 8.03e9).toBeCloseTo(1, 2);
    expect(surroundings.models.get("/models/alike")?.layers).toBe(80);
    expect(problems.map(({ message }) => plain(message))).toEqual([expect.stringContaining("nobody/nothing")]);
    const text = "model: /models/own\nmax-model-len: 4096\n# inference-lens: gpu=H100\n";
    const [one] = analyse(`${text}`, { catalog, surroundings, fileName: "vllm-config.yaml" }).deployments;
    expect(one?.settled?.model.layers).toBe(32);
  });

  it("makes own workloads usable wherever a built-in one is", () => {
    write(
      ".inference-lens/workloads/tickets.yaml",
      "kind: offline\nrequests: 10\npromptTokens: 300\noutputTokens: { uniform: [10, 30] }\n",
    );
    write(".inference-lens/workloads/broken.yaml", "kind: sideways\n");
    write(".inference-lens/workloads/traced.yaml", "kind: trace\npath: rows.csv\n");
    write(".inference-lens/workloads/rows.csv", "arrival,prompt_tokens,output_tokens\n0,100,10\n2,200,20\n");
    const found = new SurroundingsFiles(catalog).find(join(root, "x.yaml"));
    expect([...found.workloads.keys()]).toEqual(["tickets", "rows.csv"]);
    expect(found.catalog.workloads().slice(0, 2)).toEqual(["tickets", "rows.csv"]);
    expect(found.catalog.workload("Tickets")?.rows).toHaveLength(10);
    expect(found.catalog.workload("tickets")?.cv).toBeNull();
    expect(found.catalog.workload("chat")).toBe(catalog.workload("chat"));
    expect(found.problems.map(({ file }) => file)).toEqual([join(root, ".inference-lens/workloads/broken.yaml")]);
  });

  it("makes of a workload that is like another what that one is, with its own changes", () => {
    write(".inference-lens/workloads/chat.yaml", "like: chat\nratePerSecond: 3\nmaxInFlight: 8\n");
    write(".inference-lens/workloads/bursts.yaml", "like: chat\nname: mine\narrivals: gamma\ncv: 4\n");
    write(".inference-lens/workloads/round.yaml", "like: square\n");
    write(".inference-lens/workloads/square.yaml", "like: round\n");
    const files = new SurroundingsFiles(catalog);
    const found = files.find(join(root, "x.yaml"));
    // Its own name means the built-in one; another's means the project's.
    expect(found.workloads.get("chat")).toMatchObject({ kind: "requests", ratePerSecond: 3, maxInFlight: 8 });
    expect(found.workloads.get("mine")).toMatchObject({ ratePerSecond: 3, maxInFlight: 8, cv: 4 });
    expect(found.catalog.workload("mine")?.rows.slice(0, 50)).toEqual(catalog.workload("chat")?.rows.slice(0, 50));
    expect(found.problems.map(({ file, message }) => [file.split("/").at(-1), message.args[0]])).toEqual([
      ["round.yaml", "The workload “square”, which it is like, cannot be read."],
      ["square.yaml", "The workload “round”, which it is like, cannot be read."],
    ]);
    // Nothing changed on the disk: nothing is made anew.
    expect(files.find(join(root, "x.yaml")).catalog).toBe(found.catalog);
  });
});

describe("own GPUs", () => {
  const text = "name: Lab Card\naliases: [lab]\nlike: H100\nmemory: 96 GiB\n";

  it("stand beside the catalogue's for the files below, first of all suggestions", () => {
    write("team/.inference-lens/gpus.yaml", text);
    const files = new SurroundingsFiles(catalog);
    const found = files.find(join(root, "team/deep/er/x.yaml")).catalog;
    expect([found.gpu("lab_card")?.id, found.gpu("LAB")?.id, found.gpu("H100")?.id]).toEqual(["Lab-Card", "Lab-Card", "H100-SXM5-80GB"]);
    expect(found.gpus()).toHaveLength(catalog.gpus().length + 1);
    expect(found.commonGpus()[0]?.id).toBe("Lab-Card");
    const gpu = found.gpu("lab");
    expect(gpu && found.kernels(gpu)[0]?.measuredOn.id).toBe("H100-SXM5-80GB");
    expect(files.find(join(root, "x.yaml")).catalog.gpu("lab")).toBeUndefined();
  });

  it("are read anew when their file changes; the catalogue stays the same as long as they do", () => {
    const file = write(".inference-lens/gpus.yaml", text);
    const files = new SurroundingsFiles(catalog);
    const found = () => files.find(join(root, "x.yaml")).catalog;
    const before = found();
    expect(found()).toBe(before);
    writeFileSync(file, text.replace("96", "64"));
    utimesSync(file, new Date(), new Date(Date.now() + 5000));
    expect(found()).not.toBe(before);
    expect(found().gpu("lab")?.memoryBytes).toBe(64 * 2 ** 30);
    rmSync(file);
    expect(found()).toBe(catalog);
  });

  it("are told where they are wrong, with the file's line", () => {
    const file = write(".inference-lens/gpus.yaml", `- { ${text.trim().replaceAll("\n", ", ")} }\n- { name: B, like: H900 }\n`);
    const { problems, catalog: found } = findSurroundings(join(root, "x.yaml"), { catalog });
    expect(problems.map((one) => [one.file, one.range.start.line, plain(one.message)])).toEqual([
      [file, 1, "“H900” is no GPU that the catalogue knows."],
    ]);
    expect(found.gpu("lab")?.id).toBe("Lab-Card");
  });

  it("that cannot be read are told, and cost nothing else", () => {
    write(".inference-lens/gpus.yaml", new Uint8Array([65, 0, 66]));
    const { problems, catalog: found } = findSurroundings(join(root, "x.yaml"), { catalog });
    expect(problems).toHaveLength(1);
    expect(found).toBe(catalog);
  });
});

describe("text files", () => {
  it("reads UTF-8 and UTF-16 without their marks", () => {
    expect(readTextFile(write("a.txt", "\ufeffgrün\r\n"), 100)).toBe("grün\r\n");
    expect(decoded(Buffer.from("\ufeffgrün", "utf16le"))).toBe("grün");
    expect(decoded(new Uint8Array([0xfe, 0xff, 0, 0x61]))).toBe("a");
  });

  it.each([
    ["missing", () => join(root, "absent"), "unreadable"],
    ["a folder", () => root, "folder"],
    ["binary", () => write("b", new Uint8Array([65, 0, 66])), "binary"],
    ["too large", () => write("c", "x".repeat(101)), "too-large"],
    ["a device", () => "/dev/zero", "no-file"],
    ["a link to itself", () => link("self", "self"), "unreadable"],
  ])("says why it cannot read what is %s", (_, path, kind) => {
    try {
      readTextFile(path(), 100);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FileError);
      expect(error).toMatchObject({ kind });
    }
  });

  it("finds YAML in order, past links, and leaves out what is nobody's deployment", () => {
    for (const path of [
      "b.yaml",
      "a/z.yml",
      "a/notes.txt",
      "node_modules/x/y.yaml",
      ".git/c.yaml",
      ".inference-lens.yaml",
      ".github/w.yml",
    ])
      write(path, "x");
    link("../a", "a/again");
    link("b.yaml", "linked.yaml");
    const { files, problems } = yamlFilesIn(root);
    expect(files.map((file) => file.slice(root.length + 1))).toEqual([".github/w.yml", "a/z.yml", "b.yaml", "linked.yaml"]);
    expect(problems).toEqual([]);
    expect(yamlFilesIn(join(root, "absent")).problems).toMatchObject([{ why: "does not exist" }]);
  });
});

function link(target: string, path: string): string {
  symlinkSync(target, join(root, path));
  return join(root, path);
}

describe("calibrations", () => {
  const text = (file: string) => `version: 1
file: ${file}
deployment: llama
holdsFor: { engine: vllm, engineVersion: 0.19.0, model: m, weights: none, gpu: H100-SXM5-80GB }
memory: { source: log, date: 2026-11-28, kvCacheBlocks: 1000 }
`;

  it("are those that name the file by its path from the folder that holds them", () => {
    write(".inference-lens/calibrations/a.llama.yaml", text("prod/deploy.yaml"));
    write(".inference-lens/calibrations/b.llama.yaml", text("deploy.yaml"));
    const { surroundings, problems } = findSurroundings(join(root, "prod/deploy.yaml"), { catalog });
    expect(problems).toEqual([]);
    expect(surroundings.calibrations.map(({ file, memory }) => [file, memory?.kvCacheBlocks])).toEqual([["prod/deploy.yaml", 1000]]);
  });

  it("of which two measure one pool: the first counts, the other is told", () => {
    write(".inference-lens/calibrations/a.yaml", text("deploy.yaml"));
    const second = write(".inference-lens/calibrations/b.yaml", text("deploy.yaml").replace("1000", "2000"));
    write(".inference-lens/calibrations/c.yaml", text("deploy.yaml").replace("holdsFor: {", "holdsFor: { role: decode,"));
    const { surroundings, problems } = findSurroundings(join(root, "deploy.yaml"), { catalog });
    expect(surroundings.calibrations.map(({ memory }) => [memory?.conditions.role, memory?.kvCacheBlocks])).toEqual([
      ["mixed", 1000],
      ["decode", 1000],
    ]);
    expect(problems.map((one) => [one.file, plain(one.message)])).toEqual([[second, "a.yaml measures the same pool: only that is used."]]);
  });

  it("that cannot be used are told and left out", () => {
    const file = write(".inference-lens/calibrations/a.yaml", text("deploy.yaml").replace("version: 1", "version: 7"));
    const { surroundings, problems } = findSurroundings(join(root, "deploy.yaml"), { catalog });
    expect(surroundings.calibrations).toEqual([]);
    expect(problems.map((one) => [one.file, plain(one.message)])).toEqual([[file, "Only version 1 of calibrations is known."]]);
  });
});
