import { describe, expect, test } from "vitest";
import { readCase } from "../../src/deployment/case.ts";
import { readCommand } from "../../src/deployment/read-command.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled, Speculation } from "../../src/deployment/settled.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
const llama = "meta-llama/Llama-3.1-8B-Instruct";
const deepseek = "deepseek-ai/DeepSeek-R1";

function settledOf(version: string, command: string): Settled {
  const surroundings = { ...noSurroundings, argument: { gpu: "H200", engineVersion: version } };
  const [deployment] = readCommand(command, { catalog, surroundings }).deployments;
  const settled = deployment && settle(deployment, catalog).settled;
  if (!settled) throw new Error(`not settled: ${command}`);
  return settled;
}

function drafting(version: string, command: string): Speculation | undefined {
  return settledOf(version, command).pools[0]?.speculation;
}

const vllm = (version: string, config: object | string, model = llama): Speculation | undefined =>
  drafting(version, `vllm serve ${model} ${typeof config === "string" ? config : `--speculative-config '${JSON.stringify(config)}'`}`);

const tensorrt = (config: object, model = deepseek): Speculation | undefined => {
  const deployment = {
    engine: "tensorrt-llm",
    model,
    gpu: "B200",
    pools: [{ parallel: { tensor: 8 } }],
    settings: { speculative_config: config },
  };
  const read = readCase({ id: "a", deployment }, { catalog });
  return read.deployment && settle(read.deployment, catalog).settled?.pools[0]?.speculation;
};

describe("what vLLM drafts", () => {
  test("nothing without a word of it", () => {
    expect(vllm("0.19.0", "")).toBeUndefined();
  });

  test("EAGLE: a chain, with slots for the drafter's own", () => {
    expect(vllm("0.19.0", { method: "eagle3", model: "yuhuili/EAGLE3-LLaMA3.1-Instruct-8B", num_speculative_tokens: 4 })).toEqual({
      method: "eagle",
      draftTokens: 4,
      depth: 4,
      acceptance: 0.66,
      found: 1,
      verifiesAll: false,
      passes: 4,
      width: 1,
      lookahead: 8,
      limit: null,
    });
  });

  test("n-grams, old words and new", () => {
    const wanted = { method: "ngram", draftTokens: 5, passes: 0, lookahead: 5 };
    expect(vllm("0.19.0", { method: "ngram", num_speculative_tokens: 5, prompt_lookup_max: 4 })).toMatchObject(wanted);
    expect(vllm("0.7.3", '--speculative-model "[ngram]" --num-speculative-tokens 5 --ngram-prompt-lookup-max 4')).toMatchObject(wanted);
  });

  test("multi-token prediction: as many as the model has layers for", () => {
    expect(vllm("0.19.0", { method: "mtp" }, `${deepseek} -tp 8`)).toMatchObject({ method: "mtp", draftTokens: 1, acceptance: 0.8 });
    expect(vllm("0.19.0", { method: "deepseek_mtp", num_speculative_tokens: 3 }, `${deepseek} -tp 8`)).toMatchObject({
      draftTokens: 3,
      passes: 3,
    });
  });

  test("the V0 engine stops where as many requests run, V1 does not look", () => {
    const flags = `--speculative-model JackFram/llama-160m --num-speculative-tokens 5 --speculative-disable-by-batch-size 8`;
    expect(vllm("0.6.6", flags)).toMatchObject({ method: "draft", limit: { drafting: null, running: 7 } });
    expect(
      vllm("0.19.0", { model: "meta-llama/Llama-3.2-1B-Instruct", num_speculative_tokens: 5, disable_by_batch_size: 8 }),
    ).toMatchObject({
      method: "draft",
      limit: null,
    });
  });

  test("suffixes under Arctic: 16 tokens of the first 64 requests, as far as they are likely", () => {
    const flags = '--ulysses-sequence-parallel-size 2 --speculative-config \'{"method":"suffix"}\'';
    // 0.65^5 = 0.116 and 0.65^6 = 0.075: a sixth draft is less likely than one in ten.
    expect(vllm("0.11.0", flags)).toMatchObject({ method: "suffix", draftTokens: 5, passes: 0, limit: { drafting: 64, running: null } });
    const hard = `--ulysses-sequence-parallel-size 2 --speculative-config '{"method":"suffix","disable_by_batch_size":32,"hard_disable_by_batch_size":128}'`;
    expect(vllm("0.11.0", hard)).toMatchObject({ limit: { drafting: 32, running: 128 } });
  });

  test("nothing that can be counted where a drafter's own config says how many", () => {
    expect(vllm("0.19.0", { method: "eagle", model: "own/head" })).toBeUndefined();
  });
});

