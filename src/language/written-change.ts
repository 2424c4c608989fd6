import type { Deployment, Pool } from "../deployment/deployment.ts";
import { removeFlag, setFlag, setGpuCount, setInstances, switchOff } from "../deployment/edit.ts";
import { type Message, message } from "../deployment/message.ts";
import { type Edit, LineMap, type Range } from "../deployment/text.ts";
import type { Change, PoolChange } from "../planning/change.ts";
import { gpusAsked } from "../rules/layout.ts";

/** The edits that make a text say a change, or why it cannot be made to. */
export type WrittenChange =
  | { readonly edits: readonly Edit[]; readonly obstacle?: undefined }
  | { readonly edits?: undefined; readonly obstacle: Message };

export function writtenChange({ pools }: Deployment, { parts }: Pick<Change, "parts">, text: string): WrittenChange {
  const edits: Edit[] = [];
  for (const part of parts) {
    const pool = pools[part.pool];
    if (!pool) continue;
    const obstacle = obstacleTo(pool, part, text);
    if (obstacle) return { obstacle };
    edits.push(...editsOf(pool, part));
  }
  return { edits: distinct(edits) };
}

/** Pools that share one set of words change it once. */
function distinct(edits: readonly Edit[]): readonly Edit[] {
  const seen = new Set<string>();
  return edits.filter(({ range, newText }) => {
    const key = JSON.stringify([range, newText]);
    return !seen.has(key) && seen.add(key);
  });
}

function editsOf(pool: Pool, { flags, gpus, instances }: PoolChange): readonly Edit[] {
  return [
    ...Object.entries(flags).flatMap(([name, value]) => flagEdits(pool, name, value)),
    ...(asksForMore(pool, gpus) ? setGpuCount(pool, gpus / nodesOf(pool)) : []),
    ...(instances === undefined ? [] : setInstances(pool, instances)),
  ];
}

function flagEdits(pool: Pool, name: string, value: string | null): readonly Edit[] {
  if (value === null) return removeFlag(pool, name);
  return value === "false" ? switchOff(pool, name) : setFlag(pool, name, value === "true" ? null : value);
}

function asksForMore(pool: Pool, gpus: number | undefined): gpus is number {
  const asked = gpusAsked(pool);
  return gpus !== undefined && asked !== undefined && gpus > asked;
}

function nodesOf({ hardware }: Pool): number {
  return hardware.nodes?.value ?? 1;
}

function obstacleTo(pool: Pool, change: PoolChange, text: string): Message | undefined {
  for (const [name, value] of Object.entries(change.flags)) {
    const obstacle = flagObstacle(pool, name, text) ?? (flagEdits(pool, name, value).length === 0 ? unwritable(name) : undefined);
    if (obstacle) return obstacle;
  }
  return gpuObstacle(pool, change.gpus) ?? instancesObstacle(pool, change.instances);
}

function gpuObstacle(pool: Pool, gpus: number | undefined): Message | undefined {
  if (!asksForMore(pool, gpus)) return undefined;
  const each = gpus / nodesOf(pool);
  const isWritable = Number.isInteger(each) && setGpuCount(pool, each).length > 0;
  return isWritable ? undefined : message("the number of GPUs is not written in this file");
}

function instancesObstacle(pool: Pool, instances: number | undefined): Message | undefined {
  const isWritable = instances === undefined || setInstances(pool, instances).length > 0;
  return isWritable ? undefined : message("the number of replicas is not written in this file");
}

function unwritable(name: string): Message {
  return message("{0} stands where it cannot be changed", name);
}

function flagObstacle({ engine: { flags, site } }: Pool, name: string, text: string): Message | undefined {
  const flag = flags.get(name);
  const file = flag ? (flag.valueRange ?? flag.flagRange).file : site?.end.file;
  if (file !== undefined) return message("{0} is written in {1}", name, fileName(file));
  if (!flag) return site ? undefined : message("this file has no place for {0}", name);
  if (!flag.value) return message("{0} has a value that cannot be read here", name);
  if (flag.value.origin !== "file") return message("{0} is set outside this file", name);
  const word = flag.valueRange && wordAt(text, flag.valueRange);
  return word !== undefined && isReference.test(word) ? message("{0} takes its value from {1}", name, word) : undefined;
}

/** A variable or a template: what it stands for may be used elsewhere too. */
const isReference = /\$|\{\{/;

function wordAt(text: string, range: Range): string {
  const { start, end } = new LineMap(text).span(range);
  return text.slice(start, end);
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
