/**
 * When a stage ends that computes for `compute` nanoseconds from `begins` on and reads cache that is all there at `loadedAt`. Layers of one
 * size come one behind the other: each is computed when it is there and the one before it is done; 0 layers = all of it must be there first.
 */
export function endBehindLoad(begins: number, compute: number, loadedAt: number, layers: number): number {
  const load = loadedAt - begins;
  if (load <= 0) return begins + compute;
  if (layers <= 0) return loadedAt + compute;
  return Math.ceil(begins + Math.max(compute, load) + Math.min(compute, load) / layers);
}
