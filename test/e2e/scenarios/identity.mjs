import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startVsCode } from "../../../scripts/vscode/server.mjs";
import { openWorkbench, until } from "../driver.mjs";
import { livePoints } from "./live.mjs";

const model = "meta-llama/Llama-3.3-70B-Instruct";
const file = "llama-70b-shift.yaml";

/** A vLLM that was started with other settings than the file says, and wants a user and a password. */
async function otherServer(tls) {
  const asked = [];
  const began = Date.now();
  const settings = { gpu_memory_utilization: "0.8", block_size: "16", enable_prefix_caching: "False", num_gpu_blocks: "20000" };
  const answer = (request, response) => {
    asked.push({ path: request.url, key: request.headers.authorization });
    if (request.headers.authorization !== `Basic ${Buffer.from("me:hunter2").toString("base64")}`) return response.writeHead(401).end();
    const tokens = Math.round((Date.now() - began) / 10);
    const labels = Object.entries(settings).map(([name, value]) => `${name}="${value}"`);
    const pages = {
      "/metrics": [
        "# TYPE vllm:num_requests_running gauge",
        `vllm:num_requests_running{model_name="${model}",engine="0"} 3`,
        "# TYPE vllm:generation_tokens_total counter",
        `vllm:generation_tokens_total{model_name="${model}",engine="0"} ${tokens}`,
        "# TYPE vllm:cache_config_info gauge",
        `vllm:cache_config_info{engine="0",${labels.join(",")}} 1`,
        "",
      ].join("\n"),
      "/version": JSON.stringify({ version: "0.11.0" }),
      "/v1/models": JSON.stringify({ data: [{ id: model, root: model, parent: null, max_model_len: 32768 }] }),
    };
    const page = pages[request.url];
    response
      .writeHead(page ? 200 : 404, { "content-type": request.url === "/metrics" ? "text/plain" : "application/json" })
      .end(page ?? "{}");
  };
  const server = tls ? createSecureServer(tls, answer) : createServer(answer);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port: server.address().port, asked, close };
}

/** A certificate that nobody vouches for, made anew. */
function selfSigned() {
  const folder = mkdtempSync(join(tmpdir(), "inference-lens-tls-"));
  const words = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=server",
  ];
  execFileSync("openssl", [...words, "-keyout", "key.pem", "-out", "own.pem"], { cwd: folder, stdio: "ignore" });
  const [key, cert] = ["key.pem", "own.pem"].map((name) => readFileSync(join(folder, name), "utf8"));
  rmSync(folder, { recursive: true });
  return { key, cert };
}

