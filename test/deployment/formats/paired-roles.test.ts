import { describe, expect, test } from "vitest";
import { readText } from "../support.ts";

interface Server {
  readonly name: string;
  readonly args: string;
  readonly labels?: string;
  readonly image?: string;
}

const file = (...servers: readonly Server[]): string =>
  servers
    .map(
      ({ name, args, labels = "", image = "vllm/vllm-openai:v0.11.0" }) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {}
  template:
    metadata: {labels: {${labels}}}
    spec:
      containers:
        - {name: engine, image: ${image}, command: [sh, -c], args: ["${args}"]}
`,
    )
    .join("---\n");

const pools = (text: string) =>
  readText(text).deployments.map(({ name, pools }) => [name, ...pools.map((pool) => `${pool.name}: ${pool.role}`)]);

const vllm = (name: string, role: string, model = "m"): Server => ({
  name,
  args: `vllm serve ${model} --kv-transfer-config.kv_connector NixlConnector --kv-transfer-config.kv_role ${role}`,
});
const sglang = (name: string, mode: string): Server => ({
  name,
  image: "lmsysorg/sglang:v0.5.5",
  args: `python3 -m sglang.launch_server --model-path m --disaggregation-mode ${mode}`,
});

describe("prefill and decode in workloads of their own are pools of one deployment", () => {
  test.each<[string, readonly Server[], string]>([
    ["by the connector's role", [vllm("llama-prefill", "kv_producer"), vllm("llama-decode", "kv_consumer")], "llama"],
    ["in the order written", [vllm("decode-llama", "kv_consumer"), vllm("prefill-llama", "kv_producer")], "llama"],
    ["by SGLang's mode", [sglang("a", "prefill"), sglang("b", "decode")], "a"],
    ["by names that a connector for both bears out", [vllm("llama-prefill", "kv_both"), vllm("llama-decode", "kv_both")], "llama"],
    [
      "by labels",
      [
        { name: "one", args: "vllm serve m", labels: "llm-d.ai/role: prefill" },
        { name: "two", args: "vllm serve m", labels: "llm-d.ai/role: decode" },
      ],
      "one",
    ],
  ])("%s", (_, servers, name) => {
    expect(readText(file(...servers)).deployments).toMatchObject([{ name, pools: servers.map((server) => ({ name: server.name })) }]);
    expect(new Set(readText(file(...servers)).deployments[0]?.pools.map(({ role }) => role))).toEqual(new Set(["prefill", "decode"]));
  });

  test("a connector's own role counts, not those it combines", () => {
    const combined = (name: string, role: string): Server => ({
      name,
      args: `vllm serve m --kv-transfer-config '{\\"kv_connector\\":\\"MultiConnector\\",\\"kv_connector_extra_config\\":{\\"connectors\\":[{\\"kv_role\\":\\"kv_producer\\"}]},\\"kv_role\\":\\"${role}\\"}'`,
    });
    expect(pools(file(combined("a", "kv_producer"), combined("b", "kv_consumer")))).toEqual([["a", "a: prefill", "b: decode"]]);
    expect(pools(file(combined("a", "kv_both")))).toEqual([["a", "a: mixed"]]);
  });

  test("several pairs of one model are told apart by their names", () => {
    const text = file(
      vllm("short-prefill", "kv_producer"),
      vllm("long-prefill", "kv_producer"),
      vllm("short-decode", "kv_consumer"),
      vllm("long-decode", "kv_consumer"),
    );
    expect(pools(text)).toEqual([
      ["short", "short-prefill: prefill", "short-decode: decode"],
      ["long", "long-prefill: prefill", "long-decode: decode"],
    ]);
  });

  test.each<[string, readonly Server[]]>([
    ["other models", [vllm("prefill", "kv_producer", "m"), vllm("decode", "kv_consumer", "n")]],
    [
      "names alone",
      [
        { name: "llama-prefill", args: "vllm serve m" },
        { name: "llama-decode", args: "vllm serve m" },
      ],
    ],
    ["other engines", [vllm("prefill", "kv_producer"), sglang("decode", "decode")]],
    ["a model that cannot be read", [vllm("prefill", "kv_producer", "$MODEL"), vllm("decode", "kv_consumer", "$MODEL")]],
    ["two that would fit", [vllm("prefill", "kv_producer"), vllm("decode", "kv_consumer"), vllm("decode", "kv_consumer")]],
    ["one role twice", [vllm("a", "kv_consumer"), vllm("b", "kv_consumer")]],
  ])("%s stay apart", (_, servers) => {
    expect(readText(file(...servers)).deployments).toHaveLength(servers.length);
  });
});
