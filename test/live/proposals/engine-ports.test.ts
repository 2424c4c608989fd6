import { expect, test } from "vitest";
import { prefillAndDecode, yaml } from "../../language/deployments.ts";
import { addressesOf, proposed } from "./support.ts";

const serve = (words: string, name = "vllm/vllm-openai:v0.11.0"): string => `
services:
  llm: { image: "${name}", command: "${words}", network_mode: host }
`;

test.each([
  ["the file's port", yaml({ args: ["--port=9000"] }), ["localhost:9000"]],
  ["the engine's where none is written", yaml(), ["localhost:8000"]],
  ["nothing where it cannot be read", yaml({ args: ["--port=$(PORT)"] }), []],
  ["nothing that is no port", yaml({ args: ["--port=90000"] }), []],
  ["two pools' ports once each", prefillAndDecode(["--port=8100"], ["--port=8200"]), ["localhost:8100", "localhost:8200"]],
  ["SGLang's own", serve("python3 -m sglang.launch_server --model-path m", "lmsysorg/sglang:v0.5.5"), ["localhost:30000"]],
  [
    "the page of TensorRT-LLM that reading does not use up",
    serve("trtllm-serve m", "nvcr.io/nvidia/tensorrt-llm/release:1.1.0"),
    ["localhost:8000/prometheus/metrics"],
  ],
])("proposes %s", (_, text, expected) => {
  expect(addressesOf(text)).toEqual(expected);
});

test("says which word of the file it was, and that a pod's port has to be forwarded", () => {
  expect(proposed(yaml({ args: ["--port=9000"] }))).toEqual([
    "localhost:9000 | the engine's port in the file, where it is forwarded to this machine | 9000",
  ]);
  expect(proposed(yaml())).toEqual(["localhost:8000 | the engine's own port, where it is forwarded to this machine | default"]);
});

test("the address that an engine was told to listen at, outside of a cluster", () => {
  const at = (host: string): readonly string[] =>
    addressesOf(`
services:
  llm: { image: "vllm/vllm-openai:v0.11.0", command: "--model m --port 9000 --host ${host}", network_mode: host }
`);
  expect([at("0.0.0.0"), at("10.1.2.3"), at("'::'"), at("::1")].flat()).toEqual([
    "localhost:9000",
    "10.1.2.3:9000",
    "localhost:9000",
    "[::1]:9000",
  ]);
});
