import { describe, expect, test } from "vitest";
import { findingsOf, only, poolRows, readText, sliceOf } from "../support.ts";

const file = (command: string, key = "start.sh", data = ""): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: llama}
spec:
  selector: {}
  template:
    spec:
      containers:
        - name: engine
          image: vllm/vllm-openai:v0.11.0
          command: ${command}
          env: [{name: TP, value: "4"}]
          volumeMounts: [{name: scripts, mountPath: /scripts}, {name: shm, mountPath: /dev/shm}]
          resources: {limits: {nvidia.com/gpu: 2}}
      volumes:
        - {name: scripts, configMap: {name: start, defaultMode: 0755}}
        - {name: shm, emptyDir: {medium: Memory}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: start}
data:
  ${key}: |
${(data || `#!/bin/bash\nset -e\nexec vllm serve Qwen/Qwen3-32B --tensor-parallel-size $TP "$@"`).replace(/^/gm, "    ")}
`;

describe("a start script that a ConfigMap holds", () => {
  test.each([["[/scripts/start.sh]"], ["[bash, /scripts/start.sh]"], ["[/bin/sh, -c, 'chmod +x x; exec /scripts/start.sh']"]])(
    "%s",
    (command) => {
      const text = file(command);
      expect(poolRows(text)).toMatchObject([{ pool: "llama", engine: "vllm", model: "Qwen/Qwen3-32B", tp: 4, gpus: 2 }]);
      expect(findingsOf(text).filter((one) => one.startsWith("error"))).toEqual(["error gpu-count: 2"]);
    },
  );

  test("its arguments are those behind it", () => {
    const { pool } = only(readText(file("[bash, /scripts/start.sh, --max-model-len, '8192']")));
    expect(pool.engine.flags.get("max-model-len")?.value?.value).toBe("8192");
    expect(pool.engine.complete).toBe(true);
  });

  test.each([
    ["another file", "[/scripts/other.sh]", "start.sh"],
    ["another folder", "[/opt/start.sh]", "start.sh"],
    ["a script that starts none", "[/scripts/start.sh]", "start.sh", "echo vllm serve"],
  ])("%s", (_, command, key, data = "") => {
    expect(readText(file(command, key, data)).deployments).toEqual([]);
  });
});

describe("a ConfigMap by itself", () => {
  const map = (key: string, data: string): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  ${key}: |
${data.replace(/^/gm, "    ")}
`;

  test.each([
    ["vllm.yaml", "tensor-parallel-size: 4\nmax-model-len: 8192", "vllm", 4],
    ["sglang.yaml", "tp-size: 4\nmem-fraction-static: 0.8", "sglang", 4],
    ["trt.yaml", "tensor_parallel_size: 4\nkv_cache_config: {dtype: fp8}", "tensorrt-llm", 4],
    ["run.sh", "python -m sglang.launch_server --model-path m --tp 4", "sglang", 4],
  ])("%s", (key, data, engine, tp) => {
    const text = map(key, data);
    expect(poolRows(text)).toMatchObject([{ deployment: `settings/${key}`, format: "k8s-configmap", engine, tp, gpus: undefined }]);
    expect(sliceOf(text, only(readText(text)).pool.engine.parallel.written.tp?.range)).toBe("4");
  });

  test("presets of a platform are known and start nothing", () => {
    expect(readText(map("inference_config.yaml", "vllm:\n  max-model-len: 2048"))).toMatchObject({
      formats: ["k8s-configmap"],
      deployments: [],
    });
  });

  test.each(["a: 1\nvllm: serve", "replicas: 2\nimage: vllm/vllm-openai"])("%j is somebody else's", (data) => {
    expect(readText(map("values.yaml", data)).formats).toEqual([]);
  });

  test("a workload that has it tells what it starts", () => {
    expect(readText(file("[/scripts/start.sh]")).deployments.map(({ format }) => format)).toEqual(["k8s-deployment"]);
  });
});
