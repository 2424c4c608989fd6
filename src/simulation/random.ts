import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A source of numbers in [0, 1). */
export type Source = () => number;

/** Independent streams, so that drawing more of one thing never changes another. */
export const streams = { arrivals: 0, promptTokens: 1, outputTokens: 2, routing: 3, conversations: 4 } as const;
export type Stream = keyof typeof streams;

/** The stream of a seed: xoroshiro128+ jumped 2^64 numbers ahead per stream. The sequence is pinned by a test. */
export function randomSource(seed: number, stream: Stream): Source {
  const generator = xoroshiro128plus(seed | 0);
  for (let jumps = streams[stream]; jumps > 0; jumps--) generator.jump();
  return () => uniformFloat64(generator);
}
