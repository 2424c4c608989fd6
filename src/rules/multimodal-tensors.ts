import { message } from "../deployment/message.ts";
import { refusedSince } from "./certainty.ts";
import { finding, partsOfProduct } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import { knownModel, readsTextAlone } from "./known.ts";
import { layoutWords, ranksOf, sizeRanges } from "./layout.ts";
import type { Rule } from "./rule.ts";

const code = "multimodal-tensors";
const name = "mm-tensor-ipc";

export const multimodalTensors: Rule = {
  code,
  severity: "error",
  summary: "Images are to be handed to the engine through shared memory, which only one rank can read.",
  facts: ["VP15"],
  engines: ["vllm"],
  check({ deployment, pool }) {
    const asked = flagText(pool, name);
    const model = knownModel(deployment);
    const severity = refusedSince(pool, "0.22.1");
    // A text model ignores the flag.
    if (asked?.value !== "torch_shm" || (model && readsTextAlone(model)) || !severity) return [];
    const certain = model ? severity : "warning";
    const fixes = [setFlagFix(pool, name, "direct_rpc", undefined, true)];
    const ranks = ranksOf(pool.engine.parallel);
    if (ranks && ranks.product > 1)
      return [
        finding(
          code,
          certain,
          asked.range,
          message("torch_shm reaches one rank, and {0} is {1}. vLLM would stop at start.", layoutWords(ranks), ranks.product),
          {
            related: partsOfProduct(sizeRanges(pool.engine.parallel)),
            fixes,
          },
        ),
      ];
    const method = pool.engine.environment.get("VLLM_WORKER_MULTIPROC_METHOD");
    if (pool.engine.environment.has("VLLM_WORKER_MULTIPROC_METHOD") && (!method || method.value === "spawn")) return [];
    // The image may set the variable where the file does not.
    return [
      finding(
        code,
        method ? certain : "warning",
        asked.range,
        message("torch_shm needs VLLM_WORKER_MULTIPROC_METHOD=spawn. vLLM would stop at start."),
        {
          related: [{ range: method?.range, message: message("the method is set here") }],
          fixes,
        },
      ),
    ];
  },
};
