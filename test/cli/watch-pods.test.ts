import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { defaultDemoRun } from "../../src/demo/demo-run.ts";
import { type DemoServer, startDemo } from "../../src/demo/server.ts";
import { testCatalog } from "../support/catalog.ts";
import { FakeCluster, type FakePod, type FakeState, kubeconfig, podList } from "../support/fake-cluster.ts";
import { at, bundledCli, type Cli, lines, type Ran } from "./support.ts";

const manifest = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: llama, namespace: team-a }
spec:
  selector: { matchLabels: { app: llama } }
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args: [--model, meta-llama/Llama-3.1-8B-Instruct]
          resources: { limits: { nvidia.com/gpu: 1 } }
`;

let cli: Cli;
let folder: string;
let demo: DemoServer;
const clusters: FakeCluster[] = [];
beforeAll(async () => {
  cli = await bundledCli();
  folder = mkdtempSync(join(tmpdir(), "inference-lens-watch-pods-"));
  writeFileSync(join(folder, "llama.yaml"), manifest);
  writeFileSync(join(folder, "chart.yaml"), manifest.replace("app: llama", 'app: "{{ .Release.Name }}"'));
  demo = await startDemo({ ...defaultDemoRun(testCatalog()), speed: 20 });
});
afterEach(() => {
  for (const cluster of clusters.splice(0)) cluster.remove();
});
afterAll(async () => {
  cli.dispose();
  rmSync(folder, { recursive: true, force: true });
  await demo.close();
});

const config = { json: kubeconfig };
const pods = (...all: readonly FakePod[]) => ({ match: "/pods\\?", json: podList(...all) });

async function watched(state: FakeState, ...words: readonly string[]): Promise<Ran & { readonly calls: readonly (readonly string[])[] }> {
  const cluster = new FakeCluster({ config, ...state });
  clusters.push(cluster);
  const env = { PATH: [dirname(cluster.tool), process.env.PATH].join(delimiter) };
  const ran = await cli.run(["watch", "--kubernetes", "llama.yaml", "--once", "--format", "jsonl", ...words], { cwd: folder, env });
  return { ...ran, calls: cluster.calls() };
}

describe.skipIf(process.platform === "win32")("watch --kubernetes", () => {
  it("tells context and namespace first, then the pods' figures as one server", async () => {
    const page = { match: "/proxy/metrics$", url: `${demo.url}/metrics` };
    const { stdout, stderr, code, calls } = await watched({ answers: [pods({ name: "llama-1" }, { name: "llama-2" }), page] });
    expect(stderr).toBe("kubectl asks context prod, namespace team-a, for pods of llama.\n");
    expect(code).toBe(0);
    expect(at(lines(stdout)[0], "server")).toMatchObject({ kind: "vllm", engines: 2 });
    expect(calls[0]).toEqual(["config", "view", "-o", "json"]);
    expect(calls[1]?.at(-1)).toBe("/api/v1/namespaces/team-a/pods?labelSelector=app%3Dllama&limit=500");
  });

  it("asks another namespace and context, and pods by labels, where it is told to", async () => {
    const words = ["--context", "lab", "--namespace", "try", "--selector", "app=other"];
    const { stderr, calls } = await watched({ answers: [pods()] }, ...words);
    expect(stderr).toMatch(/^kubectl asks context lab, namespace try, for pods of llama\.\n/);
    expect(calls[1]).toEqual(["--context", "lab", "get", "--raw", "/api/v1/namespaces/try/pods?labelSelector=app%3Dother&limit=500"]);
  });

  it("ends with 4 and the reason where there is nothing to read", async () => {
    const status = { restartCount: 4, state: { waiting: { reason: "CrashLoopBackOff" } } };
    const log =
      "INFO 11-28 10:00:00 [api_server.py:1839] vLLM API server version 0.11.0\nERROR 11-28 10:00:10 [core.py:708] ValueError: No available memory for the cache blocks.\n";
    const answers = [pods({ name: "llama-1", status }), { match: "/log\\?.*previous=true", text: log }];
    const { stderr, stdout, code } = await watched({ answers });
    expect(stderr).toMatch(/ends again and again, 4 times so far.*refused: no memory left for the KV cache/);
    expect([code, stdout]).toEqual([4, ""]);
  });

  it("says that kubectl is missing", async () => {
    const ran = await cli.run(["watch", "--kubernetes", "llama.yaml", "--once"], { cwd: folder, env: { PATH: "/nowhere" } });
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringMatching(/kubectl is not installed here/) });
  });

  it("asks for labels where the file does not tell them, before anything is run", async () => {
    const cluster = new FakeCluster();
    clusters.push(cluster);
    const env = { PATH: [dirname(cluster.tool), process.env.PATH].join(delimiter) };
    const ran = await cli.run(["watch", "--kubernetes", "chart.yaml", "--once"], { cwd: folder, env });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(/--selector app=NAME/) });
    expect(cluster.calls()).toEqual([]);
  });
});
