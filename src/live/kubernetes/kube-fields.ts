import { isFields } from "../../deployment/case-fields.ts";

/** A list of an object of Kubernetes; empty where there is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Names with texts: labels, annotations, limits; numbers as they are written. */
export function texts(value: unknown): ReadonlyMap<string, string> {
  const entries = isFields(value) ? Object.entries(value) : [];
  return new Map(entries.flatMap(([name, one]) => (typeof one === "string" || typeof one === "number" ? [[name, String(one)]] : [])));
}
