import type { Hardware } from "../../deployment.ts";
import { indentAt, lineBreak, lineStart } from "../../placement.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";

type Sites = Hardware["sharedMemorySites"];

/** Insertions that mount a memory volume at /dev/shm; empty where the text is written in a way that no line can be added to. */
export function sharedMemorySites(pod: YamlValue, container: YamlValue, context: ReaderContext): Sites {
  if (pod.document.errors.length > 0 || pod.isFlow || container.isFlow) return [];
  const taken = pod
    .at("volumes")
    .items()
    .some((volume) => volume.at("name").string === "dshm");
  const name = taken ? "shared-memory" : "dshm";
  const mount = listItem(container, "volumeMounts", [`name: ${name}`, "mountPath: /dev/shm"], context);
  const volume = listItem(pod, "volumes", [`name: ${name}`, "emptyDir:", "  medium: Memory"], context);
  return mount && volume ? [mount, volume] : [];
}

/** Adds an item in front of a block list, or the list itself in front of a key of its owner. */
function listItem(
  owner: YamlValue,
  key: string,
  itemLines: readonly string[],
  { source, lines }: ReaderContext,
): Sites[number] | undefined {
  const list = owner.at(key);
  const eol = lineBreak(source);
  const item = (indent: string): string => itemLines.map((line, i) => `${indent}${i === 0 ? "- " : "  "}${line}${eol}`).join("");
  const first = list.items()[0]?.span;
  if (list.isList && !list.isFlow && first) {
    const start = lineStart(source, first.start);
    const lead = source.slice(start, first.start);
    if (!/^\s*-\s+$/.test(lead)) return undefined;
    return { at: lines.range({ start, end: start }), text: item(lead.slice(0, lead.indexOf("-"))) };
  }
  if (list.exists) return undefined;
  const neighbour = owner
    .entries()
    .find((entry) => entry.key && /^\s*$/.test(source.slice(lineStart(source, entry.key.span.start), entry.key.span.start)));
  if (!neighbour?.key) return undefined;
  const start = lineStart(source, neighbour.key.span.start);
  const indent = indentAt(source, neighbour.key.span.start);
  return { at: lines.range({ start, end: start }), text: `${indent}${key}:${eol}${item(`${indent}  `)}` };
}
