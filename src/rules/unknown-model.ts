import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { modelPlace } from "./place.ts";
import type { Rule } from "./rule.ts";

const code = "unknown-model";

export const unknownModel: Rule = {
  code,
  severity: "information",
  summary: "The model's architecture is not known here, so memory and timing are not judged.",
  facts: ["catalogue of models"],
  engines: ["vllm"],
  check({ deployment, catalog }) {
    const model = deployment.model;
    if (!model || model.value.facts) return [];
    const { name, problem } = model.value;
    if (problem)
      return [finding(code, "information", modelPlace(deployment), message("{0} cannot be read as a model. {1}", name, problem))];
    const proposals = catalog.modelProposals(model.value.name);
    const first = proposals[0];
    return [
      finding(
        code,
        "information",
        modelPlace(deployment),
        proposals.length === 1 && first
          ? message(
              "The architecture of {0} is not known here, so memory and speed are not judged. It may be {1}: its name ends alike.",
              model.value.name,
              first,
            )
          : message(
              "The architecture of {0} is not known here, so memory and speed are not judged. Describe model says it once for all.",
              model.value.name,
            ),
      ),
    ];
  },
};
