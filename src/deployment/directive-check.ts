import type { Catalog } from "../catalog/catalog.ts";
import { writtenBytesPerSecond } from "../catalog/written-quantity.ts";
import type { ReadProblem } from "./deployment.ts";
import { acceptanceShare, type Directive, seconds } from "./directives.ts";
import { expertLoadWord } from "./expert-load.ts";
import { type Message, message } from "./message.ts";
import { routingRule } from "./routing.ts";
import { namedSystem, systemNames } from "./systems/system.ts";
import type { LineMap } from "./text.ts";
import { parseVersion } from "./version.ts";

/** Values of directives that mean nothing, each at its word. */
export function checkDirectives(directives: readonly Directive[], catalog: Catalog, lines: LineMap): ReadProblem[] {
  return directives.flatMap(({ values }) =>
    [...values].flatMap(([key, { value, span }]) => {
      const wrong = wrongValue(key, value, catalog);
      return wrong ? [{ message: wrong, range: lines.range(span) }] : [];
    }),
  );
}

function wrongValue(key: string, value: string, catalog: Catalog): Message | undefined {
  switch (key) {
    case "gpu":
      return catalog.gpu(value) || catalog.instance(value) ? undefined : message("“{0}” is no GPU that the catalogue knows.", value);
    case "version":
      return parseVersion(value) ? undefined : message("“{0}” is no version; write it like 0.19.0.", value);
    case "slo.ttft":
    case "slo.tpot":
    case "slo.e2e":
      return seconds(value) === undefined ? message("“{0}” is no duration; write it like 500ms or 2s.", value) : undefined;
    case "slo.percentile":
      return /^\d{1,2}(\.\d+)?$/.test(value) ? undefined : message("“{0}” is no percentile; write it like 95.", value);
    case "routing":
      return routingRule(value) ? undefined : message("“{0}” is no routing that is known.", value);
    case "acceptance":
      return acceptanceShare(value) === undefined ? message("“{0}” is no share of accepted drafts; write it like 0.7.", value) : undefined;
    case "expert-load":
      return expertLoadWord(value) ? undefined : message("“{0}” is no load of experts; write it like zipf:0.8 or factor:1.5.", value);
    case "system":
      return namedSystem(value) ? undefined : message("“{0}” is no system that is known; known are {1}.", value, systemNames.join(", "));
    case "link":
      return writtenBytesPerSecond(value) === undefined ? message("“{0}” is no link speed; write it like 400Gbps.", value) : undefined;
    case "gpus-per-node":
      return /^[1-9]\d{0,4}$/.test(value) ? undefined : message("“{0}” is no number of GPUs.", value);
    case "price":
      return /^\d+(\.\d+)?$/.test(value) ? undefined : message("“{0}” is no price; write it like 2.50.", value);
    default:
      return undefined;
  }
}
