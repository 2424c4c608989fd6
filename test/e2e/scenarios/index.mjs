import { editor } from "./editor.mjs";
import { kustomize } from "./kustomize.mjs";
import { live } from "./live.mjs";
import { look } from "./look.mjs";
import { report } from "./report.mjs";

/** In order: later ones use what earlier ones left open. */
export const scenarios = [...editor, ...kustomize, ...report, ...live, ...look];
