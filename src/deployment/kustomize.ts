import { withNodeAt } from "./json-patch.ts";
import { withImages } from "./kustomize-images.ts";
import { patchesOf } from "./kustomize-patches.ts";
import type { OtherFile } from "./readers/context.ts";
import type { YamlDocument, YamlValue } from "./yaml-document.ts";

/** Finds the file at a path as `from` writes it; `from` undefined = the text that is read. */
export type FileAt = (path: string, from: string | undefined) => OtherFile | undefined;

/** Kustomizations name each other, in circles too: after so many the rest is left out. */
const mostEntered = 100;
const deepest = 8;
const mostObjects = 500;

/** The objects that a kustomization builds of the files that can be found, in kustomize's own order. */
export function kustomized(root: YamlValue, fileAt: FileAt): readonly YamlDocument[] {
  return new Build(fileAt).objects({ root, from: undefined, depth: 0 }, []);
}

/** A kustomization or component, by its kind or, where it names none, by its file's name. */
export function isKustomization(root: YamlValue, fileName: string): boolean {
  const kind = root.at("kind").string;
  if (kind === "" && !root.at("apiVersion").exists) {
    return /kustomization(\.ya?ml)?$/i.test(fileName) && ["resources", "bases", "patches"].some((key) => root.at(key).isList);
  }
  return (kind === "Kustomization" || kind === "Component") && root.at("apiVersion").string.startsWith("kustomize.config.k8s.io/");
}

interface Layer {
  readonly root: YamlValue;
  readonly from: string | undefined;
  readonly depth: number;
}

class Build {
  private entered = 0;

  constructor(private readonly fileAt: FileAt) {}

  /** Resources behind what is there already, over all of it components, patches, images and replicas. */
  objects(layer: Layer, before: readonly YamlDocument[]): readonly YamlDocument[] {
    const { root, from, depth } = layer;
    if (depth > deepest || ++this.entered > mostEntered) return before;
    let built = [...before];
    for (const path of [...texts(root.at("resources")), ...texts(root.at("bases"))]) {
      const file = this.fileAt(path, from);
      for (const document of file?.documents ?? []) built.push(...this.resource(document, file?.file ?? "", depth));
    }
    built = built.slice(0, mostObjects);
    for (const path of texts(root.at("components"))) {
      const file = this.fileAt(path, from);
      for (const { root: component } of file?.documents ?? []) {
        built = [...this.objects({ root: component, from: file?.file, depth: depth + 1 }, built)];
      }
    }
    for (const patch of patchesOf(root, from, this.fileAt))
      built = built.map((object) => (patch.isFor(object) ? patch.over(object) : object));
    const images = root.at("images").items();
    const replicas = root.at("replicas").items();
    return built.map((object) => withReplicas(withImages(object, images), replicas));
  }

  private resource(document: YamlDocument, file: string, depth: number): readonly YamlDocument[] {
    if (isKustomization(document.root, file)) return this.objects({ root: document.root, from: file, depth: depth + 1 }, []);
    return document.root.at("kind").exists ? [document] : [];
  }
}

function withReplicas(object: YamlDocument, replicas: readonly YamlValue[]): YamlDocument {
  const name = object.root.at("metadata", "name").string;
  const entry = replicas.find((one) => one.at("name").string === name);
  const count = entry?.at("count").contents;
  return entry && count && object.root.at("spec").isMap ? withNodeAt(object, ["spec", "replicas"], count, entry.document) : object;
}

function texts(list: YamlValue): string[] {
  return list
    .items()
    .map((item) => item.string)
    .filter((text) => text !== "");
}
