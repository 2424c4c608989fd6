import { type Fields, isFields } from "../../deployment/case-fields.ts";
import type { LiveState } from "../snapshot.ts";
import type { MemberState } from "../source.ts";
import { measuresFrom, measuresJson, memberOf } from "./measures-json.ts";

const roles: readonly MemberState["role"][] = ["prefill", "decode", "both"];
const states: readonly LiveState[] = ["live", "idle", "restarted", "lost"];

/** Members as JSON, in their order; figures that one engine of `alone` has already stand as its name. */
export function membersJson(members: readonly MemberState[], alone: unknown): Fields {
  const engines = new Map(isFields(alone) ? Object.entries(alone).map(([engine, figures]) => [JSON.stringify(figures), engine]) : []);
  const each = members.map(({ name, measures, ...rest }) => {
    const figures = measures && measuresJson(measures);
    const engine = figures && engines.get(JSON.stringify(figures));
    return [name, { ...rest, ...(figures ? { measures: engine ?? figures } : {}) }] as const;
  });
  return { order: members.map(({ name }) => name), each: Object.fromEntries(each) };
}

/** The members that `membersJson` wrote, without those that make no sense; undefined where none were written. */
export function membersFrom(value: unknown, alone: unknown): readonly MemberState[] | undefined {
  if (!isFields(value) || !Array.isArray(value.order)) return undefined;
  return value.order.flatMap((name: unknown): MemberState[] => {
    const member = typeof name === "string" ? memberOf(value.each, name) : undefined;
    if (typeof name !== "string" || !isFields(member)) return [];
    const state = states.find((one) => one === member.state);
    const figures = typeof member.measures === "string" ? memberOf(alone, member.measures) : member.measures;
    return state
      ? [
          {
            name,
            role: roles.find((one) => one === member.role) ?? "both",
            state,
            detail: typeof member.detail === "string" ? member.detail : "",
            engines: typeof member.engines === "number" ? member.engines : 0,
            measures: isFields(figures) ? measuresFrom(figures) : undefined,
          },
        ]
      : [];
  });
}
