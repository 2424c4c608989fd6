import "./parts/base.css";
import "./parts/bar-and-controls.css";
import "./parts/tables-and-bars.css";
import "./parts/widths.css";
import "./timeline.css";
import { startTimeline } from "./timeline/page.ts";
import { registerControls } from "./ui/toolkit.ts";

/**
 * The timeline page. The host's shell gives `<main id="app">`, dist/timeline.js and dist/timeline.css; messages are those of
 * src/protocol/timeline-view.ts. The page posts `ready` once it listens; until the answer nothing is drawn.
 *
 * What tests and tools may rely on, all on `document.body.dataset`:
 * - `ready` = "1" once the first header is drawn;
 * - `state` = running | run | problem | stale;
 * - `steps`, `events` (rows of any kind) and `requests` = how many are shown, `end` = that of the run in seconds, `from` and `to` = the seconds in view;
 * - `selected` = the request that is selected, `step` = the row of the step that is.
 */
registerControls();
startTimeline();
