/** Which part each of these rising ranks is in, of parts that hold so many, and what `look` finds there for its rank among the part's own. */
export function inRankedParts(
  ranks: readonly number[],
  counts: Float64Array,
  look: (part: number, within: readonly number[]) => readonly number[],
): number[] {
  const found: number[] = [];
  let before = 0;
  let part = 0;
  while (found.length < ranks.length) {
    while (part < counts.length - 1 && (ranks[found.length] as number) - before >= (counts[part] as number))
      before += counts[part++] as number;
    const end = before + (counts[part] as number);
    const within: number[] = [];
    for (let k = found.length; k < ranks.length && (ranks[k] as number) < end; k++) within.push((ranks[k] as number) - before);
    if (within.length === 0) break;
    for (const gap of look(part, within)) found.push(gap);
  }
  return found;
}
