import { expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { hints } from "../../src/language/hints.ts";
import { hover } from "../../src/language/hover.ts";
import { lenses } from "../../src/language/lenses.ts";
import { memoryLevers } from "../../src/language/memory-levers.ts";
import { memoryOverview } from "../../src/language/memory-overview.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed, yaml } from "./deployments.ts";

const catalog = testCatalog();

/** All that an editor says of a file: lenses, hints, findings with their fixes, levers, memory, and the hover over each word. */
function said(text: string): string {
  const analysis = analysed(text);
  const [subject] = analysis.deployments;
  if (subject?.memory.length !== 1) throw new Error("no deployment whose memory is known");
  const words = text
    .split("\n")
    .flatMap((row, line) =>
      [...row.matchAll(/\S+/g)].map(
        ({ index }) => hover(analysis, { line, character: index + 1 }, { catalog, uri: "file:///a.yaml" })?.markdown ?? "",
      ),
    );
  return [
    ...lenses(analysis, new Map(), catalog).map(({ title }) => plain(title)),
    ...hints(analysis).map(({ label }) => plain(label)),
    ...analysis.findings.flatMap((one) => [plain(one.message), ...one.fixes.map(({ title }) => plain(title))]),
    ...memoryLevers(subject, { text, analysis, again: analysed, catalog }).flatMap(({ title, price, obstacle }) =>
      [title, price, obstacle].map((one) => (one ? plain(one) : "")),
    ),
    JSON.stringify(memoryOverview(subject, catalog)),
    ...words,
  ].join("\n");
}

const vllmWords =
  /vLLM|gpu-memory-utilization|max-num-seqs|max-num-batched-tokens|max-model-len|tensor-parallel-size|enforce-eager|vllm\.ai/;

/** Lines with a word of vLLM, but for where a note sets the two apart. */
const foreign = (text: string) =>
  said(text)
    .split("\n")
    .filter((line) => vllmWords.test(line) && !line.includes("unlike vLLM's"));

const sglang = (args: readonly string[]) =>
  yaml({ gpu: "H100", image: "lmsysorg/sglang:v0.5.5", args: [] })
    .replace("command: [vllm, serve]", "command: [python3, -m, sglang.launch_server, --model-path]")
    .replace("          resources:", `${args.map((arg) => `            - ${arg}\n`).join("")}          resources:`);

const tensorrt = (args: readonly string[]) =>
  yaml({ gpu: "H100", image: "nvcr.io/nvidia/tensorrt-llm/release:1.0.0", args: [] })
    .replace("command: [vllm, serve]", "command: [trtllm-serve]")
    .replace("          resources:", `${args.map((arg) => `            - ${arg}\n`).join("")}          resources:`);

test.each([
  [
    "fits",
    sglang([
      "--mem-fraction-static=0.85",
      "--context-length=8192",
      "--max-running-requests=256",
      "--chunked-prefill-size=8192",
      "--kv-cache-dtype=auto",
      "--disable-cuda-graph",
    ]),
  ],
  ["nothing written", sglang([])],
  ["too large", sglang(["--mem-fraction-static=0.5", "--tp-size=1"]).replaceAll("Llama-3.1-8B", "Llama-3.3-70B")],
  ["close", sglang(["--mem-fraction-static=0.97", "--chunked-prefill-size=32768"])],
  ["split", sglang(["--tp-size=2", "--dp-size=2", "--enable-dp-attention"]).replaceAll("gpu: 1", "gpu: 2")],
])("SGLang, %s: no word of vLLM's", (_, text) => {
  expect(foreign(text)).toEqual([]);
});

test.each([
  ["fits", tensorrt(["--free_gpu_memory_fraction=0.85", "--max_seq_len=8192", "--max_batch_size=256", "--max_num_tokens=8192"])],
  ["nothing written", tensorrt([])],
  ["too large", tensorrt(["--tp_size=1"]).replaceAll("Llama-3.1-8B", "Llama-3.3-70B")],
  ["long", tensorrt(["--max_num_tokens=131072"])],
])("TensorRT-LLM, %s: no word of vLLM's", (_, text) => {
  expect(foreign(text)).toEqual([]);
});
