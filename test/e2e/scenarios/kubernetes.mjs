import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../scripts/vscode/server.mjs";
import { until } from "../driver.mjs";
import { demoProcess, livePoints } from "./live.mjs";

const config = {
  "current-context": "prod",
  contexts: [
    { name: "prod", context: { cluster: "prod-cluster", namespace: "serving" } },
    { name: "lab", context: { cluster: "lab-cluster" } },
  ],
};

function pod(name) {
  return {
    metadata: { name, uid: name, namespace: "serving", labels: { app: "somewhere" } },
    spec: {
      nodeName: "gpu-1",
      containers: [
        {
          name: "vllm",
          image: "vllm/vllm-openai:v0.11.0",
          args: ["--model", "Qwen/Qwen2.5-7B-Instruct", "--max-model-len", "16384", "--api-key", "nobody-reads-this"],
          ports: [{ containerPort: 8000 }],
          resources: { limits: { "nvidia.com/gpu": "1" } },
        },
      ],
    },
    status: { phase: "Running", containerStatuses: [{ name: "vllm", restartCount: 0, state: { running: {} } }] },
  };
}

/** What the kubectl of these scenarios answers from now on. */
function become(tools, pods, url) {
  const log = "INFO 11-28 10:00:00 [api_server.py:1839] vLLM API server version 0.11.0\n";
  const node = { metadata: { labels: { "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3" } } };
  const answers = [
    { match: "/pods\\?", json: { metadata: {}, items: pods } },
    { match: "/proxy/metrics$", url: `${url}/metrics` },
    { match: "/nodes/gpu-1$", json: node },
    { match: "/log\\?", text: log },
  ];
  writeFileSync(join(tools, "cluster.json"), JSON.stringify({ config: { json: config }, answers }));
}

function calls(tools) {
  const file = join(tools, "calls.jsonl");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(JSON.parse) : [];
}

const way = "Pods of this deployment (kubectl)";

export const kubernetes = [
  {
    name: "pods are attached with the person's own kubectl, after context and namespace were seen",
    run: async ({ workbench, workspace, tools }) => {
      const port = await freePort();
      const demo = await demoProcess(workspace, port);
      try {
        become(tools, [pod("somewhere-1"), pod("somewhere-2")], `http://127.0.0.1:${port}`);
        await workbench.closeAll();
        await workbench.open("no-gpu.yaml");
        await workbench.lens(/^Attach$/).waitFor();
        assert.deepEqual(calls(tools), [], "nothing runs before a click");
        await workbench.lens(/^Attach$/).click();
        await workbench.pick(way);
        await workbench.row("Ask context prod, namespace serving").first().waitFor();
        assert.deepEqual(calls(tools), [["config", "view", "-o", "json"]], "no cluster is asked before a person saw which");
        await workbench.shot("kubernetes-place");
        await workbench.pick("Ask context prod, namespace serving");
        await livePoints(workbench, 3);
        const asked = calls(tools).map((words) => words.at(-1));
        assert.ok(asked.includes("/api/v1/namespaces/serving/pods?labelSelector=app%3Dsomewhere&limit=500"), asked.join("\n"));
        assert.ok(asked.includes("/api/v1/namespaces/serving/pods/somewhere-2:8000/proxy/metrics"), asked.join("\n"));
        await workbench.shot("kubernetes-live");
        become(tools, [pod("somewhere-1"), pod("somewhere-3")], `http://127.0.0.1:${port}`);
        const isAsked = (name, from = 0) =>
          calls(tools)
            .slice(from)
            .some((words) => words.at(-1).includes(`/${name}:8000/proxy/`));
        await until("the pod that came is read", async () => isAsked("somewhere-3"), 60_000);
        const since = calls(tools).length;
        await until("both are read again", async () => isAsked("somewhere-1", since) && isAsked("somewhere-3", since), 60_000);
        assert.ok(!isAsked("somewhere-2", since), "the pod that went is read no more");
        await workbench.shot("kubernetes-followed");
      } finally {
        await demo.kill();
      }
    },
  },
  {
    name: "what a pod runs is read on a further click, and fills what the file leaves unknown",
    run: async ({ workbench, tools }) => {
      await workbench.open("no-gpu.yaml");
      await workbench.command("Inference Lens: Read What Runs (kubectl)");
      await workbench.pick("somewhere-1");
      await workbench.row("GPU: H100-SXM").first().waitFor();
      await workbench.shot("kubernetes-reading");
      await workbench.pick("Its resolved manifest");
      const { page } = workbench;
      await page.locator(".view-line").filter({ hasText: "nvidia.com/gpu.product" }).first().waitFor();
      assert.doesNotMatch(await page.locator(".monaco-editor").allInnerTexts().then(String), /nobody-reads-this/);
      await workbench.open("no-gpu.yaml");
      await workbench.lens(/^Detach$/).click();
      const before = calls(tools).length;
      await workbench.lens(/^Attach$/).waitFor();
      await new Promise((resolve) => setTimeout(resolve, 6000));
      assert.equal(calls(tools).length, before, "detached, nothing is asked any more");
      await workbench.closeAll();
    },
  },
];
