import { usage } from "../exit.ts";
import type { Session } from "../session.ts";

/** `--cases` takes the place of paths and of a bare command. */
export function refuseBoth(paths: readonly string[], { bare }: Session): void {
  if (paths.length > 0 || bare) throw usage("Give either paths or --cases, not both.");
}
