import assert from "node:assert/strict";
import { createServer } from "node:http";
import { storeAnswer, target, two } from "../../live/sources/fake-store.ts";
import { until } from "../driver.mjs";
import { assertAccessible, assertNoOverflow } from "../page-checks.mjs";
import { livePoints } from "./live.mjs";

const way = "Prometheus, Thanos, Mimir, VictoriaMetrics or Grafana";

/** A Mimir as it stands behind its gateway: below a path, a tenant apart from others, scraped once a second; load goes up and down. */
async function mimir() {
  const tenants = new Set();
  const state = () => {
    const load = 1 + Math.sin(Date.now() / 4000) / 2;
    const scaled = ([labels, value]) => [labels, typeof value === "number" ? value * load : value];
    const words = Object.fromEntries(
      Object.entries(two.words).map(([word, series]) => [word, word === "up" ? series : series.map(scaled)]),
    );
    return { ...two, words, targets: [target("a", "", "1s"), target("b", "", "1s")] };
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://mimir");
    let body = "";
    for await (const part of request) body += part;
    const tenant = request.headers["x-scope-orgid"];
    if (!url.pathname.startsWith("/prometheus/api/v1/")) return void response.writeHead(404).end("404 page not found");
    if (!tenant) return void response.writeHead(401, { "content-type": "text/plain" }).end("no org id\n");
    tenants.add(tenant);
    const parameters = Object.fromEntries(request.method === "POST" ? new URLSearchParams(body) : url.searchParams);
    const path = url.pathname.replace("/prometheus/api/v1/", "");
    const told =
      path === "status/buildinfo"
        ? { data: { application: "Grafana Mimir", version: "2.14.0" } }
        : storeAnswer({ path, parameters, method: request.method, headers: {} }, state(), Date.now() / 1000);
    if ("status" in told) response.writeHead(told.status).end();
    else response.setHeader("content-type", "application/json").end(JSON.stringify({ status: "success", ...told }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, tenants, close };
}

export const store = [
  {
    name: "servers are attached through a store of metrics, which is asked for its tenant, its models and its past",
    run: async ({ workbench }) => {
      const { url, tenants, close } = await mimir();
      try {
        await workbench.closeAll();
        await workbench.command("Inference Lens: Attach to a Server");
        await workbench.pick(way);
        await workbench.answer("Its address, such as", url);
        await workbench.answer("X-Scope-OrgID", "team-a");
        await workbench.row("acme/chat").first().waitFor();
        assert.match(await workbench.row("acme/chat").first().innerText(), /2 servers/);
        await workbench.shot("store-choice");
        await workbench.pick("acme/chat");
        await workbench.pick("The last hour");
        const frame = await livePoints(workbench, 600);
        // Percentiles of the window come from the histograms of the history.
        const words = () => frame.locator("body").innerText();
        await until("the history is measured", async () => /acme\/chat.*TTFT p95 is/s.test(await words()));
        await workbench.shot("store-live");
        assert.deepEqual([...tenants], ["team-a"]);
        await assertAccessible(frame, "store");
        await assertNoOverflow(frame, "store");

        // What was chosen is remembered, and is attached again without a question.
        await workbench.command("Inference Lens: Detach");
        await workbench.command("Inference Lens: Attach to a Server");
        await workbench.pick('prometheus {job="vllm",model_name="acme/chat"}');
        await livePoints(workbench, 600);
        await workbench.command("Inference Lens: Detach");
      } finally {
        await close();
      }
    },
  },
];
