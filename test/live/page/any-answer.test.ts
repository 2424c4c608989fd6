import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { driftFindings, driftFix } from "../../../src/language/drift-findings.ts";
import { driftOf } from "../../../src/live/drift/drift-of.ts";
import { identify } from "../../../src/live/running/identify.ts";
import type { RunningServer } from "../../../src/live/running/running-server.ts";
import { safeEndpoints } from "../../../src/live/running/safe-endpoints.ts";
import { analysed, yaml } from "../../language/deployments.ts";

const text = yaml({ gpu: "H100-SXM5-80GB", args: ["--max-num-seqs=256", "--enable-prefix-caching", "--kv-cache-dtype=fp8"] });
const analysis = analysed(text);
const [subject] = analysis.deployments;
if (!subject) throw new Error("no deployment");

/** Names that servers use, so that what is answered reaches the readers. */
const names = fc.constantFrom(
  ..."version data id root parent max_model_len vllm_config parallel_config cache_config scheduler_config model_config tensor_parallel_size".split(
    " ",
  ),
  ..."block_size num_gpu_blocks kv_cache_size_tokens enable_prefix_caching max_num_seqs served_model_name tp_size disaggregation_mode".split(
    " ",
  ),
  ..."internal_states memory_usage token_capacity quantization dtype release modelInfo shortName max_batch_size name paths /server_info get".split(
    " ",
  ),
);
const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom("None", "True", "16", "auto", "fp8", "[]", "prefill", "tensor_parallel_size=2, dtype=torch.bfloat16, x='"),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(names, tie("tree"), { maxKeys: 6 }),
  ),
}));

describe("whatever a server answers", () => {
  test("it becomes a server, differences and findings, and nothing throws", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(safeEndpoints)), tree, async (kind, answer) => {
        const page = { server: { kind: kind as RunningServer["engine"], model: null, engines: 1 } };
        const server = await identify(page, async () => answer);
        const drift = driftOf(server, subject);
        for (const { verdict, server: runs, change } of drift) {
          if (verdict === "not-offered") expect(runs).toBeNull();
          else expect(runs).not.toBeNull();
          if (change) expect(verdict).toBe("different");
        }
        const options = { text, analysis, again: analysed };
        for (const { drift: one } of driftFindings(drift, subject, analysis).slice(0, 1)) driftFix(one, subject, options);
      }),
      { numRuns: 300, seed: 20261129 },
    );
  });
});

test("limits of TGI are compared with the options that a file writes", async () => {
  const tgi = [
    "services:",
    "  tgi:",
    "    image: ghcr.io/huggingface/text-generation-inference:3.3.4",
    "    command: --model-id meta-llama/Llama-3.1-8B-Instruct --max-total-tokens 8192 --max-concurrent-requests 128",
    "    deploy: { resources: { reservations: { devices: [{ driver: nvidia, count: 1, capabilities: [gpu] }] } } }",
    "",
  ].join("\n");
  const [one] = analysed(tgi).deployments;
  if (!one) throw new Error("no deployment");
  const page = { server: { kind: "tgi" as const, model: null, engines: 1 } };
  const server = await identify(page, async () => ({ max_total_tokens: 4096, max_concurrent_requests: 128, version: "3.3.4" }));
  const rows = driftOf(server, one).map(({ setting, file, server: runs, verdict }) => `${setting} ${file} ${runs} ${verdict}`);
  expect(rows).toEqual(expect.arrayContaining(["max-total-tokens 8192 4096 different", "max-concurrent-requests 128 128 equal"]));
});
