import { type Fields, isFields } from "../../deployment/case-fields.ts";

/** Deeper than anything a look holds: what a damaged file nests further is taken as it stands. */
const deepest = 8;

/** What turns `from` into `to` as JSON Merge Patch (RFC 7396) has it, null taking a member away; undefined where nothing differs. */
export function mergePatch(from: Fields, to: Fields): Fields | undefined {
  const changes: [string, unknown][] = [];
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) changes.push([key, null]);
  for (const [key, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, key) ? from[key] : undefined;
    if (isFields(before) && isFields(value)) {
      const inner = mergePatch(before, value);
      if (inner) changes.push([key, inner]);
    } else if (!alike(before, value)) changes.push([key, value]);
  }
  return changes.length > 0 ? Object.fromEntries(changes) : undefined;
}

/** `from` with a merge patch laid over it; neither is changed. */
export function patched(from: Fields, patch: Fields, depth = deepest): Fields {
  const merged = new Map(Object.entries(from));
  for (const [key, value] of Object.entries(patch)) {
    const before = merged.get(key);
    if (value === null) merged.delete(key);
    else merged.set(key, depth > 0 && isFields(value) ? patched(isFields(before) ? before : {}, value, depth - 1) : value);
  }
  return Object.fromEntries(merged);
}

function alike(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b));
}
