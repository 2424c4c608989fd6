import { message } from "../deployment/message.ts";
import { refusedSince, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { nearestName } from "./flag-table.ts";
import { firstMemberPlace, isRecord, type JsonFlag, type JsonMember, jsonFlag } from "./json-flag.ts";
import { connectorNames, connectorSuccessors, hasConnector } from "./kv-connectors.ts";
import { wordOf } from "./place.ts";
import type { Finding, Fix, Rule, RuleContext } from "./rule.ts";

const code = "kv-transfer-config";
const name = "kv-transfer-config";
const roles = ["kv_producer", "kv_consumer", "kv_both"];

export const kvTransferConfig: Rule = {
  code,
  severity: "error",
  summary: "The transfer of KV cache names no role, a wrong one, or a connector the version has not.",
  facts: ["VM22", "VM23"],
  engines: ["vllm"],
  check(context) {
    const config = jsonFlag(context.pool, name);
    if (!config) return [];
    return [role(config), connector(context, config), ...children(config), hostPool(context, config)].filter((one) => one !== undefined);
  },
};

/** VM22: a connector without a role, or a role of another name; the same in every release read. */
function role(config: JsonFlag): Finding | undefined {
  const { flag, members } = config;
  const written = members.get("kv_role");
  const named = members.get("kv_connector")?.value;
  if (written && written.value !== null) {
    if (typeof written.value !== "string" || roles.includes(written.value)) return undefined;
    return finding(
      code,
      "error",
      written.range,
      message("kv_role is one of {0}, not {1}. vLLM would stop at start.", roles.join(", "), written.value),
      {
        fixes: [memberFix(written, nearestName(written.value, roles) ?? "kv_both")],
      },
    );
  }
  if (typeof named !== "string") return undefined;
  const place = firstMemberPlace(flag);
  const fix: Fix | undefined = place && {
    title: message("Set {0} to {1}", "kv_role", "kv_both"),
    edits: [{ range: place, newText: '"kv_role":"kv_both",' }],
    preferred: true,
  };
  return finding(
    code,
    "error",
    wordOf(flag),
    message("{0} is set without kv_role, so whether it gives or takes is not said. vLLM would stop at start.", named),
    {
      fixes: [fix],
    },
  );
}

/** Plugins register connectors of their own, so a name that no release has is no error. */
function connector({ pool, deployment }: RuleContext, { members }: JsonFlag): Finding | undefined {
  const written = members.get("kv_connector");
  const version = saidVersion(pool);
  if (typeof written?.value !== "string" || members.has("kv_connector_module_path") || deployment.launcher !== null) return undefined;
  const asked = written.value;
  if (!connectorNames.includes(asked)) {
    const near = nearestName(asked, connectorNames);
    if (near === undefined) return undefined;
    return finding(
      code,
      "warning",
      written.range,
      message("No release known here registers the connector {0}; a plugin must. Close to it is {1}.", asked, near),
      {
        fixes: [memberFix(written, near)],
      },
    );
  }
  if (!version || hasConnector(asked, version) !== false) return undefined;
  const instead = connectorSuccessors[asked];
  const fits = instead !== undefined && hasConnector(instead, version) === true;
  return finding(
    code,
    "error",
    written.range,
    message('vLLM {0} has no connector {1}. It would stop at start: "Unsupported connector type".', version.text, asked),
    {
      related: [{ range: pool.engine.version?.range, message: message("the version is set here") }],
      fixes: [fits ? memberFix(written, instead) : undefined],
    },
  );
}

/** Connectors inside MultiConnector are made of the same config. */
function children({ flag, members }: JsonFlag): readonly Finding[] {
  const extra = members.get("kv_connector_extra_config")?.value;
  if (members.get("kv_connector")?.value !== "MultiConnector" || !isRecord(extra) || !Array.isArray(extra.connectors)) return [];
  const lone: unknown = extra.connectors.find(
    (child: unknown) => isRecord(child) && typeof child.kv_connector === "string" && !("kv_role" in child),
  );
  if (!isRecord(lone)) return [];
  return [
    finding(
      code,
      "error",
      wordOf(flag),
      message(
        "{0} inside MultiConnector has no kv_role; each connector needs its own. vLLM would stop at start.",
        String(lone.kv_connector),
      ),
    ),
  ];
}

/** VM23: HiSparse keeps its pool on the host, for one rank a layer. */
function hostPool({ pool }: RuleContext, { flag, members }: JsonFlag): Finding | undefined {
  const severity = refusedSince(pool, "0.33.0");
  const extra = members.get("kv_connector_extra_config");
  if (members.get("kv_connector")?.value !== "HiSparseConnector" || !severity) return undefined;
  const { pipeline, decodeContext, unreadable } = pool.engine.parallel;
  if (!extra || (isRecord(extra.value) && !(Number(extra.value.host_pool_gib) > 0)))
    return finding(
      code,
      severity,
      extra?.range ?? wordOf(flag),
      message("HiSparseConnector needs host_pool_gib above 0. vLLM would stop at start."),
    );
  const split =
    !unreadable.has("pipeline") && pipeline.value > 1
      ? pipeline
      : !unreadable.has("decodeContext") && decodeContext.value > 1
        ? decodeContext
        : undefined;
  if (!split) return undefined;
  const size = split === pipeline ? "pipeline-parallel-size" : "decode-context-parallel-size";
  return finding(
    code,
    severity,
    split.range ?? wordOf(flag),
    message("HiSparseConnector goes with {0} 1 only, not {1}. vLLM would stop at start.", size, split.value),
    {
      fixes: [setFlagFix(pool, size, "1", undefined, true)],
    },
  );
}

function memberFix({ range, exact }: JsonMember, value: string): Fix | undefined {
  return exact
    ? { title: message("Change to {0}", value), edits: [{ range, newText: JSON.stringify(value) }], preferred: true }
    : undefined;
}
