import { bench } from "./bench.mjs";
import { editor } from "./editor.mjs";
import { fleet } from "./fleet.mjs";
import { identity } from "./identity.mjs";
import { kubernetes } from "./kubernetes.mjs";
import { kustomize } from "./kustomize.mjs";
import { live } from "./live.mjs";
import { livePage } from "./live-page.mjs";
import { look } from "./look.mjs";
import { memory } from "./memory.mjs";
import { plans } from "./plans.mjs";
import { recording } from "./recording.mjs";
import { report } from "./report.mjs";
import { store } from "./store.mjs";
import { timeline } from "./timeline.mjs";

/** Each a list of scenarios in order, of which later ones use what earlier ones left open; no story needs another. */
export const stories = [
  editor,
  kustomize,
  memory,
  bench,
  report,
  plans,
  timeline,
  live,
  livePage,
  identity,
  fleet,
  kubernetes,
  store,
  recording,
  look,
];
