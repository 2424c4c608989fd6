import { isMap, isScalar, isSeq, type Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import { wordTable } from "../catalog/word-table.ts";
import { type YamlDocument, YamlValue } from "./yaml-document.ts";

/** Keys by which Kubernetes tells the items of a list apart (patchMergeKey of its API types). */
const itemKeys: Readonly<Record<string, string>> = wordTable({
  containers: "name",
  initContainers: "name",
  env: "name",
  volumes: "name",
  volumeMounts: "mountPath",
  volumeDevices: "devicePath",
  ports: "containerPort",
  hostAliases: "ip",
  imagePullSecrets: "name",
  topologySpreadConstraints: "topologyKey",
});
const deepest = 60;

/**
 * A document with a strategic merge patch over it: mappings merge, lists whose items have a key merge by it, other values are replaced,
 * null removes. Every node stays where it was written, so each value keeps its own file's place.
 */
export function withPatch(base: YamlDocument, patch: YamlDocument): YamlDocument {
  return base.with(new Merge(base, patch, itemKeys).value(base.contents, patch.contents, "", 0), patch);
}

/** A value with a strategic merge patch over it; either may be missing. */
export function patchedValue(base: YamlValue, patch: YamlValue): YamlValue {
  if (!patch.exists) return base;
  if (!base.exists) return patch;
  return base.document.with(new Merge(base.document, patch.document, itemKeys).value(base.contents, patch.contents, "", 0), patch.document)
    .root;
}

/** A chart's values with others over them, as Helm merges files of values: mappings merge, all else is replaced. */
export function withValues(base: YamlDocument, over: YamlDocument): YamlDocument {
  return base.with(new Merge(base, over, {}).value(base.contents, over.contents, "", 0), over);
}

/** A mapping with another of the same document over it: mappings merge, all else is replaced, null removes. */
export function overlaid({ document, contents }: YamlValue, over: YamlValue): YamlValue {
  return new YamlValue(document, new Merge(document, document, {}).value(contents, over.contents, "", 0), undefined);
}

/** A part of one object over a part of another, as controllers merge them; lists under the keys of `joined` follow each other. Either may be missing. */
export function merged(base: YamlValue, over: YamlValue, joined: ReadonlySet<string> = new Set()): YamlValue {
  if (!base.exists) return over;
  if (!over.exists) return base;
  const contents = new Merge(base.document, over.document, itemKeys, joined).value(base.contents, over.contents, "", 0);
  return over.document.with(contents, base.document).root;
}

class Merge {
  constructor(
    private readonly base: YamlDocument,
    private readonly patch: YamlDocument,
    private readonly keys: Readonly<Record<string, string>>,
    private readonly joined: ReadonlySet<string> = new Set(),
  ) {}

  /** What stands under `key` in the end; undefined where neither says anything. */
  value(own: unknown, over: unknown, key: string, depth: number): Node | undefined {
    const before = this.base.resolve(own);
    const after = this.patch.resolve(over);
    if (!after || depth > deepest) return before;
    if (isMap(before) && isMap(after)) return this.map(before, after, depth);
    if (isSeq(before) && isSeq(after) && this.joined.has(key)) return both(before, after);
    const itemKey = Object.hasOwn(this.keys, key) ? this.keys[key] : undefined;
    return itemKey !== undefined && isSeq(before) && isSeq(after) ? this.list(before, after, itemKey, depth) : after;
  }

  private map(own: YAMLMap, over: YAMLMap, depth: number): Node {
    if (this.order(over) === "replace") return over;
    const merged = new YAMLMap();
    if (own.range) merged.range = own.range;
    const left = new Map(over.items.map((pair) => [keyOf(pair), pair]));
    left.delete("$patch");
    for (const pair of own.items) {
      const name = keyOf(pair);
      const patched = left.get(name);
      left.delete(name);
      if (!patched) merged.items.push(pair);
      else if (!this.removes(patched)) merged.items.push(new Pair(patched.key, this.value(pair.value, patched.value, name, depth + 1)));
    }
    for (const pair of left.values()) if (!this.removes(pair)) merged.items.push(pair);
    return merged;
  }

  private list(own: YAMLSeq, over: YAMLSeq, itemKey: string, depth: number): Node {
    const merged = new YAMLSeq();
    if (own.range) merged.range = own.range;
    const left = new Map(over.items.map((item, i) => [identity(this.patch, item, itemKey) ?? `#${i}`, item]));
    for (const item of own.items) {
      const name = identity(this.base, item, itemKey) ?? "";
      const patched = left.get(name);
      left.delete(name);
      const node = this.patch.resolve(patched);
      if (!node) merged.items.push(item);
      else if (this.order(node) !== "delete") merged.items.push(this.value(item, patched, "", depth + 1));
    }
    merged.items.push(...left.values());
    return merged;
  }

  private removes({ value }: Pair): boolean {
    const node = this.patch.resolve(value);
    return (isScalar(node) && node.value === null) || (node !== undefined && this.order(node) === "delete");
  }

  /** `$patch: delete` or `replace`. */
  private order(node: Node): unknown {
    return isMap(node) ? node.get("$patch") : undefined;
  }
}

function both(first: YAMLSeq, second: YAMLSeq): YAMLSeq {
  const all = new YAMLSeq();
  if (second.range) all.range = second.range;
  all.items.push(...first.items, ...second.items);
  return all;
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : "";
}

function identity(document: YamlDocument, item: unknown, key: string): string | undefined {
  const node = document.resolve(item);
  const value = isMap(node) ? node.get(key) : undefined;
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
