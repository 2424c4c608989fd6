import { describe, expect, test } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { type Pod, readPods } from "../../../src/live/kubernetes/pod.ts";
import { podGroups } from "../../../src/live/kubernetes/pod-groups.ts";
import { podRole } from "../../../src/live/kubernetes/pod-role.ts";
import { podTrouble } from "../../../src/live/kubernetes/pod-trouble.ts";
import { withoutSecrets } from "../../../src/live/kubernetes/secrets.ts";
import { servingPorts } from "../../../src/live/kubernetes/serving-ports.ts";
import { type FakePod, podList } from "../../support/fake-cluster.ts";

function pods(...all: readonly FakePod[]): readonly Pod[] {
  return readPods(JSON.stringify(podList(...all)))?.pods ?? [];
}

function pod(one: Omit<FakePod, "name">): Pod {
  const [only] = pods({ name: "llama-1", ...one });
  if (!only) throw new Error("no pod was read");
  return only;
}

const ports = (one: Omit<FakePod, "name">): readonly string[] =>
  servingPorts(pod(one)).map(({ scheme, port, path }) => `${scheme} ${port}${path}`);

describe("where a pod serves metrics", () => {
  test("first where its annotations tell Prometheus, then at the ports it declares", () => {
    const annotations = { "prometheus.io/scrape": "true", "prometheus.io/port": "9100", "prometheus.io/path": "stats" };
    expect(ports({ annotations })).toEqual(["http 9100/stats", "http 8000/metrics"]);
    expect(ports({ annotations: { ...annotations, "prometheus.io/scrape": "false" } })).toEqual(["http 8000/metrics"]);
  });

  test("a page that is none of metrics is not asked, wherever an annotation leads", () => {
    const at = (path: string) => ports({ annotations: { "prometheus.io/port": "9100", "prometheus.io/path": path } })[0];
    expect(at("/stats/prometheus")).toBe("http 9100/stats/prometheus");
    expect(at("/v1/metrics")).toBe("http 9100/v1/metrics");
    for (const path of [
      "/flush_cache",
      "/metrics/reset",
      "/reset_stats",
      "/../../../../secrets/metrics",
      "/metrics?x=1",
      "/metrics/../../x",
      "//other/metrics",
    ]) {
      expect(at(path)).toBe("http 9100/metrics");
    }
  });

  test("a port named for metrics, and Dynamo's own, come before the one for requests", () => {
    const declared = [
      { containerPort: 8000, name: "http" },
      { containerPort: 9000, name: "metrics" },
    ];
    expect(ports({ container: { ports: declared } })).toEqual(["http 9000/metrics", "http 8000/metrics"]);
    expect(ports({ container: { ports: [], env: [{ name: "DYN_SYSTEM_PORT", value: "8081" }] } })).toEqual(["http 8081/metrics"]);
  });

  test("the port an engine is told, its own default where nobody says one, and its own page", () => {
    const args = ["--model", "m", "--port", "8200", "--ssl-certfile", "/c"];
    expect(ports({ container: { ports: [], args } })).toEqual(["https 8200/metrics"]);
    expect(ports({ container: { ports: [], image: "lmsysorg/sglang:v0.5.5" } })).toEqual(["http 30000/metrics"]);
    const trt = ports({ container: { ports: [], image: "nvcr.io/nvidia/tensorrt-llm/release:1.0.0" } });
    expect(trt).toEqual(["http 8000/prometheus/metrics", "http 8000/metrics"]);
  });

  test("a worker of a group that declares no port serves nothing", () => {
    const labels = { "leaderworkerset.sigs.k8s.io/worker-index": "1" };
    expect(ports({ labels, container: { ports: [] } })).toEqual([]);
    expect(ports({ labels: { "leaderworkerset.sigs.k8s.io/worker-index": "0" }, container: { ports: [] } })).toEqual(["http 8000/metrics"]);
  });
});

