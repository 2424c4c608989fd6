import type { Deployment } from "../../deployment/deployment.ts";
import type { Known, Origin } from "../../deployment/located.ts";
import { isReadable } from "../../deployment/mapped.ts";

/** Something that a file leaves unknown, or that was assumed, and that a running pod tells. */
export interface Fill {
  readonly what: "gpu" | "version" | "model";
  readonly value: string;
  /** What was assumed in its place; null = nothing was known. */
  readonly assumed: string | null;
}

/** What nobody wrote into the file, nor into a directive for it. */
const assumedOrigins: ReadonlySet<Origin> = new Set(["project", "setting", "engine-default"]);

/** What a pod tells of a deployment that its file does not. */
export function fills(file: Deployment, runs: Deployment): readonly Fill[] {
  const [said] = file.pools;
  const [ran] = runs.pools;
  if (!said || !ran) return [];
  return [
    fill("gpu", said.hardware.gpu, ran.hardware.gpu, (gpu) => gpu),
    fill("version", said.engine.version, ran.engine.version, ({ text }) => text),
    fill("model", file.model, runs.model, ({ name }) => (isReadable(name) ? name : undefined)),
  ].flatMap((one) => one ?? []);
}

function fill<T>(what: Fill["what"], file: Known<T>, runs: Known<T>, words: (value: T) => string | undefined): Fill | undefined {
  const value = runs && words(runs.value);
  const before = file && words(file.value);
  if (value === undefined || value === before) return undefined;
  if (file && before !== undefined && !assumedOrigins.has(file.origin)) return undefined;
  return { what, value, assumed: before ?? null };
}
