import type { Launch } from "../../launch.ts";
import type { Mapped } from "../../mapped.ts";
import type { ReaderContext } from "../context.ts";
import { recognise } from "./recognise.ts";

/** The server that an image's own entry point is; undefined where nothing tells. */
export function imageEngine(image: Mapped | undefined, { names }: ReaderContext): Pick<Launch, "engine" | "launcher"> | undefined {
  return recognise({ command: undefined, args: [], image, environment: new Map() }, names).launches[0];
}
