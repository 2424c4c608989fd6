import type { Pool } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { refusedSince, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { nearestName } from "./flag-table.ts";
import { firstMemberPlace, type JsonFlag, jsonFlag } from "./json-flag.ts";
import { flagOf, wordOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "speculative-config";
/** Flags of 0.22 and newer that say parts of the config outside of it. */
const partFlags = ["spec-method", "spec-model", "spec-tokens"];
/** Methods that draft with weights of their own (0.9.2 config.py:2612, 0.33.0 config/speculative.py:1293). */
const withModel = new Set(["draft_model", "eagle", "eagle3", "medusa", "mlp_speculator"]);

export const speculativeConfig: Rule = {
  code,
  severity: "error",
  summary: "Speculation lacks a count or a drafter, names a method that the version does not know, or contradicts itself.",
  facts: ["AS16", "speculative config of ten vLLM releases"],
  engines: ["vllm"],
  check(context) {
    const { pool } = context;
    const config = jsonFlag(pool, code);
    if (!config || partFlags.some((name) => flagOf(pool, name) !== undefined)) return [];
    return [
      count(config),
      model(config),
      draftTensor(pool, config),
      lookup(config),
      method(context, config),

      suffix(config),
    ].filter((one) => one !== undefined);
  },
};

function textMember({ members }: JsonFlag, key: string): string | undefined {
  const value = members.get(key)?.value;
  return typeof value === "string" ? value : undefined;
}

/** A drafter's own config may say how many; looking back in the prompt and plain draft models have none. */
function count(config: JsonFlag): Finding | undefined {
  const { flag, members } = config;
  const tokens = members.get("num_speculative_tokens");
  if (typeof tokens?.value === "number" && tokens.value <= 0)
    return finding(code, "error", tokens.range, message("num_speculative_tokens must be above 0. vLLM would stop at start."));
  const how = textMember(config, "method") ?? (/^\[?ngram\]?$/.test(textMember(config, "model") ?? "") ? "ngram" : undefined);
  if (tokens || (how !== "ngram" && how !== "ngram_gpu" && how !== "draft_model")) return undefined;
  const place = firstMemberPlace(flag);
  return finding(code, "error", wordOf(flag), message("Speculation by {0} needs num_speculative_tokens. vLLM would stop at start.", how), {
    fixes: [
      place && {
        title: message("Set {0} to {1}", "num_speculative_tokens", 3),
        edits: [{ range: place, newText: '"num_speculative_tokens":3,' }],
        preferred: true,
      },
    ],
  });
}

function model(config: JsonFlag): Finding | undefined {
  const written = config.members.get("method");
  const how = textMember(config, "method");
  const named = config.members.get("model");
  if (!written || how === undefined || !withModel.has(how) || (named && named.value !== null)) return undefined;
  return finding(
    code,
    "error",
    written.range,
    message("Speculation by {0} needs the drafter: model is missing. vLLM would stop at start.", how),
  );
}

/** The drafter runs on one rank or on all (in every release read). */
function draftTensor(pool: Pool, { members }: JsonFlag): Finding | undefined {
  const wrong = members.get("tensor_parallel_size");
  const refused = refusedSince(pool, "0.18.1");
  if (typeof wrong?.value === "number" && refused)
    return finding(
      code,
      refused,
      wrong.range,
      message("tensor_parallel_size is that of the model itself; the drafter's is draft_tensor_parallel_size. vLLM would stop at start."),
    );
  const draft = members.get("draft_tensor_parallel_size");
  const { tensor, unreadable } = pool.engine.parallel;
  if (typeof draft?.value !== "number" || unreadable.has("tensor") || draft.value === 1 || draft.value === tensor.value) return undefined;
  return finding(
    code,
    "error",
    draft.range,
    message("The drafter runs on one GPU or on all of TP {0}, not on {1}. vLLM would stop at start.", tensor.value, draft.value),
    {
      related: [{ range: tensor.range, message: message("TP is set here") }],
      fixes: [
        draft.exact
          ? {
              title: message("Set {0} to {1}", "draft_tensor_parallel_size", 1),
              edits: [{ range: draft.range, newText: "1" }],
              preferred: true,
            }
          : undefined,
      ],
    },
  );
}

function lookup({ members }: JsonFlag): Finding | undefined {
  const least = members.get("prompt_lookup_min");
  const most = members.get("prompt_lookup_max")?.value;
  if (typeof least?.value !== "number" || typeof most !== "number" || least.value <= most) return undefined;
  return finding(
    code,
    "error",
    least.range,
    message("prompt_lookup_min {0} is above prompt_lookup_max {1}. vLLM would stop at start.", least.value, most),
  );
}

/** The plugin and other launchers bring methods of their own. */
function method({ deployment, pool, catalog }: RuleContext, config: JsonFlag): Finding | undefined {
  const written = config.members.get("method");
  const how = textMember(config, "method");
  if (!written || how === undefined || pool.engine.arctic?.value === true || deployment.launcher !== null) return undefined;
  const version = saidVersion(pool);
  // In 0.26.0, gone from 0.33.0.
  const gone = (how === "medusa" || how === "mlp_speculator") && version !== undefined && atLeast(version, "0.33.0");
  const methods = [...(catalog.options("vllm").options.get(`${code}.method`)?.choices ?? []), "medusa", "mlp_speculator"];
  if (methods.includes(how) && !gone) return undefined;
  const near = nearestName(how, methods);
  return finding(
    code,
    gone ? "error" : "warning",
    written.range,
    near === undefined || gone
      ? message("No speculation by {0} is known in this vLLM, which would stop at start.", how)
      : message("No speculation by {0} is known in this vLLM, which would stop at start. Close to it is {1}.", how, near),
    {
      fixes: [
        near !== undefined && !gone && written.exact
          ? { title: message("Change to {0}", near), edits: [{ range: written.range, newText: JSON.stringify(near) }], preferred: true }
          : undefined,
      ],
    },
  );
}

/** AS16: the plugin adds drafts by suffix to three methods only. */
function suffix(config: JsonFlag): Finding | undefined {
  const wanted = config.members.get("enable_suffix_decoding");
  const how = textMember(config, "method");
  if (wanted?.value !== true || how === undefined || /^(arctic|mlp_speculator|suffix)$/.test(how)) return undefined;
  return finding(
    code,
    "error",
    wanted.range,
    message("The Arctic plugin adds suffix decoding to arctic, mlp_speculator and suffix, not to {0}. It would stop at start.", how),
  );
}
