import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { analyse } from "../../src/language/analysis.ts";
import { ModelFolders } from "../../src/platform/model-folders.ts";
import { findSurroundings } from "../../src/platform/surroundings-files.ts";
import { testCatalog } from "../support/catalog.ts";
import { safetensorsFile, smallConfig, smallTensors } from "../support/checkpoints.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function workspace(): string {
  const root = mkdtempSync(join(tmpdir(), "inference-lens-models-"));
  folders.push(root);
  writeFileSync(join(root, ".inference-lens.yaml"), "");
  return root;
}

/** A model's folder in two files with an index. */
function modelFolder(root: string, name = "model"): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const tensors = smallTensors();
  const shards = [tensors.slice(0, 8), tensors.slice(8)];
  const names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const weightMap = Object.fromEntries(shards.flatMap((shard, i) => shard.map((one) => [one.name, names[i]])));
  shards.forEach((shard, i) => {
    writeFileSync(join(folder, names[i] ?? ""), safetensorsFile(shard));
  });
  writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify({ metadata: { total_size: 1 }, weight_map: weightMap }));
  writeFileSync(join(folder, "config.json"), JSON.stringify(smallConfig));
  return folder;
}

const read = (folder: string) => new ModelFolders().get(join(folder, "config.json"));

describe("a model's folder", () => {
  test("its config with the tensors of all files, adapters left out", () => {
    const folder = modelFolder(workspace());
    writeFileSync(join(folder, "adapter_model.safetensors"), "no model");
    const { model } = read(folder);
    expect(model?.checkpoint?.layers).toHaveLength(2);
    expect(model?.checkpoint?.embedding.bytes).toBe(1024 * 256 * 2);
  });

  test("files that are links, as the hub's cache has them", () => {
    const root = workspace();
    const blobs = modelFolder(root, "blobs");
    const folder = join(root, "snapshots");
    mkdirSync(folder);
    for (const name of [
      "config.json",
      "model.safetensors.index.json",
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
    ])
      symlinkSync(join(blobs, name), join(folder, name));
    expect(read(folder).model?.checkpoint).toBeDefined();
  });

  test("files that are not fetched leave the sizes to be counted", () => {
    const folder = modelFolder(workspace());
    rmSync(join(folder, "model-00002-of-00002.safetensors"));
    expect(read(folder).model).toMatchObject({ layers: 2 });
    expect(read(folder).model?.checkpoint).toBeUndefined();
    writeFileSync(join(folder, "model-00002-of-00002.safetensors"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\n");
    expect(read(folder).model).toMatchObject({ layers: 2 });
  });

  test("a file that is torn is said so", () => {
    const folder = modelFolder(workspace());
    const file = join(folder, "model-00001-of-00002.safetensors");
    truncateSync(file, statSync(file).size - 10);
    expect(read(folder).problem).toBe(
      "model-00001-of-00002.safetensors is no whole safetensors file: it is cut short: its tensors end behind it.",
    );
    truncateSync(file, 20);
    expect(read(folder).problem).toContain("its header is cut short");
    writeFileSync(file, "x".repeat(2000));
    expect(read(folder).problem).toContain("does not begin with the length");
    writeFileSync(file, Buffer.concat([Buffer.from([0, 0, 0, 5, 0, 0, 0, 0]), Buffer.alloc(2000)]));
    expect(read(folder).problem).toContain("cut short");
  });

  test.skipIf(process.platform === "win32")("a pipe in a file's place is not waited for", () => {
    const root = workspace();
    const folder = modelFolder(root, "weights");
    rmSync(join(folder, "model-00001-of-00002.safetensors"));
    execFileSync("mkfifo", [join(folder, "model-00001-of-00002.safetensors")]);
    expect(() => read(folder)).toThrow("is no file");
    const piped = modelFolder(root, "config");
    rmSync(join(piped, "config.json"));
    execFileSync("mkfifo", [join(piped, "config.json")]);
    expect(() => read(piped)).toThrow("is no file");
  });

  test("is read again when a file changes, and only then", () => {
    const folder = modelFolder(workspace());
    const models = new ModelFolders();
    const config = join(folder, "config.json");
    const first = models.get(config);
    expect(models.get(config)).toBe(first);
    writeFileSync(config, JSON.stringify({ ...smallConfig, num_hidden_layers: 3 }));
    utimesSync(config, new Date(), new Date(Date.now() + 5000));
    expect(models.get(config).problem).toContain("3 layers");
  });
});

describe("a deployment that names a folder", () => {
  const compose = (model: string, volumes: string, directive = "") => `${directive}services:
  vllm:
    image: vllm/vllm-openai:v0.19.0
    command: --model ${model} --tensor-parallel-size 1
    volumes: [${volumes}]
`;
  const analysed = (root: string, text: string) => {
    const catalog = testCatalog();
    const { surroundings } = findSurroundings(join(root, "compose.yaml"), { catalog });
    return analyse(text, { catalog, surroundings, fileName: join(root, "compose.yaml") }).deployments[0];
  };
  const modelOf = (root: string, text: string) => analysed(root, text)?.deployment.model?.value;

  test("as a path, behind a mount, or by the directive", () => {
    const root = workspace();
    modelFolder(root, "models/small");
    for (const text of [
      compose("./models/small", ""),
      compose("/weights/small", "./models:/weights:ro"),
      compose("/weights", "{ type: bind, source: ./models/small/, target: /weights }"),
      compose("served/elsewhere", "", "# inference-lens: model-config=models/small\n"),
      compose("served/elsewhere", "", "# inference-lens: model-config=models/small/config.json\n"),
    ])
      expect(modelOf(root, text)?.facts?.value.checkpoint, text).toBeDefined();
  });

  test("not outside the workspace, not a named volume, not by a hub's name", () => {
    const root = workspace();
    modelFolder(root, "org/small");
    const inner = join(root, "inner");
    mkdirSync(inner);
    writeFileSync(join(inner, ".inference-lens.yaml"), "");
    expect(modelOf(inner, compose("../org/small", ""))?.facts).toBeUndefined();
    expect(modelOf(root, compose("/weights/small", "weights:/weights"))?.facts).toBeUndefined();
    expect(modelOf(root, compose("org/small", ""))?.facts).toBeUndefined();
    expect(modelOf(root, compose("/nowhere/small", ""))?.facts).toBeUndefined();
  });

  test("by a directive that leads nowhere is told at the model", () => {
    const problem = modelOf(workspace(), compose("served/elsewhere", "", "# inference-lens: model-config=models/none\n"))?.problem;
    expect(problem).toBe(
      "model-config names models/none, which is no described model, no known one, and no folder with a config.json here.",
    );
  });

  test("that cannot be read is told at the model", () => {
    const root = workspace();
    const folder = modelFolder(root, "models/small");
    writeFileSync(join(folder, "config.json"), JSON.stringify({ ...smallConfig, num_hidden_layers: 5 }));
    const deployment = analysed(root, compose("./models/small", ""));
    const finding = deployment?.findings.find(({ code }) => code === "unknown-model");
    expect(finding && plain(finding.message)).toBe(
      "./models/small cannot be read as a model. Its files contradict each other: config.json has 5 layers, but the files have no tensors of layer 2.",
    );
  });
});