/** Forwards whatever host it is asked for to one port of this machine, and remembers which. */
async function forwardProxy(to) {
  const hosts = new Set();
  const server = createServer((asked, response) => {
    const { host, pathname } = new URL(asked.url);
    hosts.add(host);
    const onwards = httpRequest({ host: "127.0.0.1", port: to, path: pathname, headers: asked.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onwards.on("error", () => response.destroy());
    asked.pipe(onwards);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, hosts, close: () => server.close() };
}

/** Files below a folder that hold a word. */
function filesWith(folder, word) {
  return readdirSync(folder, { recursive: true }).filter((name) => {
    const path = join(folder, name);
    const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 };
    return size > 0 && size < 20e6 && statSync(path).isFile() && readFileSync(path).includes(word);
  });
}

const lineOf = (workspace, text) =>
  readFileSync(join(workspace, file), "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;

export const identity = [
  {
    name: "what an attached server runs otherwise stands at the file's line with a fix, and its password nowhere",
    run: async ({ workbench, workspace, profile }) => {
      const server = await otherServer();
      try {
        const { page } = workbench;
        await workbench.closeAll();
        await workbench.open(file);
        await workbench.command("Inference Lens: Attach");
        await workbench.answer("Address of a server", `http://me:hunter2@127.0.0.1:${server.port}/`);
        const frame = await livePoints(workbench, 3);
        await until("the differences on the page", async () => /gpu-memory-utilization/.test(await frame.locator("body").textContent()));
        await frame.getByRole("button", { name: "Review differences" }).first().scrollIntoViewIfNeeded();
        await workbench.shot("identity-page");

        await page.locator(`.tab[data-resource-name="${file}"]`).first().click();
        const line = lineOf(workspace, "--gpu-memory-utilization");
        await workbench.goTo(line, 45);
        await page.locator(".squiggly-warning").first().waitFor();
        const fix = await workbench.fix(line, 45, "Set gpu-memory-utilization to 0.8, as the server runs");
        await workbench.shot("identity-fix");
        await fix.click();
        await page.locator(".squiggly-warning").first().waitFor({ state: "detached" });
        await until("the page without it", async () => !/gpu-memory-utilization 0\.8/.test(await frame.locator("body").textContent()));

        assert.doesNotMatch(await frame.content(), /hunter2/);

        // The review takes the page's place: from here on the page may be gone.
        await frame.getByRole("button", { name: "Review differences" }).first().click();
        await page.locator(".tab", { hasText: "as the server runs" }).waitFor();
        await page.locator(".monaco-diff-editor", { hasText: "--no-enable-prefix-caching" }).first().waitFor();
        await workbench.shot("identity-review");

        const paths = new Set(server.asked.map(({ path }) => path));
        assert.deepEqual(paths, new Set(["/metrics", "/openapi.json", "/v1/models", "/version"]));
        assert.deepEqual(filesWith(profile, "hunter2"), [], "the password is in no file of the editor");
        assert.deepEqual(filesWith(workspace, "hunter2"), []);
        await workbench.command("Inference Lens: Detach");
        await workbench.closeAll();
      } finally {
        server.close();
      }
    },
  },
  {
    name: "a server that cannot prove who it is gets nothing before a person trusts it, and the page says so from then on",
    run: async ({ workbench }) => {
      const server = await otherServer(selfSigned());
      try {
        await workbench.closeAll();
        await workbench.command("Inference Lens: Attach");
        await workbench.answer("Address of a server", `https://me:hunter2@127.0.0.1:${server.port}/`);
        const toast = workbench.toast("cannot prove who it is");
        await toast.waitFor();
        await workbench.shot("identity-certificate");
        assert.deepEqual(server.asked, [], "nothing is asked of it");
        await toast.getByRole("button", { name: "Trust 127.0.0.1" }).click();
        const frame = await livePoints(workbench, 2);
        await until("the mark", async () => /certificate not checked/.test(await frame.locator("body").textContent()));
        await workbench.shot("identity-unverified");
        await workbench.command("Inference Lens: Forget a Key");
        await workbench.row("trusted without proof").first().waitFor();
        await workbench.shot("identity-forget");
        await workbench.keyboard.press("Escape");
        await workbench.command("Inference Lens: Detach");
        await workbench.closeAll();
      } finally {
        server.close();
      }
    },
  },
  {
    name: "the editor's proxy is asked for other hosts and never for this machine",
    run: async ({ workspace }) => {
      const server = await otherServer();
      const proxy = await forwardProxy(server.port);
      const tools = { node: process.env.E2E_NODE, entry: process.env.E2E_ENTRY };
      const settings = { "http.proxy": proxy.url };
      const own = await startVsCode(tools, { vsix: process.env.E2E_VSIX, folder: workspace, settings, machine: settings });
      const workbench = await openWorkbench(own.url).catch(async (error) => {
        await own.stop();
        throw error;
      });
      try {
        for (const host of ["127.0.0.1", "127.0.0.2", "inference.localhost"]) {
          await workbench.command("Inference Lens: Attach");
          await workbench.answer("Address of a server", `http://me:hunter2@${host}:${server.port}/`);
          // 127.0.0.2 has nobody there: what counts is that the proxy is not asked.
          if (host !== "127.0.0.2") await livePoints(workbench, 2);
          await workbench.command("Inference Lens: Detach");
        }
        const ours = [...proxy.hosts].filter((host) => host.endsWith(`:${server.port}`));
        assert.deepEqual(ours, [], "this machine is not reached through the proxy");
        await workbench.command("Inference Lens: Attach");
        await workbench.answer("Address of a server", "http://me:hunter2@inference.test:8000/");
        await livePoints(workbench, 2);
        assert.ok(proxy.hosts.has("inference.test:8000"), [...proxy.hosts].join());
      } finally {
        await workbench.close();
        await own.stop();
        proxy.close();
        server.close();
      }
    },
  },
];
