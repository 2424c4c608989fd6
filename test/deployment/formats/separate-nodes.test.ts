import { describe, expect, test } from "vitest";
import { findingsOf, poolRows } from "../support.ts";

const file = (...servers: readonly { readonly name: string; readonly command: string; readonly replicas?: number }[]): string =>
  servers
    .map(
      ({ name, command, replicas = 1 }) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {}
  template:
    spec:
      hostIPC: true
      containers:
        - name: engine
          image: example/engine
          command: [sh, -c, "${command}"]
          resources: {limits: {nvidia.com/gpu: 8}}
`,
    )
    .join("---\n");

const sglang = (rank: string, nodes = 2) =>
  `python3 -m sglang.launch_server --model-path m --tp 16 --nnodes ${nodes} --node-rank ${rank} --dist-init-addr head:5000`;
const vllm = (rest: string, model = "m") => `vllm serve ${model} --data-parallel-size 16 --data-parallel-size-local 8 ${rest}`;

describe("nodes of one engine in workloads of their own", () => {
  test("by rank: the first has the GPUs of all", () => {
    const text = file({ name: "node0", command: sglang("0") }, { name: "node1", command: sglang("1") });
    expect(poolRows(text)).toMatchObject([{ deployment: "node0", tp: 16, gpus: 16, nodes: 2 }]);
    expect(findingsOf(text).filter((one) => one.includes("gpu-"))).toEqual([]);
  });

  test("without a server of their own", () => {
    const text = file(
      { name: "head", command: vllm("--port 8000") },
      { name: "rest", command: vllm("--headless --data-parallel-start-rank 8") },
    );
    expect(poolRows(text)).toMatchObject([{ deployment: "head", dp: 16, gpus: 16, nodes: 2 }]);
  });

  test.each([
    ["another model", [vllm(""), vllm("--headless", "n")], 2],
    ["no leader", [sglang("1"), sglang("2")], 2],
    ["two leaders", [sglang("0"), sglang("0"), sglang("1")], 3],
    ["ranks that nobody sees", [sglang("$RANK"), sglang("$RANK")], 2],
  ])("%s: nothing is joined", (_, commands, count) => {
    const text = file(...commands.map((command, i) => ({ name: `n${i}`, command })));
    expect(poolRows(text)).toHaveLength(count);
  });

  test("fewer nodes than the flags say leave the rest to what they say", () => {
    const text = file({ name: "node0", command: sglang("0", 4) }, { name: "node1", command: sglang("1", 4) });
    expect(poolRows(text)).toMatchObject([{ deployment: "node0", gpus: 32, nodes: 4 }]);
  });
});
