import { type Message, message } from "../deployment/message.ts";
import type { Range } from "../deployment/text.ts";
import type { Finding, Fix, Severity } from "./rule.ts";

export interface FindingParts {
  readonly related?: readonly { readonly range: Range | undefined; readonly message: Message }[];
  readonly fixes?: readonly (Fix | undefined)[];
}

/** A finding; related places without a range and fixes that cannot be written are left out. */
export function finding(code: string, severity: Severity, range: Range, text: Message, parts: FindingParts = {}): Finding {
  const related = (parts.related ?? []).flatMap(({ range: at, message: why }) => (at ? [{ range: at, message: why }] : []));
  return { code, severity, range, message: text, related, fixes: (parts.fixes ?? []).filter((fix) => fix !== undefined) };
}

/** The related places of a product of sizes. */
export function partsOfProduct(ranges: readonly (Range | undefined)[]): NonNullable<FindingParts["related"]> {
  return ranges.map((range) => ({ range, message: message("part of the product") }));
}
