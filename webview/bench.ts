import "./parts/base.css";
import "./parts/bar-and-controls.css";
import "./parts/verdict-and-figures.css";
import "./parts/tables-and-bars.css";
import "./parts/rows.css";
import "./parts/real-and-predicted.css";
import "./parts/widths.css";
import "./bench.css";
import { startBench } from "./bench/page.ts";
import { registerControls } from "./ui/toolkit.ts";

/**
 * The page of an imported benchmark. The host's shell gives `<main id="app">`, dist/bench.js and dist/bench.css; messages are those of
 * src/protocol/bench-view.ts. The page posts `ready` once it listens; until the answer nothing is drawn.
 *
 * What tests and tools may rely on, all on `document.body.dataset`: `ready` = "1" once it is drawn; `loads` = how many loads there are.
 * Buttons are named `Keep as calibration`, `Copy as Markdown`, and, one a section, `Table` and `Save PNG`.
 */
registerControls();
startBench();
