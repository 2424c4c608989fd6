import type { ArgumentSite, Flag, Pool } from "./deployment.ts";
import type { Edit } from "./text.ts";

/** Words that need no quotes in a shell, in YAML, or inside either's quotes. */
const plainValue = /^[\w./:@+,-]+$/;

/** Words that YAML takes for numbers, switches or nothing. */
const notText = /^([-+]?(\d[\d_]*(\.\d*)?|\.\d+)(e[-+]?\d+)?|0x[\da-f]+|true|false|yes|no|on|off|null|~)$/i;

/** Makes the pool's engine take `--name=value` (null: a bare flag); no edits where that cannot be written safely. */
export function setFlag(pool: Pool, name: string, value: string | null): Edit[] {
  const flag = pool.engine.flags.get(name);
  if (flag && isWritten(flag)) return replaceFlagValue(flag, value);
  const { site } = pool.engine;
  const text = site && newArgument(site, name, value);
  return site && text !== undefined
    ? [{ range: { start: site.end.end, end: site.end.end }, newText: site.before + text + site.after }]
    : [];
}

/** Makes a switch that is on by itself or by its flag say no: `--no-name` as vLLM's parser has it, `name: false` in a mapping. */
export function switchOff(pool: Pool, name: string): Edit[] {
  const { flags, site } = pool.engine;
  const flag = flags.get(name);
  const isMapping = flag ? !flag.spelled.startsWith("-") : site?.style === "mapping" || site?.style === "fields";
  if (isMapping) return setFlag(pool, name, "false");
  if (!flag) return setFlag(pool, `no-${name}`, null);
  const isBare = isWritten(flag) && flag.value?.value === null && !flag.negated;
  return isBare ? [{ range: flag.flagRange, newText: `--no-${name}` }] : [];
}

/** Takes every occurrence of a flag away, with its value and the separators it needs. */
export function removeFlag(pool: Pool, name: string): Edit[] {
  return pool.engine.written
    .filter((flag) => flag.name === name && isWritten(flag))
    .map(({ wholeRange }) => ({ range: wholeRange, newText: "" }));
}

/** Changes what stands behind a written flag. */
export function replaceFlagValue(flag: Flag, value: string | null): Edit[] {
  if (!isWritten(flag) || !flag.value) return [];
  // A field of a mapping is a key; further arguments of the same engine may stand in a list.
  const isMapping = !flag.spelled.startsWith("-");
  if (value === null) {
    if (isMapping)
      return flag.valueRange ? [{ range: flag.valueRange, newText: flag.spelled.startsWith("no") && flag.negated ? "false" : "true" }] : [];
    // A bare flag: the positive form replaces the negative one.
    return flag.negated ? [{ range: flag.flagRange, newText: `--${flag.name}` }] : [];
  }
  if (!plainValue.test(value)) return [];
  if (!flag.valueRange)
    return [{ range: { start: flag.flagRange.end, end: flag.flagRange.end }, newText: isMapping ? `: ${value}` : `=${value}` }];
  return [{ range: flag.valueRange, newText: flag.bareItem && notText.test(value) ? `"${value}"` : value }];
}

/** Asks for `count` GPUs in limits and requests. */
export function setGpuCount(pool: Pool, count: number): Edit[] {
  const { gpusPerNode, gpuRequest } = pool.hardware;
  return [gpusPerNode, gpuRequest].flatMap((place) =>
    place?.origin === "file" && place.range ? [{ range: place.range, newText: String(count) }] : [],
  );
}

/** Asks for `count` instances of a pool; no edits where the number is not written in this file. */
export function setInstances({ instances }: Pool, count: number): Edit[] {
  return instances?.origin === "file" && instances.range ? [{ range: instances.range, newText: String(count) }] : [];
}

/** Gives the container memory at /dev/shm. */
export function addSharedMemory(pool: Pool): Edit[] {
  return pool.hardware.sharedMemorySites.map(({ at, text }) => ({ range: at, newText: text }));
}

/** Flags that were set from outside the file have no place in it, and what a platform sets to an unknown value has no words. */
function isWritten({ value, flagRange: { start, end } }: Flag): boolean {
  return value ? value.origin === "file" : start.line !== end.line || start.character !== end.character;
}

function newArgument({ style, after }: ArgumentSite, name: string, value: string | null): string | undefined {
  if (style === "mapping" || style === "fields") {
    const key = style === "fields" ? name.replaceAll("-", "_") : name;
    return value === null ? `${key}: true` : plainValue.test(value) ? `${key}: ${value}` : `${key}: '${value.replaceAll("'", "''")}'`;
  }
  if (value === null) return `--${name}`;
  if (plainValue.test(value)) return `--${name}=${value}`;
  switch (style) {
    case "shell":
      return /[\r\n]/.test(value) ? undefined : `--${name}='${value.replaceAll("'", "'\\''")}'`;
    case "block-list":
      return `'--${name}=${value.replaceAll("'", "''")}'`;
    case "flow-list":
      return after === '"'
        ? `--${name}=${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}`
        : after === "'"
          ? `--${name}=${value.replaceAll("'", "''")}`
          : undefined;
    case "string":
      return undefined;
    default: {
      const never: never = style;
      return never;
    }
  }
}
