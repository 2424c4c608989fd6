import assert from "node:assert/strict";
import { freePort } from "../../../scripts/vscode/server.mjs";
import { until } from "../driver.mjs";
import { assertAccessible, assertNoOverflow } from "../page-checks.mjs";
import { demoProcess, livePoints } from "./live.mjs";

const textOf = (frame) => frame.locator("body").textContent();

export const fleet = [
  {
    name: "several addresses are one fleet: who is killed is named, the others go on, and it is taken back",
    run: async ({ workbench, workspace }) => {
      const ports = [await freePort(), await freePort()];
      const servers = [];
      try {
        for (const port of ports) servers.push(await demoProcess(workspace, port));
        await workbench.closeAll();
        await workbench.open("llama-70b-shift.yaml");
        await workbench.lens(/^Attach$/).click();
        await workbench.answer("Address of a server", ports.map((port) => `127.0.0.1:${port}`).join(" "));
        const frame = await livePoints(workbench, 5);
        for (const port of ports)
          await until(`server ${port} on the page`, async () => (await textOf(frame)).includes(`127.0.0.1:${port}`));
        await servers[1].kill();
        await until("the lost one is told", async () => /Nothing listens there/.test(await textOf(frame)), 30_000);
        assert.equal(await frame.evaluate(() => document.body.dataset.state), "live", "the fleet goes on");
        await workbench.shot("fleet-one-lost");
        await assertAccessible(frame, "fleet");
        await assertNoOverflow(frame, "fleet");
        servers[1] = await demoProcess(workspace, ports[1]);
        await until("it is back", async () => !/Nothing listens there/.test(await textOf(frame)), 60_000);
        await workbench.shot("fleet-back");
      } finally {
        for (const server of servers) await server.kill();
      }
      await workbench.lens(/^Detach$/).click();
      await workbench.lens(/^Attach$/).waitFor();
    },
  },
];
