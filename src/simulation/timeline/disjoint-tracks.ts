/** When each row of a table begins and ends. */
export interface Spans {
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/** A nanosecond's rounding apart is still one behind the other. */
const touching = 1e-9;

/**
 * Rows in lists that do not overlap, each in order of time: one list, or as many as there are at once (batches of pipeline stages). Beyond
 * `most` lists the rest goes into the last one.
 */
export function disjointTracks({ start, end }: Spans, rows: Int32Array, most = Number.POSITIVE_INFINITY): readonly Int32Array[] {
  const inOrder = rows.slice().sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
  const tracks: number[][] = [];
  const free: number[] = [];
  for (const row of inOrder) {
    let track = free.findIndex((time) => time <= (start[row] as number) + touching);
    if (track < 0) track = Math.min(tracks.length, most - 1);
    const list = tracks[track] ?? [];
    list.push(row);
    tracks[track] = list;
    free[track] = Math.max(free[track] ?? 0, end[row] as number);
  }
  return tracks.map((track) => Int32Array.from(track));
}
