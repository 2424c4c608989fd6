import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setFlagsFix } from "./flag-fix.ts";
import { knownModel } from "./known.ts";
import { flagOf, placeOf } from "./place.ts";
import { type Fix, laidOutEngines, type Rule, type RuleContext } from "./rule.ts";

const code = "tensor-across-nodes";

export const tensorAcrossNodes: Rule = {
  code,
  severity: "information",
  summary: "Tensor parallelism spans nodes: every layer waits for the network between them.",
  facts: ["VW12"],
  engines: laidOutEngines,
  check(context) {
    const { deployment, pool, catalog } = context;
    const { hardware, engine } = pool;
    const { tensor, unreadable, written } = engine.parallel;
    const stage = written.tp ?? tensor;
    const perNode = hardware.gpusPerNode?.value;
    const nodes = hardware.nodes?.value;
    const gpu = hardware.gpu && catalog.gpu(hardware.gpu.value);
    // Racks of NVL72 join their nodes by NVLink; where the GPU is unknown, so is that.
    if (unreadable.has("tensor") || !perNode || !nodes || nodes < 2 || stage.value <= perNode || !gpu || gpu.scaleUpGpus >= stage.value)
      return [];
    return [
      finding(
        code,
        "information",
        placeOf(deployment, stage, flagOf(pool, "tensor-parallel-size")),
        message(
          "TP {0} spans nodes of {1} GPUs: two all-reduces a layer go over the network between them. TP {1} in each node with PP {2} over the nodes sends one activation a stage.",
          stage.value,
          perNode,
          Math.ceil(stage.value / perNode),
        ),
        { fixes: [pipelineFix(context, stage.value, perNode)] },
      ),
    ];
  },
};

/** TP in the node, PP over the nodes, where heads and layers allow it. */
function pipelineFix({ deployment, pool }: RuleContext, tensor: number, perNode: number): Fix | undefined {
  const model = knownModel(deployment);
  const stages = tensor / perNode;
  const isPlain = pool.engine.parallel.pipeline.value === 1 && deployment.engine === "vllm";
  if (!model || !isPlain || !Number.isInteger(stages) || model.heads % perNode !== 0 || model.layers < stages) return undefined;
  const title = message("Use TP {0} × PP {1}", perNode, stages);
  return setFlagsFix(pool, { "tensor-parallel-size": String(perNode), "pipeline-parallel-size": String(stages) }, title, true);
}
