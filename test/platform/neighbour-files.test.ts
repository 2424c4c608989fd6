import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { NeighbourFiles } from "../../src/platform/neighbour-files.ts";
import { definedObjects } from "../../src/platform/object-names.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function workspace(files: Readonly<Record<string, string>>): (path: string) => string {
  const root = mkdtempSync(join(tmpdir(), "inference-lens-neighbours-"));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return (path) => join(root, path);
}

const runtime = (name: string): string => `apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\nmetadata:\n  name: ${name}\n`;

describe("by path", () => {
  const place = () =>
    workspace({
      ".inference-lens.yaml": "",
      "base/kustomization.yaml": "resources: []\n",
      "base/deployment.yaml": "kind: Deployment\n",
      "overlays/prod/kustomization.yaml": "",
    });

  test("relative to the file that writes it, a folder by its kustomization", () => {
    const at = place();
    const neighbours = new NeighbourFiles().of(at("overlays/prod/kustomization.yaml"));
    expect(neighbours.at("../../base", undefined)).toEqual({ file: at("base/kustomization.yaml"), text: "resources: []\n" });
    expect(neighbours.at("deployment.yaml", at("base/kustomization.yaml"))).toMatchObject({ file: at("base/deployment.yaml") });
  });

  test("no web address, nothing missing, nothing outside the project", () => {
    const at = place();
    const neighbours = new NeighbourFiles().of(at("overlays/prod/kustomization.yaml"));
    expect(neighbours.at("https://example.com/base.yaml", undefined)).toBeUndefined();
    expect(neighbours.at("missing.yaml", undefined)).toBeUndefined();
    expect(neighbours.at("../../../../../../etc/hostname", undefined)).toBeUndefined();
    expect(neighbours.at("", undefined)).toBeUndefined();
  });
});

describe("by what it defines", () => {
  test("in the whole project, wherever the one file lies", () => {
    const at = workspace({ ".git/HEAD": "", "models/isvc.yaml": "kind: InferenceService\n", "runtimes/vllm.yaml": runtime("vllm") });
    const neighbours = new NeighbourFiles().of(at("models/isvc.yaml"));
    expect(neighbours.defining("ServingRuntime", "vllm")?.file).toBe(at("runtimes/vllm.yaml"));
    expect(neighbours.defining("ClusterServingRuntime", "vllm")).toBeUndefined();
  });

  test("none where two files do", () => {
    const at = workspace({ ".git/HEAD": "", "a.yaml": "", "b.yaml": runtime("vllm"), "c/d.yaml": runtime("vllm") });
    expect(new NeighbourFiles().of(at("a.yaml")).defining("ServingRuntime", "vllm")).toBeUndefined();
  });

  test("without a project, only beside the file", () => {
    const at = workspace({ "a.yaml": "", "b.yaml": runtime("near"), "deep/c.yaml": runtime("far") });
    const neighbours = new NeighbourFiles().of(at("a.yaml"));
    expect(neighbours.defining("ServingRuntime", "near")?.file).toBe(at("b.yaml"));
    expect(neighbours.defining("ServingRuntime", "far")).toBeUndefined();
  });
});

test("names are read in every way that objects are written", () => {
  const text = `# first
kind: ConfigMap
apiVersion: v1
metadata:
    labels:
        name: not-this
    name: "settings"
data:
  name: nor-this
---
metadata: { name: flow, labels: {} }
kind: "ServingRuntime"
---
kind: List
items: []
`;
  expect([...definedObjects(text)]).toEqual(["ConfigMap/settings", "ServingRuntime/flow"]);
  expect(definedObjects("name: x")).toEqual(new Set());
});
