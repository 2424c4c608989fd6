import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { refusedSince, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import { modelPlace } from "./place.ts";
import type { Rule } from "./rule.ts";

const code = "load-format";

export const loadFormat: Rule = {
  code,
  severity: "error",
  summary: "The model lies in an object store, and the load format cannot read from there.",
  facts: ["VQ09"],
  engines: ["vllm"],
  check({ deployment, pool }) {
    const name = deployment.model?.value.name ?? "";
    const asked = flagText(pool, code);
    const severity = refusedSince(pool, "0.14.1");
    // Which of the clouds' schemes is taken for a store differs by release; s3 and gs are in every one read.
    if (!/^(s3|gs):\/\//i.test(name) || !asked || !severity) return [];
    const version = saidVersion(pool);
    const formats = ["auto", "runai_streamer", "runai_streamer_sharded"];
    if (!version || atLeast(version, "0.22.1")) formats.push("modelexpress");
    if (formats.includes(asked.value)) return [];
    return [
      finding(
        code,
        severity,
        asked.range,
        message("{0} cannot load from {1}. vLLM stops at start unless the load format is runai_streamer.", asked.value, schemeOf(name)),
        {
          related: [{ range: modelPlace(deployment), message: message("the model is named here") }],
          fixes: [setFlagFix(pool, code, "runai_streamer", undefined, true), removeFlagFix(pool, asked.flag)],
        },
      ),
    ];
  },
};

function schemeOf(name: string): string {
  return name.slice(0, name.indexOf("://") + 3);
}
