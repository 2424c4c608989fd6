import { wordTable } from "../catalog/word-table.ts";
import { message } from "../deployment/message.ts";
import { atLeast, compareVersions, parseVersion, type Version } from "../deployment/version.ts";
import { saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { flagSwitch } from "./flag-number.ts";
import { jsonFlag } from "./json-flag.ts";
import { flagOf } from "./place.ts";
import type { Rule, RuleContext } from "./rule.ts";

const code = "hybrid-cache-manager";
const name = "disable-hybrid-kv-cache-manager";
/** The newest release read; what holds up to it holds for the releases between. */
const newest = "0.33.0";

/** The last sample from 0.14.1 on in which a connector cannot work under the manager (`SupportsHMA` in kv_connector/v1). */
const lastWithout: Readonly<Record<string, string>> = wordTable({
  NixlConnector: "0.14.1",
  DecodeBenchConnector: "0.18.1",
  ExampleHiddenStatesConnector: "0.18.1",
  LMCacheMPConnector: "0.18.1",
  MooncakeConnector: "0.18.1",
  MultiConnector: "0.18.1",
  OffloadingConnector: "0.18.1",
  P2pNcclConnector: "0.22.1",
  MoRIIOConnector: "0.28.0",
  ExampleConnector: newest,
  FlexKVConnectorV1: newest,
  HF3FSKVConnector: newest,
  LMCacheConnectorV1: newest,
});

export const hybridCacheManager: Rule = {
  code,
  severity: "error",
  summary: "The hybrid cache manager is switched on by name beside something that cannot work under it.",
  facts: ["VM20"],
  engines: ["vllm"],
  check(context) {
    const { pool } = context;
    const flag = flagOf(pool, name);
    if (!flag || flagSwitch(pool, name) !== false) return [];
    const other = incompatible(context);
    if (!other) return [];
    return [
      finding(
        code,
        other.severity,
        flag.flagRange,
        message(
          "{0} switches the hybrid cache manager on, under which {1} cannot work. vLLM would stop at start.",
          flag.spelled,
          other.what,
        ),
        { related: [{ range: other.range, message: message("it is chosen here") }], fixes: [removeFlagFix(pool, flag, true)] },
      ),
    ];
  },
};

function incompatible({ pool }: RuleContext) {
  const version = saidVersion(pool);
  const events = flagOf(pool, "kv-events-config");
  if (events && version && isWithin(version, "0.18.1"))
    return { what: events.spelled, range: events.flagRange, severity: "error" as const };
  const connector = jsonFlag(pool, "kv-transfer-config")?.members.get("kv_connector");
  const last = typeof connector?.value === "string" ? lastWithout[connector.value] : undefined;
  if (typeof connector?.value !== "string" || last === undefined) return undefined;
  if (version ? !isWithin(version, last) : last !== newest) return undefined;
  return { what: connector.value, range: connector.range, severity: version ? ("error" as const) : ("warning" as const) };
}

/** From the first release that lets the manager be asked for, up to `last`. */
function isWithin(version: Version, last: string): boolean {
  const end = parseVersion(last);
  return end !== undefined && atLeast(version, "0.14.1") && compareVersions(version, end) <= 0;
}
