import { message } from "../deployment/message.ts";
import { finding, partsOfProduct } from "./finding.ts";
import { askGpusFix, setSizeFix } from "./flag-fix.ts";
import { knownModel } from "./known.ts";
import { gpusAsked, isPartOfGroup, layoutWords, ranksOf, sizeRanges } from "./layout.ts";
import { flagOf, placeOf } from "./place.ts";
import { laidOutEngines, type Rule } from "./rule.ts";

const words = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];

export const gpuIdle: Rule = {
  code: "gpu-idle",
  severity: "warning",
  summary: "The layout uses fewer GPUs than the deployment asks for.",
  facts: ["VW01", "VW02", "SW01", "TR01"],
  engines: laidOutEngines,
  check(context) {
    const { deployment, pool } = context;
    const asked = gpusAsked(pool);
    const ranks = ranksOf(pool.engine.parallel);
    const { hardware, engine } = pool;
    // Flags that may come from elsewhere could still use them all.
    if (asked === undefined || ranks === undefined || !engine.complete || isPartOfGroup(pool)) return [];
    const counted = hardware.gpusPerNode ?? hardware.gpusPerInstance;
    if (counted?.origin !== "file" || ranks.product >= asked || engine.executor?.value === "external_launcher") return [];
    const idle = asked - ranks.product;
    const at = counted.range ?? placeOf(deployment, engine.parallel.tensor, flagOf(pool, "tensor-parallel-size"));
    const heads = knownModel(deployment)?.heads;
    const tensor = (asked * ranks.tensor) / ranks.product;
    const divides = Number.isInteger(tensor) && (heads === undefined || heads % (tensor * ranks.sequence) === 0);
    return [
      finding(
        "gpu-idle",
        "warning",
        at,
        idle === 1
          ? message("Asks for {0} GPUs, but {1} uses {2}. One stays idle and is paid for.", asked, layoutWords(ranks), ranks.product)
          : message(
              "Asks for {0} GPUs, but {1} uses {2}. {3} stay idle and are paid for.",
              asked,
              layoutWords(ranks),
              ranks.product,
              words[idle] ?? idle,
            ),
        {
          related: partsOfProduct(sizeRanges(engine.parallel)),
          fixes: [divides ? setSizeFix(context, "tensor", tensor, true) : undefined, askGpusFix(pool, ranks.product, !divides)],
        },
      ),
    ];
  },
};
