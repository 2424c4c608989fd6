import { isMap, isScalar, isSeq, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { parseImage } from "./images.ts";
import type { YamlDocument, YamlValue } from "./yaml-document.ts";

/** `images: [{name, newName, newTag, digest}]` changes every image of that repository. */
export function withImages(object: YamlDocument, images: readonly YamlValue[]): YamlDocument {
  if (images.length === 0) return object;
  const contents = imagesChanged(object, object.contents, images, 0);
  return contents === object.contents ? object : object.with(contents, object);
}

function imagesChanged(document: YamlDocument, own: unknown, images: readonly YamlValue[], depth: number): Node | undefined {
  const node = document.resolve(own);
  if (depth > 40) return node;
  if (isSeq(node)) {
    const items = node.items.map((item) => imagesChanged(document, item, images, depth + 1) ?? item);
    if (items.every((item, i) => item === document.resolve(node.items[i]))) return node;
    const list = new YAMLSeq();
    if (node.range) list.range = node.range;
    list.items.push(...items);
    return list;
  }
  if (!isMap(node)) return node;
  const map = new YAMLMap();
  if (node.range) map.range = node.range;
  let isChanged = false;
  for (const pair of node.items) {
    const before = document.resolve(pair.value);
    const isImage = isScalar(pair.key) && pair.key.value === "image" && isScalar(before) && typeof before.value === "string";
    const after = isImage ? newImage(before, images) : imagesChanged(document, pair.value, images, depth + 1);
    isChanged ||= after !== before;
    map.items.push(after === before || !after ? pair : new Pair(pair.key, after));
  }
  return isChanged ? map : node;
}

function newImage(before: Scalar, images: readonly YamlValue[]): Scalar {
  const text = String(before.value);
  const { tagAt, tag } = parseImage(text);
  const name = tag === "" ? text.replace(/[:@].*$/, "") : text.slice(0, tagAt - 1);
  const entry = images.find((one) => one.at("name").string === name);
  if (!entry) return before;
  const newTag = entry.at("newTag");
  const newName = entry.at("newName");
  const digest = entry.at("digest").string;
  const written = newTag.exists ? newTag : newName;
  const made = new Scalar(
    `${newName.string === "" ? name : newName.string}${digest !== "" ? `@${digest}` : newTag.exists ? `:${newTag.string}` : text.slice(name.length)}`,
  );
  const { span } = written;
  if (span) made.range = [span.start, span.end, span.end];
  return made;
}
