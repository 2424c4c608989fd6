import { engineNames } from "../deployment/engine-names.ts";
import { type Message, message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { saidVersion } from "./certainty.ts";
import { finding, partsOfProduct } from "./finding.ts";
import { askGpusFix, setFlagFix, setSizeFix } from "./flag-fix.ts";
import { knownModel } from "./known.ts";
import { gpusAsked, isPartOfGroup, layoutWords, type Ranks, ranksOf, sizeRanges } from "./layout.ts";
import { flagOf, placeOf } from "./place.ts";
import { type Finding, type Fix, laidOutEngines, type Rule, type RuleContext } from "./rule.ts";

export const gpuCount: Rule = {
  code: "gpu-count",
  severity: "error",
  summary: "TP × SP × PP × DP needs more GPUs than the deployment asks for.",
  facts: ["VW01", "VW02", "VW03", "AS01", "SW01", "TR01"],
  engines: laidOutEngines,
  check(context) {
    const { deployment, pool } = context;
    const asked = gpusAsked(pool);
    const ranks = ranksOf(pool.engine.parallel);
    if (asked === undefined || ranks === undefined || isPartOfGroup(pool) || mayUseOtherGpus(context)) return [];
    if (ranks.product > asked) return [tooFew(context, ranks, asked)];
    if (deployment.engine !== "vllm") return [];
    const perNode = pool.hardware.gpusPerNode;
    const perReplica = ranks.product / ranks.data;
    const version = saidVersion(pool);
    const isChosen = ["distributed-executor-backend", "nnodes"].some((name) => flagOf(pool, name) !== undefined);
    if (
      !perNode ||
      perReplica <= perNode.value ||
      isChosen ||
      !pool.engine.complete ||
      ranks.data > 1 ||
      !version ||
      !atLeast(version, "0.11.2")
    )
      return [];
    return [
      finding(
        "gpu-count",
        "warning",
        placeOf(deployment, pool.engine.parallel.tensor, flagOf(pool, "tensor-parallel-size")),
        message(
          "{0} spans nodes of {1} GPUs, but no executor is chosen. vLLM {2} stops unless --distributed-executor-backend ray or --nnodes is given.",
          layoutWords(ranks),
          perNode.value,
          version.text,
        ),
        { fixes: [setFlagFix(pool, "distributed-executor-backend", "ray", undefined, true)] },
      ),
    ];
  },
};

function tooFew(context: RuleContext, ranks: Ranks, asked: number): Finding {
  const { deployment, pool } = context;
  const { hardware, engine } = pool;
  const range = hardware.gpusPerNode?.range ?? hardware.gpusPerInstance?.range;
  const at = range ?? placeOf(deployment, engine.parallel.tensor, flagOf(pool, "tensor-parallel-size"));
  const head =
    hardware.nodes && hardware.nodes.value > 1 ? nodesWords(hardware.nodes.value, hardware.gpusPerNode?.value, asked) : gpuWords(asked);
  const heads = knownModel(deployment)?.heads;
  const one = ranks.product === ranks.tensor && heads !== undefined && heads % asked === 0;
  const smaller: Fix | undefined = one ? setSizeFix(context, "tensor", asked) : undefined;
  return finding("gpu-count", "error", at, consequence(context, head, ranks), {
    related: partsOfProduct(sizeRanges(engine.parallel)),
    fixes: [askGpusFix(pool, ranks.product, true), smaller],
  });
}

function nodesWords(nodes: number, each: number | undefined, all: number): string {
  return each === undefined ? gpuWords(all) : `${nodes} × ${each} = ${gpuWords(all)}`;
}

function gpuWords(count: number): string {
  return count === 1 ? "1 GPU" : `${count} GPUs`;
}

/** What this engine does: it stops, or it waits for GPUs that never come. */
function consequence({ deployment, pool }: RuleContext, asked: string, ranks: Ranks): Message {
  const layout = layoutWords(ranks);
  const version = saidVersion(pool);
  const executor = pool.engine.executor?.value;
  if (deployment.engine !== "vllm")
    return message(
      "Asks for {0}, but {1} needs {2}. {3} would stop at start: every rank needs its own GPU.",
      asked,
      layout,
      ranks.product,
      engineNames[deployment.engine],
    );
  if (executor === "ray")
    return message(
      'Asks for {0}, but {1} needs {2}. Ray would wait for GPUs that never come: "exceeds the total number of available GPUs".',
      asked,
      layout,
      ranks.product,
    );
  if (executor === undefined && version && !atLeast(version, "0.10.3"))
    return message(
      "Asks for {0}, but {1} needs {2}. vLLM {3} would turn to Ray and wait for GPUs that never come.",
      asked,
      layout,
      ranks.product,
      version.text,
    );
  return message('Asks for {0}, but {1} needs {2}. vLLM would stop at start: "invalid device ordinal".', asked, layout, ranks.product);
}

/** A Ray cluster that this file only joins, or builds from several pods, has more GPUs than one pod asks for. */
function mayUseOtherGpus({ deployment, pool }: RuleContext): boolean {
  const { engine, instances, hardware } = pool;
  if (engine.environment.has("RAY_ADDRESS")) return true;
  // A card of two dies is one device to some clusters and two to others.
  if (hardware.gpu?.value.endsWith("-die")) return true;
  // Each of the two cores of a TPU7x chip is a device, one chip of other types is one; which type this is must be said.
  if (hardware.resource === "google.com/tpu" && !hardware.gpu?.value.startsWith("TPU-v")) return true;
  const ray = engine.executor?.value === "ray" || flagOf(pool, "data-parallel-backend")?.value?.value === "ray";
  if (engine.executor?.value === "external_launcher") return true;
  if (!ray) return false;
  const several = deployment.format === "docker-compose" || (deployment.format === "k8s-statefulset" && instances?.value !== 1);
  return several && (hardware.nodes?.value ?? 1) === 1;
}
