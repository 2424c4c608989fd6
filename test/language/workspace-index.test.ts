import { describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { ObjectIndex } from "../../src/language/object-index.ts";
import { overviewOf } from "../../src/language/overview.ts";
import { Slices } from "../../src/language/slices.ts";
import { WorkspaceIndex } from "../../src/language/workspace-index.ts";
import { definedObjects } from "../../src/platform/object-names.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed, yaml } from "./deployments.ts";

/** A folder in memory; what is asked of it is counted. */
class Folder {
  readonly asked: string[] = [];
  readonly files = new Map<string, { readonly text: string; readonly time: number }>();
  private time = 0;

  write(uri: string, text: string): void {
    this.files.set(uri, { text, time: this.time++ });
  }

  async list(): Promise<readonly string[]> {
    return [...this.files.keys()];
  }

  async stamp(uri: string): Promise<string | undefined> {
    const file = this.files.get(uri);
    return file && `${file.time} ${file.text.length}`;
  }

  async text(uri: string): Promise<string | undefined> {
    this.asked.push(uri);
    return this.files.get(uri)?.text;
  }

  readonly known = new ObjectIndex();

  path(uri: string): string {
    return uri;
  }

  objects(text: string): ReadonlySet<string> {
    return definedObjects(text);
  }

  options(uri: string) {
    const file = (name: string | undefined) => {
      const found = name === undefined ? undefined : this.files.get(name);
      return found && name !== undefined ? { file: name, text: found.text } : undefined;
    };
    const neighbours = {
      at: (path: string) => file(path),
      defining: (kind: string, name: string) => {
        const [only, ...others] = this.known.filesDefining(`${kind}/${name}`);
        return others.length > 0 ? undefined : file(only);
      },
      model: () => undefined,
    };
    return { catalog: testCatalog(), fileName: uri, surroundings: { ...noSurroundings, neighbours } };
  }
}

const rest = () => new Promise<void>((resolve) => setImmediate(resolve));

function indexOf(folder: Folder, onRelated: () => void = () => {}) {
  const slices = new Slices(() => performance.now(), rest);
  const index = new WorkspaceIndex(folder, folder.known, slices, { onRead: () => {}, onRelated });
  const rows = (): readonly string[] =>
    index
      .found()
      .flatMap(({ uri, overview }) =>
        overview.rows.map(({ name, model, gpus, summary }) =>
          [uri, name, model, gpus && plain(gpus), plain(summary)].filter((word) => word !== undefined).join(" · "),
        ),
      );
  return { index, rows };
}

describe("an index of a workspace", () => {
  test("lists deployments by file: name, model, GPUs, verdict", async () => {
    const folder = new Folder();
    folder.write("b.yaml", yaml({ gpu: "H100", gpus: 2, args: ["--tensor-parallel-size=2"] }));
    folder.write("a.yaml", [yaml({ name: "one" }), yaml({ name: "two", args: ["--tensor-parallel-size=2"] })].join("---\n"));
    folder.write("c.yaml", "jobs: [build]\n");
    const { index, rows } = indexOf(folder);
    await index.refresh();
    expect(rows()).toEqual([
      "a.yaml · one · Llama-3.1-8B-Instruct · 1 × GPU an instance · GPU not named",
      "a.yaml · two · Llama-3.1-8B-Instruct · 1 × GPU an instance · will not start",
      expect.stringMatching(/^b\.yaml · llama · Llama-3\.1-8B-Instruct · 2 × H100-80GB an instance · fits, \d+k KV tokens$/),
    ]);
  });

  test("reads a file again only when it changed, and forgets it when it is gone", async () => {
    const folder = new Folder();
    folder.write("a.yaml", yaml({ name: "a" }));
    folder.write("b.yaml", yaml({ name: "b" }));
    let related = 0;
    const { index, rows } = indexOf(folder, () => related++);
    await index.refresh();
    // Once for what they define, once for what they start.
    expect([folder.asked, related]).toEqual([["a.yaml", "b.yaml", "a.yaml", "b.yaml"], 1]);
    folder.asked.length = 0;
    await index.refresh();
    expect([folder.asked, related]).toEqual([[], 1]);
    folder.write("b.yaml", yaml({ name: "new" }));
    await index.changed("b.yaml");
    expect([folder.asked, related]).toEqual([["b.yaml", "b.yaml"], 2]);
    folder.files.delete("a.yaml");
    await index.changed("a.yaml");
    expect(rows()).toEqual(["b.yaml · new · Llama-3.1-8B-Instruct · 1 × GPU an instance · GPU not named"]);
    folder.asked.length = 0;
    await index.invalidate();
    expect(folder.asked).toEqual(["b.yaml", "b.yaml"]);
    await index.changed("elsewhere.yaml");
    expect(folder.asked.length).toBe(2);
  });

  test("an editor's text counts while it is open", async () => {
    const folder = new Folder();
    folder.write("a.yaml", yaml({ name: "disk" }));
    const { index, rows } = indexOf(folder);
    index.hold("a.yaml", overviewOf(analysed(yaml({ name: "editor" })), testCatalog()));
    await index.refresh();
    expect(rows().map((row) => row.split(" · ")[1])).toEqual(["editor"]);
    await index.release("a.yaml");
    expect(rows().map((row) => row.split(" · ")[1])).toEqual(["disk"]);
  });

  test("reads a file again when another that it names comes, changes or goes", async () => {
    const folder = new Folder();
    const runtime = (gpus: number): string =>
      `apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata:
  name: vllm
spec:
  containers:
    - name: kserve-container
      image: vllm/vllm-openai:v0.18.1
      command: [vllm, serve]
      args: [meta-llama/Llama-3.1-8B-Instruct, --tensor-parallel-size=2]
      resources: { limits: { nvidia.com/gpu: ${gpus} } }
`;
    folder.write(
      "service.yaml",
      "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: { name: chat }\nspec:\n  predictor:\n    model:\n      runtime: vllm\n      modelFormat: { name: vLLM }\n      storageUri: hf://meta-llama/Llama-3.1-8B-Instruct\n",
    );
    const { index, rows } = indexOf(folder);
    await index.refresh();
    const service = () => rows().find((row) => row.startsWith("service.yaml"));
    const alone = service();
    folder.write("runtime.yaml", runtime(1));
    await index.refresh();
    expect(service()).toMatch(/will not start/);
    folder.write("runtime.yaml", runtime(2));
    await index.changed("runtime.yaml");
    expect(service()).toMatch(/GPU not named/);
    folder.files.delete("runtime.yaml");
    await index.changed("runtime.yaml");
    expect(service()).toBe(alone);
  });

  test("keeps findings without fixes, and what could not be read", async () => {
    const folder = new Folder();
    folder.write("a.yaml", yaml({ args: ["--tensor-parallel-size=2"] }));
    const { index } = indexOf(folder);
    await index.refresh();
    const [file] = index.found();
    expect(file?.isOpen).toBe(false);
    expect(file?.overview.findings.map(({ code, fixes }) => [code, fixes.length])).toEqual([["gpu-count", 0]]);
  });
});

describe("slices", () => {
  test("the thread is handed back after 5 ms of work, between parts", async () => {
    let now = 0;
    const seen: number[] = [];
    const slices = new Slices(
      () => now,
      async () => {
        seen.push(now);
        now += 100;
      },
    );
    function* work(parts: number): Generator<undefined, string> {
      for (let part = 0; part < parts; part++) {
        now += 2;
        yield;
      }
      return "done";
    }
    expect(await slices.run(work(4))).toBe("done");
    expect(await slices.run(work(3))).toBe("done");
    // Before the first part, then after three of 2 ms; the fourth shares its slice with the first two of the next work.
    expect(seen).toEqual([0, 106, 212]);
  });
});

test("2,000 files are read within 5 s of CPU", async () => {
  const folder = new Folder();
  const models = ["meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-8B", "deepseek-ai/DeepSeek-V3"];
  for (let index = 0; index < 2000; index++) {
    const model = models[index % models.length] ?? "";
    const args = [`--tensor-parallel-size=${2 ** (index % 4)}`, `--max-model-len=${4096 * (1 + (index % 8))}`];
    folder.write(`${index}.yaml`, yaml({ name: `d${index}`, model, gpus: 8, args, ...(index % 2 === 0 ? { gpu: "H100" } : {}) }));
  }
  const { index } = indexOf(folder);
  const before = process.cpuUsage();
  await index.refresh();
  const { user, system } = process.cpuUsage(before);
  expect(index.found().length).toBe(2000);
  // Five times the limit: a machine that does other things is no failure.
  expect((user + system) / 1e6).toBeLessThan(25);
}, 60_000);