describe("what SGLang drafts", () => {
  const sglang = (flags: string, model = llama, version = "0.5.9") =>
    drafting(version, `python -m sglang.launch_server --model-path ${model} ${flags}`);

  test("a tree by default, of five levels with eight tokens verified", () => {
    const wanted = { method: "eagle", draftTokens: 7, depth: 5, passes: 5, width: 4, verifiesAll: true, lookahead: 7 };
    expect(sglang("--speculative-algorithm EAGLE3 --speculative-draft-model-path own/head")).toMatchObject(wanted);
  });

  test("a chain of DeepSeek's own layers", () => {
    expect(sglang("--speculative-algorithm NEXTN", `${deepseek} --tp 8`)).toMatchObject({
      method: "mtp",
      draftTokens: 3,
      depth: 3,
      width: 1,
    });
  });

  test("what is written, a chain's count following its steps", () => {
    const flags = "--speculative-algorithm EAGLE --speculative-num-steps 2 --speculative-eagle-topk 1 --speculative-num-draft-tokens 9";
    expect(sglang(`${flags} --speculative-draft-model-path own/head`)).toMatchObject({ draftTokens: 2, depth: 2, passes: 2 });
  });

  test("n-grams of twelve tokens", () => {
    expect(sglang("--speculative-algorithm NGRAM")).toMatchObject({ method: "ngram", draftTokens: 11, depth: 11, passes: 0 });
  });
});

describe("what TensorRT-LLM drafts", () => {
  test("multi-token prediction, up to a concurrency", () => {
    expect(tensorrt({ decoding_type: "MTP", num_nextn_predict_layers: 3 })).toMatchObject({
      method: "mtp",
      draftTokens: 3,
      passes: 3,
      limit: null,
    });
    expect(tensorrt({ decoding_type: "MTP" })).toMatchObject({ draftTokens: 1 });
    expect(tensorrt({ decoding_type: "Eagle", max_draft_len: 3, speculative_model_dir: "own/head", max_concurrency: 16 })).toMatchObject({
      method: "eagle",
      limit: { drafting: null, running: 16 },
    });
  });
});

describe("how many drafts are accepted", () => {
  const command = `vllm serve ${llama} --speculative-config '{"method":"ngram","num_speculative_tokens":3}'`;

  test("is assumed by the method, and said to be", () => {
    const { assumed } = settledOf("0.19.0", command);
    expect(assumed.filter(({ what }) => what === "acceptance").map(({ value }) => value)).toEqual(["0.65"]);
  });

  test("or told by a case", () => {
    const deployment = {
      model: llama,
      gpu: "H100-SXM",
      settings: { "speculative-config": { method: "ngram", num_speculative_tokens: 3 } },
      speculation: { acceptance: 0.9 },
    };
    const read = readCase({ id: "a", deployment }, { catalog });
    const settled = read.deployment && settle(read.deployment, catalog).settled;
    expect(settled?.pools[0]?.speculation?.acceptance).toBe(0.9);
    expect(settled?.assumed.some(({ what }) => what === "acceptance")).toBe(false);
  });
});
