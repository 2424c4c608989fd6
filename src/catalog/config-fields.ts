/** Reading of a `config.json` whose shape nobody guarantees: a member counts only where it has the type looked for. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined;
}

/** The first of these names that holds a finite number. */
export function numberOf(fields: Fields | undefined, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = fields?.[name];
    if (typeof value === "number" && Number.isFinite(value)) return value;
  }
  return undefined;
}

export function textOf(fields: Fields | undefined, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields?.[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

export function booleanOf(fields: Fields | undefined, name: string): boolean | undefined {
  const value = fields?.[name];
  return typeof value === "boolean" ? value : undefined;
}

/** The strings of the first of these names that holds a list; undefined where none does. */
export function wordsOf(fields: Fields | undefined, ...names: readonly string[]): readonly string[] | undefined {
  const value = names.map((name) => fields?.[name]).find((one) => Array.isArray(one));
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
}

/** The numbers of a list; undefined where there is no list. */
export function numbersOf(fields: Fields | undefined, name: string): readonly number[] | undefined {
  const value = fields?.[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "number") : undefined;
}
