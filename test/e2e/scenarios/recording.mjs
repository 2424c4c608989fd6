import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { until } from "../driver.mjs";
import { assertNoOverflow } from "../page-checks.mjs";

const file = "run.inference-lens.jsonl.gz";
const shown = (frame) => frame.evaluate(() => Object.fromEntries(Object.entries(document.body.dataset)));

/** The one live page that is open, once it has so many points. */
async function livePoints(workbench, least) {
  const frame = await workbench.view("body[data-ready][data-points]");
  await until(`${least} points`, async () => Number((await shown(frame)).points) >= least);
  return frame;
}

export const recording = [
  {
    name: "a recording of the demo server opens by double-click, plays, and is there again after a reload",
    run: async ({ workbench, workspace }) => {
      await workbench.closeAll();
      await workbench.open("llama-70b-shift.yaml");
      await workbench.command("Inference Lens: Start Demo Server");
      await workbench.toast("listens at").getByRole("button", { name: "Attach" }).click();
      await livePoints(workbench, 3);
      await workbench.command("Inference Lens: Record");
      await workbench.saveAs(join(workspace, file));
      const live = await livePoints(workbench, 4);
      const { points } = await shown(live);
      await livePoints(workbench, Number(points) + 6);
      await workbench.command("Inference Lens: Stop Recording");
      await workbench.toast("Recorded").waitFor();
      await workbench.shot("recorded");
      assert.ok(statSync(join(workspace, file)).size > 500, "the file holds something");
      await workbench.lens(/^Detach$/).click();
      await workbench.lens(/^Attach$/).waitFor();
      await workbench.command("Inference Lens: Stop Demo Server");
      await workbench.command("Notifications: Clear All Notifications");
      await workbench.quick("Control+P", file, file);
      const replay = await livePoints(workbench, 5);
      await workbench.shot("replay");
      await assertNoOverflow(replay, "replay");
      assert.match(await replay.locator("body").textContent(), /Replaying \d\d:\d\d/);
      await workbench.reloadOnceKept();
      await livePoints(workbench, 3);
      await workbench.closeAll();
    },
  },
];
