import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import type { Rule } from "./rule.ts";

const code = "service-name";
/** vLLM reads it as a number (envs.py of every sampled release: int(os.environ["VLLM_PORT"])). */
const portVariable = "VLLM_PORT";

export const serviceName: Rule = {
  code,
  severity: "error",
  summary: "The name of a Service makes Kubernetes set VLLM_PORT to an address, which vLLM cannot read as a port.",
  facts: ["reported failures"],
  engines: ["vllm"],
  check({ pool: { pod, engine } }) {
    // The container's own value wins over the service's.
    if (!pod || engine.environment.has(portVariable)) return [];
    return pod.services.flatMap((service) => {
      const variable = `${service.value.toUpperCase().replaceAll("-", "_")}_PORT`;
      if (variable !== portVariable || !service.range) return [];
      return [
        finding(
          code,
          "error",
          service.range,
          message(
            'A Service named {0} puts {1}=tcp://… into the pods of its namespace. vLLM would stop at start: "{1} … appears to be a URI".',
            service.value,
            portVariable,
          ),
          {
            fixes: [
              {
                title: message("Name the Service {0}", `${service.value}-server`),
                edits: [{ range: service.range, newText: `${service.value}-server` }],
                preferred: true,
              },
            ],
          },
        ),
      ];
    });
  },
};
