import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { freePort } from "../../../scripts/vscode/server.mjs";
import { until } from "../driver.mjs";
import { assertAccessible, assertNoOverflow, drawnCanvases } from "../page-checks.mjs";

const root = resolve(import.meta.dirname, "../../..");
const livePage = "body[data-ready][data-points]";
const shown = (frame) => frame.evaluate(() => Object.fromEntries(Object.entries(document.body.dataset)));

/** The live page once it has so many points. */
export async function livePoints(workbench, least) {
  const frame = await workbench.view(livePage);
  await until(`${least} points`, async () => Number((await shown(frame)).points) >= least);
  return frame;
}

/** What the charts show, as one short text. */
async function picture(frame) {
  const urls = await frame.evaluate(() => [...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()));
  return createHash("sha256").update(urls.join("|")).digest("hex");
}

/** The demo server as a process of its own, so that it can be killed. */
export async function demoProcess(workspace, port) {
  const args = [join(root, "dist/cli.js"), "demo", join(workspace, "llama-70b-shift.yaml"), "--port", String(port)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      said = (said + chunk).slice(-2000);
    });
  }
  await until(`the demo server:\n${said}`, async () => {
    if (child.exitCode !== null) throw new Error(`the demo server ended:\n${said}`);
    return (await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined))?.ok;
  });
  const kill = async () => {
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
  };
  return { kill };
}

export const live = [
  {
    name: "attached to the demo server, the chart moves and the prediction stands beside it",
    run: async ({ workbench }) => {
      await workbench.closeAll();
      await workbench.open("llama-70b-shift.yaml");
      await workbench.command("Inference Lens: Start Demo Server");
      await workbench.toast("listens at").getByRole("button", { name: "Attach" }).click();
      const frame = await livePoints(workbench, 4);
      const before = await picture(frame);
      const { lastTime } = await shown(frame);
      await livePoints(workbench, 8);
      assert.ok(Number((await shown(frame)).lastTime) > Number(lastTime), "time goes on");
      assert.notEqual(await picture(frame), before, "the picture changes");
      assert.ok((await drawnCanvases(frame)) >= 4);
      await workbench.lens(/Live: .* running/).waitFor();
      await workbench.status(/running/).waitFor();
      await workbench.shot("live-beside");
      await until("a prediction", async () => /predict/i.test(await frame.locator("body").textContent()));
      await assertAccessible(frame, "live");
      await assertNoOverflow(frame, "live");
    },
  },
  {
    name: "an attached server's figures are offered as a calibration, and nothing is written before a click",
    run: async ({ workbench, workspace }) => {
      await workbench.command("Inference Lens: Calibrate From Live Server");
      await workbench.toast("Keep these figures as the calibration of llama-70b-shift?").waitFor();
      assert.equal(existsSync(join(workspace, ".inference-lens")), false);
      await workbench.command("Notifications: Clear All Notifications");
    },
  },
  {
    name: "detached, the lens offers to attach again",
    run: async ({ workbench }) => {
      await workbench.lens(/^Detach$/).click();
      await workbench.lens(/^Attach$/).waitFor();
      await until("the page is gone", async () => (await workbench.page.locator(".tab").filter({ hasText: "live" }).count()) === 0);
      await workbench.command("Inference Lens: Stop Demo Server");
    },
  },
  {
    name: "a server killed and started again is lost, then restored, and the restart is seen",
    run: async ({ workbench, workspace }) => {
      const port = await freePort();
      let server = await demoProcess(workspace, port);
      try {
        await workbench.lens(/^Attach$/).click();
        await workbench.answer("Address of a server", `localhost:${port}`);
        const frame = await livePoints(workbench, 3);
        await server.kill();
        await until("lost", async () => (await shown(frame)).state === "lost");
        await workbench.lens(/No answer/).waitFor();
        await workbench.shot("live-lost");
        server = await demoProcess(workspace, port);
        await until("live again", async () => ["live", "restarted", "idle"].includes((await shown(frame)).state), 60_000);
        await until("the restart is told", async () => /restart/i.test(await frame.locator("body").textContent()));
        await workbench.lens(/Live/).waitFor();
        await workbench.shot("live-restored");
      } finally {
        await server.kill();
      }
      await workbench.lens(/^Detach$/).click();
      await workbench.lens(/^Attach$/).waitFor();
    },
  },
];
