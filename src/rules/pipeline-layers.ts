import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setSizeFix } from "./flag-fix.ts";
import { knownModel, modelNamedHere } from "./known.ts";
import { flagOf, placeOf } from "./place.ts";
import { type Finding, laidOutEngines, type Rule, type RuleContext } from "./rule.ts";

const code = "pipeline-layers";

export const pipelineLayers: Rule = {
  code,
  severity: "error",
  summary: "The pipeline stages do not fit the model's layers.",
  facts: ["VP07", "VP08"],
  engines: laidOutEngines,
  check(context) {
    const { deployment, pool } = context;
    const stages = pool.engine.parallel.pipeline.value;
    const layers = knownModel(deployment)?.layers;
    const partition = pool.engine.environment.get("VLLM_PP_LAYER_PARTITION");
    // SGLang's variable of the same kind divides the layers by its own leave.
    if (pool.engine.parallel.unreadable.has("pipeline") || pool.engine.environment.has("SGLANG_PP_LAYER_PARTITION")) return [];
    if (partition && deployment.engine === "vllm") return ownPartition(context, partition.value, stages, layers);
    if (layers === undefined || stages <= 1) return [];
    const at = placeOf(deployment, pool.engine.parallel.pipeline, flagOf(pool, "pipeline-parallel-size"));
    const related = [modelNamedHere(deployment)];
    if (stages > layers)
      return [
        finding(code, "error", at, message("The model has {0} layers, too few for PP {1}: some stages would have none.", layers, stages), {
          related,
          fixes: [setSizeFix(context, "pipeline", 1, true)],
        }),
      ];
    if (layers % stages === 0) return [];
    const most = Math.ceil(layers / stages);
    return [
      finding(
        code,
        "information",
        at,
        message(
          "{0} layers over PP {1} are uneven: the largest stage has {2}, the smallest {3}, and every stage waits for the largest.",
          layers,
          stages,
          most,
          Math.floor(layers / stages),
        ),
        { related },
      ),
    ];
  },
};

/** VP08: one number a stage, and together all layers. */
function ownPartition({ deployment, pool }: RuleContext, text: string, stages: number, layers: number | undefined): readonly Finding[] {
  const at = pool.engine.environment.get("VLLM_PP_LAYER_PARTITION")?.range ?? deployment.anchor;
  const parts = text.split(",").map((part) => Number(part.trim()));
  if (parts.some((part) => !Number.isInteger(part)))
    return [
      finding(code, "error", at, message("VLLM_PP_LAYER_PARTITION must be whole numbers with commas between. vLLM would stop at start.")),
    ];
  if (parts.length !== stages)
    return [
      finding(
        code,
        "error",
        at,
        message("VLLM_PP_LAYER_PARTITION has {0} stages, but PP is {1}. vLLM would stop at start.", parts.length, stages),
        { related: [{ range: pool.engine.parallel.pipeline.range, message: message("PP is set here") }] },
      ),
    ];
  const sum = parts.reduce((total, part) => total + part, 0);
  if (layers === undefined || sum === layers) return [];
  return [
    finding(
      code,
      "error",
      at,
      message("VLLM_PP_LAYER_PARTITION adds up to {0} layers, but the model has {1}. vLLM would stop at start.", sum, layers),
      { related: [modelNamedHere(deployment)] },
    ),
  ];
}
