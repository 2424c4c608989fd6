/** A table that is looked up by words people write: it has no members but its own, whatever the word (`constructor`, `__proto__`). */
export function wordTable<T>(members: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const table: Record<string, T> = Object.create(null);
  return Object.assign(table, members);
}
