import type { Flag, Pool } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { environmentSwitch } from "./arctic.ts";
import { refusedWithFlag } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { isAbsent } from "./flag-text.ts";
import { flagOf } from "./place.ts";
import type { Rule, Severity } from "./rule.ts";
import { engineAlone } from "./unknown-flag.ts";

const code = "grpc-port";
/** What starts no Rust front end, or several that would share the port. */
const excluded = ["grpc", "headless", "data-parallel-multi-port-external-lb"];

export const grpcPort: Rule = {
  code,
  severity: "error",
  summary: "A port for gRPC is given where no front end, another one, or the same port would serve it.",
  facts: ["VF06"],
  engines: ["vllm"],
  check({ deployment, pool }) {
    const flag = flagOf(pool, "grpc-port");
    const severity = refusedWithFlag(pool, "0.33.0");
    if (!flag || !severity || !engineAlone(deployment)) return [];
    const other = excluded
      .map((name) => (flagSwitch(pool, name) === true ? flagOf(pool, name) : undefined))
      .find((one) => one !== undefined);
    if (other) return [excludes(pool, flag, other, severity)];
    const rust = environmentSwitch(pool, "VLLM_USE_RUST_FRONTEND");
    // The variable may come with the image, but its default is off.
    if (rust === false || (rust === undefined && !pool.engine.environment.has("VLLM_USE_RUST_FRONTEND") && pool.engine.complete))
      return [
        finding(
          code,
          rust === false ? severity : "warning",
          flag.flagRange,
          message("{0} is served by the Rust front end alone: VLLM_USE_RUST_FRONTEND=1 is needed. vLLM would stop at start.", flag.spelled),
          { fixes: [removeFlagFix(pool, flag)] },
        ),
      ];
    return port(pool, severity);
  },
};

function excludes(pool: Pool, flag: Flag, other: Flag, severity: Severity) {
  return finding(
    code,
    severity,
    flag.flagRange,
    message("{0} and {1} exclude each other. vLLM would stop at start.", flag.spelled, other.spelled),
    {
      related: [{ range: other.flagRange, message: message("the other one is given here") }],
      fixes: [removeFlagFix(pool, flag, true)],
    },
  );
}

function port(pool: Pool, severity: Severity) {
  const asked = flagInteger(pool, "grpc-port");
  if (!asked || asked.value === 0) return [];
  if (asked.value < 0 || asked.value > 65_535)
    return [
      finding(
        code,
        severity,
        asked.range,
        message("grpc-port must be from 0 to 65535, not {0}. vLLM would stop at start.", String(asked.value)),
      ),
    ];
  const http = flagInteger(pool, "port");
  const serves = http?.value ?? (isAbsent(pool, "port") ? 8000 : undefined);
  if (serves !== asked.value || !isAbsent(pool, "uds")) return [];
  return [
    finding(
      code,
      severity,
      asked.range,
      message("gRPC and HTTP cannot both listen on port {0}. vLLM would stop at start.", String(serves)),
      {
        related: [{ range: http?.range, message: message("the port of HTTP is set here") }],
      },
    ),
  ];
}
