import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A source of numbers in [0, 1). */
export type Source = () => number;

/** Independent streams, so that drawing more of one thing never changes another. */
export const streams = {
  arrivals: 0,
  promptTokens: 1,
  outputTokens: 2,
  routing: 3,
  conversations: 4,
  classes: 5,
  turns: 6,
  thinking: 7,
  order: 8,
  lengthsForeseen: 9,
} as const;
export type Stream = keyof typeof streams;

/** Streams of one part of a workload. */
const streamsOfPart = 16;

/** The stream of a seed: xoroshiro128+ jumped 2^64 numbers ahead per stream. The sequence is pinned by a test. Parts of a workload have streams of their own. */
export function randomSource(seed: number, stream: Stream, part = 0): Source {
  const generator = xoroshiro128plus(seed | 0);
  for (let jumps = streams[stream] + part * streamsOfPart; jumps > 0; jumps--) generator.jump();
  return () => uniformFloat64(generator);
}
