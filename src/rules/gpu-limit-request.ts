import { message } from "../deployment/message.ts";
import type { Range } from "../deployment/text.ts";
import { finding } from "./finding.ts";
import { everyEngine, type Finding, type Rule } from "./rule.ts";

const code = "gpu-limit-request";

export const gpuLimitRequest: Rule = {
  code,
  severity: "error",
  summary: "GPUs are requested without a limit, or limited to another number than is requested, which Kubernetes refuses.",
  facts: ["Kubernetes: extended resources cannot be overcommitted"],
  engines: everyEngine,
  check({ pool }) {
    const { gpusPerNode: limit, gpuRequest: request, resource } = pool.hardware;
    if (limit && request?.range && limit === request) return [unlimited(request.value, resource, request.range)];
    if (!limit || !request?.range || limit.value === request.value) return [];
    return [
      finding(
        code,
        "error",
        request.range,
        message(
          "Requests {0} of {1}, but the limit is {2}. Kubernetes refuses the pod: limits and requests of such a resource must be equal.",
          request.value,
          resource ?? "the accelerator",
          limit.value,
        ),
        {
          related: [{ range: limit.range, message: message("the limit is set here") }],
          fixes: [
            {
              title: message("Request {0}", limit.value),
              edits: [{ range: request.range, newText: String(limit.value) }],
              preferred: true,
            },
            limit.range
              ? {
                  title: message("Limit to {0}", request.value),
                  edits: [{ range: limit.range, newText: String(request.value) }],
                  preferred: false,
                }
              : undefined,
          ],
        },
      ),
    ];
  },
};

/** A warning: what a cluster lets its admission fill in (GKE Autopilot does) a file does not show. */
function unlimited(count: number, resource: string | null, range: Range): Finding {
  return finding(
    code,
    "warning",
    range,
    message(
      'Requests {0} of {1} without a limit. Kubernetes refuses the pod: "Limit must be set for non overcommitable resources". Ask under limits; requests follow.',
      count,
      resource ?? "the accelerator",
    ),
  );
}