describe("a pod", () => {
  test("is prefill or decode as its labels say, else as its engine was told", () => {
    expect(podRole(pod({ labels: { "llm-d.ai/role": "prefill" } }), null)).toBe("prefill");
    expect(podRole(pod({ labels: { "llm-d.ai/role": "both" } }), null)).toBe("both");
    expect(podRole(pod({ labels: { "nvidia.com/dynamo-sub-component-type": "decode" } }), null)).toBe("decode");
    expect(
      podRole(pod({ container: { args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_consumer"}'] } }), null),
    ).toBe("decode");
    expect(podRole(pod({}), "prefill")).toBe("prefill");
    expect(podRole(pod({ labels: { app: "prefill" } }), null)).toBe("both");
  });

  test("keeps no secret: neither those it takes from elsewhere nor those written out", () => {
    const container = {
      args: ["--api-key", "sk-1", "--hf-token=hf_1", "--max-num-batched-tokens", "8192"],
      command: ["sh", "-c", "exec vllm serve m --api-key 'sk-2' --port 8000"],
      env: [
        { name: "HF_TOKEN", value: "hf_2" },
        { name: "KEY", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
        { name: "VLLM_USE_V1", value: "1" },
        { name: "EMPTY" },
      ],
    };
    const { containers } = pod({ container });
    expect(JSON.stringify(containers)).not.toMatch(/sk-1|sk-2|hf_1|hf_2/);
    expect(containers[0]?.args.slice(-2)).toEqual(["--max-num-batched-tokens", "8192"]);
    expect(containers[0]?.command[2]).toBe("exec vllm serve m --api-key {{ not read }} --port 8000");
    expect(containers[0]?.environment).toEqual([
      { name: "HF_TOKEN", value: null },
      { name: "KEY", value: null },
      { name: "VLLM_USE_V1", value: "1" },
      { name: "EMPTY", value: "" },
    ]);
  });

  test.each([
    [
      "vllm serve m --enable-prefix-caching --api-key sk-1 --port 8000",
      "vllm serve m --enable-prefix-caching --api-key {{ not read }} --port 8000",
    ],
    ["export HF_TOKEN=sk-1; vllm serve m", "export HF_TOKEN={{ not read }}; vllm serve m"],
    ["AWS_SECRET_ACCESS_KEY='sk-1' vllm serve m", "AWS_SECRET_ACCESS_KEY={{ not read }} vllm serve m"],
    ['{"api_key": "sk-1", "max_tokens": 5}', '{"api_key": {{ not read }}, "max_tokens": 5}'],
    ["curl -H 'Authorization: Bearer sk-1' x", "curl -H 'Authorization: Bearer {{ not read }}' x"],
    [
      "--tokenizer m --max-num-batched-tokens 8192 --tokenizer-mode auto",
      "--tokenizer m --max-num-batched-tokens 8192 --tokenizer-mode auto",
    ],
  ])("leaves of a script what is no secret: %s", (written, kept) => {
    expect(withoutSecrets([written])).toEqual([kept]);
  });

  test("that a text does not hold is none", () => {
    expect(readPods("<html>")).toBeNull();
    expect(readPods('{"items":[{"metadata":{}},null,7]}')).toEqual({ pods: [], version: null });
  });
});

describe("why a pod does not serve", () => {
  const trouble = (one: Omit<FakePod, "name">): string | undefined => {
    const found = podTrouble(pod(one));
    return found && `${found.kind}: ${plain(found.words)}`;
  };

  test("the scheduler's reason", () => {
    const conditions = [{ type: "PodScheduled", status: "False", message: "0/9 nodes are available: 9 Insufficient nvidia.com/gpu." }];
    expect(trouble({ phase: "Pending", conditions })).toBe(
      "unscheduled: llama-1 waits for a node: 0/9 nodes are available: 9 Insufficient nvidia.com/gpu.",
    );
  });

  test("an image that cannot be fetched", () => {
    const status = { state: { waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "x"' } } };
    expect(trouble({ phase: "Pending", status })).toBe(
      'image: llama-1 cannot fetch its image vllm/vllm-openai:v0.11.0: Back-off pulling image "x"',
    );
  });

  test("an engine that ends again and again", () => {
    const status = {
      restartCount: 7,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { reason: "Error", exitCode: 1 } },
    };
    expect(trouble({ status })).toBe("crashing: llama-1 ends again and again, 7 times so far (Error, exit code 1).");
  });

  test("a pod that was ended, one that is being set up, and none", () => {
    expect(trouble({ phase: "Failed", status: {}, conditions: [] })).toBe("ended: llama-1 has ended: Failed");
    expect(trouble({ phase: "Pending", status: { state: { waiting: { reason: "ContainerCreating" } } } })).toBe(
      "starting: llama-1 is being set up.",
    );
    expect(trouble({})).toBeUndefined();
  });
});

test("pods to choose among are grouped by the labels that last", () => {
  const labels = (hash: string) => ({ app: "llama", "pod-template-hash": hash });
  const other = { name: "web-1", labels: { app: "web" }, container: { image: "nginx:1", resources: {} } };
  expect(podGroups(pods({ name: "llama-1", labels: labels("1") }, { name: "llama-2", labels: labels("2") }, other))).toEqual([
    { name: "llama-7d9f", labels: "app=llama", image: "vllm/vllm-openai:v0.11.0", count: 2 },
  ]);
});
