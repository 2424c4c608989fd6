import { withJsonPatch } from "./json-patch.ts";
import type { FileAt } from "./kustomize.ts";
import type { YamlDocument, YamlValue } from "./yaml-document.ts";
import { withPatch } from "./yaml-merge.ts";

export interface Patch {
  readonly isFor: (object: YamlDocument) => boolean;
  readonly over: (object: YamlDocument) => YamlDocument;
}

/** A kustomization's patches in its order: strategic merges and JSON patches, in files of their own or in its text. */
export function patchesOf(root: YamlValue, from: string | undefined, fileAt: FileAt): Patch[] {
  const found: Patch[] = [];
  const add = (documents: readonly YamlDocument[], target: YamlValue): void => {
    for (const document of documents) found.push(patchOf(document, target));
  };
  for (const entry of [...root.at("patches").items(), ...root.at("patchesJson6902").items()]) {
    add([...written(entry.at("patch")), ...(fileAt(entry.at("path").string, from)?.documents ?? [])], entry.at("target"));
  }
  for (const entry of root.at("patchesStrategicMerge").items()) {
    add([...written(entry), ...(fileAt(entry.string, from)?.documents ?? [])], entry.at("target"));
  }
  return found;
}

/** A patch that stands in the kustomization itself. */
function written(value: YamlValue): YamlDocument[] {
  const document = value.document.embedded(value);
  return document ? [document] : [];
}

function patchOf(document: YamlDocument, target: YamlValue): Patch {
  const { root } = document;
  const isOperations = root.isList;
  return {
    isFor: target.exists ? (object) => isTarget(object.root, target) : (object) => !isOperations && isSame(object.root, root),
    over: isOperations ? (object) => withJsonPatch(object, root) : (object) => withPatch(object, document),
  };
}

/** A target's fields are anchored expressions; one that chooses by labels is followed by kind and name alone. */
function isTarget(object: YamlValue, target: YamlValue): boolean {
  const matches = (word: string, value: string): boolean => word === "" || value === word || isMatch(word, value);
  const [group = ""] = object.at("apiVersion").string.split("/");
  return (
    matches(target.at("kind").string, object.at("kind").string) &&
    matches(target.at("name").string, object.at("metadata", "name").string) &&
    (target.at("group").string === "" || target.at("group").string === group) &&
    labelsMatch(object, target.at("labelSelector").string)
  );
}

/** Alternatives with `.*` in them, as people write targets; compared piece by piece, so that no pattern runs long. */
function isMatch(pattern: string, value: string): boolean {
  return pattern.split("|").some((one) => {
    const [first = "", ...rest] = one.replace(/^\^|\$$/g, "").split(".*");
    if (!value.startsWith(first)) return false;
    let at = first.length;
    for (const [i, piece] of rest.entries()) {
      const found = i === rest.length - 1 ? Math.max(at, value.length - piece.length) : value.indexOf(piece, at);
      if (found < at || !value.startsWith(piece, found)) return false;
      at = found + piece.length;
    }
    return at === value.length;
  });
}

/** `a=b,c=d`; other selectors choose what cannot be told here. */
function labelsMatch(object: YamlValue, selector: string): boolean {
  if (selector === "") return true;
  return selector.split(",").every((term) => {
    const [key = "", value = ""] = term.split(/==?/).map((part) => part.trim());
    return value !== "" && object.at("metadata", "labels", key).string === value;
  });
}

function isSame(object: YamlValue, patch: YamlValue): boolean {
  return (
    object.at("kind").string === patch.at("kind").string && object.at("metadata", "name").string === patch.at("metadata", "name").string
  );
}
