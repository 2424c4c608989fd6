import "./parts/base.css";
import "./parts/bar-and-controls.css";
import "./parts/verdict-and-figures.css";
import "./parts/tables-and-bars.css";
import "./parts/widths.css";
import "./memory.css";
import { startMemory } from "./memory/page.ts";
import { registerControls } from "./ui/toolkit.ts";

/**
 * The memory page. The host's shell gives `<main id="app">`, dist/memory.js and dist/memory.css; messages are those of
 * src/protocol/memory-view.ts. The page posts `ready` once it listens; until the answer nothing is drawn.
 *
 * What tests and tools may rely on, all on `document.body.dataset`:
 * - `ready` = "1" once the first header is drawn;
 * - `state` = fits | does-not-fit | missing | stale;
 * - `tokens` (of the smallest pool's cache) as a raw number; `levers` = how many changes are listed.
 * Buttons are named `Simulate`, `Apply to …`, `Preview`, and, one a section, `Table`.
 */
registerControls();
startMemory();
