/** A member of a case that is not what it should be; its message names the member. */
export class CaseError extends Error {
  constructor(
    readonly code: "bad-case" | "unsupported" | "missing",
    text: string,
  ) {
    super(text);
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** null and absent alike mean: the engine's default. */
export function optional<T>(fields: Fields, key: string, read: (value: unknown, key: string) => T): T | undefined {
  const value = fields[key];
  return value === undefined || value === null ? undefined : read(value, key);
}

export function asFields(value: unknown, key: string): Fields {
  if (isFields(value)) return value;
  throw new CaseError("bad-case", `“${key}” must be an object.`);
}

export function asText(value: unknown, key: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new CaseError("bad-case", `“${key}” must be text.`);
}

/** Above what anybody runs, and small enough that sums of products stay whole numbers. */
const mostCount = 1_000_000_000;

export function asCount(value: unknown, key: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1)
    throw new CaseError("bad-case", `“${key}” must be a whole number from 1 up.`);
  if (value > mostCount) throw new CaseError("bad-case", `“${key}” must be at most ${mostCount}.`);
  return value;
}

/** A physical quantity, between what can be of any age or size. */
export function asBetween(least: number, most: number): (value: unknown, key: string) => number {
  return (value, key) => {
    if (typeof value === "number" && value >= least && value <= most) return value;
    throw new CaseError("bad-case", `“${key}” must be a number from ${least} to ${most}.`);
  };
}

export function asPositive(value: unknown, key: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw new CaseError("bad-case", `“${key}” must be a positive number.`);
}

export function asNotNegative(value: unknown, key: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new CaseError("bad-case", `“${key}” must be a number from 0 up.`);
}
