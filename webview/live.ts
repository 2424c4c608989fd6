import "./parts/base.css";
import "./parts/bar-and-controls.css";
import "./parts/verdict-and-figures.css";
import "./parts/tables-and-bars.css";
import "./parts/rows.css";
import "./parts/widths.css";
import "./parts/real-and-predicted.css";
import "./live.css";
import "./live-sections.css";
import { startLive } from "./live/page.ts";
import { registerControls } from "./ui/toolkit.ts";

/**
 * The live page. The host's shell gives `<main id="app">`, dist/live.js and dist/live.css; messages are those of
 * src/protocol/live-view.ts. The page posts `ready` once it listens.
 *
 * What tests and tools may rely on, all on `document.body.dataset`:
 * - `ready` = "1" once the first header is drawn;
 * - `state` = connecting | live | idle | restarted | lost | needs-key | wrong-page;
 * - `points` (samples held), `lastTime` (unix seconds of the newest), `running` (its running requests), `lines` (drawn), as raw numbers.
 * Buttons are named `Pause` (`Go on` while paused), `Record` (`Stop recording`), `Detach`, `Try now`, `Enter key`, `More panels`, `Go to now`,
 * `Review differences`, `Table`, and the windows `1 m` to `All`; sections have the ids `samples`, `members`, `gap`, `standing`, `drift`, `steps`
 * and `lengths`.
 */
registerControls();
startLive();
