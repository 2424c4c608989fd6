import type { Settled } from "../deployment/settled.ts";

/** Engines whose steps and scheduler are followed; of the others only memory is judged. */
export function isTimed({ engine }: Pick<Settled, "engine">): boolean {
  return engine === "vllm";
}
