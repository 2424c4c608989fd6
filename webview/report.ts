import "./parts/base.css";
import "./parts/bar-and-controls.css";
import "./parts/verdict-and-figures.css";
import "./parts/tables-and-bars.css";
import "./parts/rows.css";
import "./parts/widths.css";
import "./report.css";
import { startReport } from "./report/page.ts";
import { registerControls } from "./ui/toolkit.ts";

/**
 * The report page. The host's shell gives `<main id="app">`, dist/report.js and dist/report.css; messages are those of
 * src/protocol/report-view.ts. The page posts `ready` once it listens; until the answer nothing is drawn.
 *
 * What tests and tools may rely on, all on `document.body.dataset`:
 * - `ready` = "1" once the first header is drawn;
 * - `state` = estimate | running | report | saturated | does-not-fit | missing | failed | stale | cancelled;
 * - `bands` = "1" once the ranges are those of runs beside the first, `nearest` = how many measured runs are near;
 * - `rates` = points of the curve over the rate, `advice` = changes tried, `sweep` = points of the sweep, `compared` = runs beside; "" until then;
 * - of the report shown, as raw numbers: `ttftP95`, `tpotP95` (seconds), `outputTokensPerSecond`, `requests`, `points` (of the time series).
 * Buttons are named `Run`, `Cancel` and, one a section, `Table`; fields `Workload`, `Rate`, `GPU`, `TTFT limit`, `TPOT limit`.
 */
registerControls();
startReport();
