import type { Flag } from "../deployment/deployment.ts";

/** One member of a flag's JSON object; `readable` false where the value is no JSON object that can be read here. */
export function jsonMember(flag: Flag, name: string): { readonly readable: boolean; readonly value: unknown } {
  const text = flag.value?.value;
  const parsed = typeof text === "string" ? parseJson(text) : undefined;
  if (parsed === undefined || typeof parsed.value !== "object" || parsed.value === null) return { readable: false, value: undefined };
  return { readable: true, value: Object.entries(parsed.value).find(([key]) => key === name)?.[1] };
}

/** The value, or undefined with the parser's own words lost: they differ from engine to engine. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
