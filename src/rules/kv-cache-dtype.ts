import { message } from "../deployment/message.ts";
import { refusedSince } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import { knownModel, modelNamedHere } from "./known.ts";
import type { Rule } from "./rule.ts";
import { sglangKvCacheDtype } from "./sglang-kv-cache-dtype.ts";

const code = "kv-cache-dtype";

export const kvCacheDtype: Rule = {
  code,
  severity: "error",
  summary: "The cache's element type has no layout for a latent cache, or needs another GPU.",
  facts: ["VM17", "SS08"],
  engines: ["vllm", "sglang"],
  check(context) {
    if (context.deployment.engine === "sglang") return sglangKvCacheDtype(context);
    const { deployment, pool } = context;
    const asked = flagText(pool, code);
    const model = knownModel(deployment);
    const severity = refusedSince(pool, "0.22.1");
    if (!asked?.value.startsWith("nvfp4") || asked.value.endsWith("_ds_mla") || !model?.mla || !severity) return [];
    return [
      finding(
        code,
        severity,
        asked.range,
        message("The model keeps one latent per token (MLA), for which {0} has no layout. vLLM would stop at start.", asked.value),
        {
          related: [modelNamedHere(deployment)],
          fixes: [setFlagFix(pool, code, "fp8", undefined, true), setFlagFix(pool, code, "auto")],
        },
      ),
    ];
  },
};
