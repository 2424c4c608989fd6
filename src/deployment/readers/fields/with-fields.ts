import type { MappingFlags } from "../../units.ts";

/** A platform's own fields in front of what a mounted file says. */
export function withFields(mounted: MappingFlags | undefined, fields: Pick<MappingFlags, "flags" | "model">): MappingFlags {
  if (!mounted) return { ...fields, site: undefined, complete: true, readBy: "platform" };
  return { ...mounted, flags: [...fields.flags, ...mounted.flags], model: fields.model ?? mounted.model };
}
