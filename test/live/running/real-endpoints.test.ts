import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { identify } from "../../../src/live/running/identify.ts";
import type { RunningServer } from "../../../src/live/running/running-server.ts";

const folder = resolve(import.meta.dirname, "../../../../shared/data/metrics/captures/endpoints");
const present = existsSync(folder);
if (!present) console.log(`Answers of real servers are not at ${folder}: what they say of themselves was not read from them.`);

const answer = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));

function running(kind: RunningServer["engine"], answers: Readonly<Record<string, unknown>>): Promise<RunningServer> {
  return identify({ server: { kind, model: null, engines: 1 } }, async (path) => answers[path]);
}

function values({ settings }: RunningServer): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(settings).map(([name, one]) => [name, one?.value]));
}

// The command lines are those of the captures' notes.
describe.runIf(present)("real servers", () => {
  const listed = { paths: { "/server_info": { get: {} } } };

  test("vLLM 0.32 in development mode tells all that it was started with", async () => {
    const server = await running("vllm", {
      "openapi.json": listed,
      server_info: answer("vllm-0.32.0-server_info-json.json"),
      "v1/models": answer("vllm-0.32.0-v1-models.json"),
    });
    expect(values(server)).toEqual({
      tensor: 1,
      pipeline: 1,
      data: 1,
      prefillContext: 1,
      decodeContext: 1,
      expertParallel: false,
      maxModelLen: 2048,
      dtype: "bfloat16",
      quantization: "none",
      enforceEager: true,
      maxNumSeqs: 8,
      maxNumBatchedTokens: 512,
      chunkedPrefill: true,
      asyncScheduling: false,
      policy: "fcfs",
      blockTokens: 128,
      memoryShare: 0.92,
      kvCacheDtype: "auto",
      prefixCaching: true,
      speculation: "none",
      role: "mixed",
    });
    // 24 blocks of 128.
    expect(server.cache).toEqual({ tokens: { value: 3072, from: "/server_info" }, blocks: { value: 24, from: "/server_info" } });
    expect([server.model?.value, server.modelRoot?.value]).toEqual(["tiny-llama", "/models/tiny-llama"]);
  });

  test("its printed configuration tells the same, as far as it goes", async () => {
    const printed = await running("vllm", { "openapi.json": listed, server_info: answer("vllm-0.32.0-server_info-text.json") });
    const whole = await running("vllm", { "openapi.json": listed, server_info: answer("vllm-0.32.0-server_info-json.json") });
    expect(Object.keys(printed.settings).length).toBeGreaterThan(8);
    expect(values(whole)).toMatchObject(values(printed));
  });

  test("llama.cpp tells its slots and their context", async () => {
    const server = await running("llama.cpp", { props: answer("llamacpp-props.json"), "v1/models": answer("llamacpp-v1_models.json") });
    expect([server.version?.value, server.model?.value, values(server)]).toEqual([
      "b1-0c1e570",
      "tiny-llama",
      { maxNumSeqs: 4, maxModelLen: 1024 },
    ]);
  });
});
