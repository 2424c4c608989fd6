import { message } from "../deployment/message.ts";
import { compareVersions, parseVersion } from "../deployment/version.ts";
import { type ArcticUse, arcticUse, environmentSwitch, pinnedVersions } from "./arctic.ts";
import { saidVersion } from "./certainty.ts";
import { finding, partsOfProduct } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagSwitch } from "./flag-number.ts";
import { jsonFlag } from "./json-flag.ts";
import { gpuNamedHere, knownGpu, knownModel } from "./known.ts";
import { gpusAsked, isPartOfGroup, layoutWords, ranksOf, sizeRanges } from "./layout.ts";
import { flagOf, wordOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "shift-invariance";

export const shiftInvariance: Rule = {
  code,
  severity: "error",
  summary: "Ulysses SP or Shift Parallelism is used in a way its plugin refuses, ignores or cannot fill.",
  facts: ["AS01", "AS02", "AS03", "AS04", "AS05", "AS07", "AS15"],
  engines: ["vllm"],
  check(context) {
    const use = arcticUse(context.pool);
    if (!use) return [];
    const plugin = pluginOff(context, use);
    if (plugin?.severity === "error") return [plugin];
    return [
      plugin,
      shiftAlone(context, use),
      product(context, use),
      experts(context, use),
      pin(context, use),
      platform(context, use),
      nativePass(context, use),
    ].filter((one) => one !== undefined);
  },
};

/** AS03. */
function pluginOff({ pool }: RuleContext, use: ArcticUse): Finding | undefined {
  const { arctic } = pool.engine;
  if (arctic?.value === true) return undefined;
  if (arctic?.value === false)
    return finding(
      code,
      "error",
      use.flag.flagRange,
      message(
        'The Arctic plugin is off, so vLLM does not know {0} and would stop: "unrecognized arguments". ARCTIC_INFERENCE_ENABLED=1 switches it on.',
        use.flag.spelled,
      ),
      { related: [{ range: arctic.range, message: message("switched off here") }], fixes: [removeFlagFix(pool, use.flag)] },
    );
  return finding(
    code,
    "information",
    use.flag.flagRange,
    message(
      "{0} comes from the Arctic plugin, which works only with ARCTIC_INFERENCE_ENABLED=1. The file does not set it; the image may.",
      use.flag.spelled,
    ),
  );
}

/** AS02. */
function shiftAlone({ pool, deployment }: RuleContext, use: ArcticUse): Finding | undefined {
  const { parallel } = pool.engine;
  if (!use.shift || !use.shiftFlag || use.sequence > 1 || parallel.unreadable.has("sequence")) return undefined;
  const asked = gpusAsked(pool);
  const ranks = ranksOf(parallel);
  const heads = knownModel(deployment)?.heads;
  const sequence = asked && ranks ? asked / ranks.product : 0;
  const fills = Number.isInteger(sequence) && sequence > 1 && (heads === undefined || heads % (parallel.tensor.value * sequence) === 0);
  return finding(
    code,
    "error",
    use.shiftFlag.flagRange,
    message(
      "Shift Parallelism switches between TP and SP, but SP is 1. The plugin would stop: it needs ulysses-sequence-parallel-size above 1.",
    ),
    {
      related: [{ range: use.sequenceFlag?.valueRange, message: message("SP is set here") }],
      fixes: [
        fills ? setFlagFix(pool, "ulysses-sequence-parallel-size", String(sequence), undefined, true) : undefined,
        removeFlagFix(pool, use.shiftFlag, !fills),
      ],
    },
  );
}

/** AS01: TP × SP (× PP × DP) is the GPUs of the instance. */
function product({ pool }: RuleContext, use: ArcticUse): Finding | undefined {
  const { parallel, complete } = pool.engine;
  const ranks = ranksOf(parallel);
  const asked = gpusAsked(pool);
  if (!ranks || asked === undefined || ranks.sequence === 1 || ranks.product === asked || isPartOfGroup(pool)) return undefined;
  const more = ranks.product > asked;
  if (!more && !complete) return undefined;
  const others = ranks.product / ranks.sequence;
  const sequence = asked / others;
  return finding(
    code,
    more ? "error" : "warning",
    wordOf(use.sequenceFlag ?? use.flag),
    more
      ? message(
          "{0} is {1} ranks, but the instance has {2} GPUs. Every rank needs its own GPU, so vLLM would stop at start.",
          layoutWords(ranks),
          ranks.product,
          asked,
        )
      : message("{0} is {1} ranks, but the instance has {2} GPUs. The others stay idle.", layoutWords(ranks), ranks.product, asked),
    {
      related: [
        ...partsOfProduct(sizeRanges(parallel)),
        { range: pool.hardware.gpusPerNode?.range, message: message("GPUs are asked for here") },
      ],
      fixes: [
        Number.isInteger(sequence) && sequence > 1
          ? setFlagFix(pool, "ulysses-sequence-parallel-size", String(sequence), undefined, true)
          : undefined,
        fitTensor(pool, ranks.product / ranks.tensor, asked),
      ],
    },
  );
}

function fitTensor(pool: RuleContext["pool"], others: number, asked: number) {
  const tensor = asked / others;
  return Number.isInteger(tensor) && tensor >= 1 ? setFlagFix(pool, "tensor-parallel-size", String(tensor)) : undefined;
}

/** AS15. */
function experts({ pool, deployment }: RuleContext, use: ArcticUse): Finding | undefined {
  const flag = flagOf(pool, "enable-expert-parallel");
  const ranks = ranksOf(pool.engine.parallel);
  if (!flag || flagSwitch(pool, "enable-expert-parallel") !== true || use.sequence === 1 || !ranks || knownModel(deployment)?.moe === null)
    return undefined;
  return finding(
    code,
    "information",
    flag.flagRange,
    message(
      "Expert parallelism spreads experts over DP × TP = {0} ranks only; the {1} SP ranks hold the same experts again.",
      ranks.data * ranks.tensor * ranks.context,
      ranks.sequence,
    ),
    { related: [{ range: use.sequenceFlag?.valueRange, message: message("SP is set here") }] },
  );
}

/** AS04. A release between those whose pins are known may pin another version: no error. */
function pin({ pool }: RuleContext, use: ArcticUse): Finding | undefined {
  const version = saidVersion(pool);
  const skip = pool.engine.environment.has("ARCTIC_INFERENCE_SKIP_VERSION_CHECK");
  if (!version || pool.engine.arctic?.value !== true || skip) return undefined;
  const known = pinnedVersions.some((text) => {
    const pinned = parseVersion(text);
    return pinned !== undefined && compareVersions(pinned, version) === 0;
  });
  if (known) return undefined;
  return finding(
    code,
    "warning",
    pool.engine.version?.range ?? use.flag.flagRange,
    message(
      "No known release of the Arctic plugin is made for vLLM {0}; it would stop unless ARCTIC_INFERENCE_SKIP_VERSION_CHECK=1. Known: {1}.",
      version.text,
      pinnedVersions.join(", "),
    ),
  );
}

/** AS05. */
function platform({ pool, catalog }: RuleContext, use: ArcticUse): Finding | undefined {
  const gpu = knownGpu(pool, catalog);
  if (!gpu || gpu.vendor === "nvidia" || environmentSwitch(pool, "ARCTIC_INFERENCE_SKIP_PLATFORM_CHECK")) return undefined;
  const severity = pool.engine.arctic?.value === true ? "error" : "warning";
  return finding(code, severity, use.flag.flagRange, message("The Arctic plugin runs on CUDA only and would stop on {0}.", gpu.id), {
    related: [gpuNamedHere(pool)],
  });
}

/** AS07. */
function nativePass({ pool }: RuleContext, use: ArcticUse): Finding | undefined {
  const dotted = flagOf(pool, "compilation-config.pass_config.enable_sp");
  const passes = jsonFlag(pool, "compilation-config")?.members.get("pass_config");
  const isOn = dotted ? dotted.value?.value === "true" : isSwitchedOn(passes?.value);
  const at = dotted ? wordOf(dotted) : passes?.range;
  if (!isOn || !at || use.sequence <= 1) return undefined;
  return finding(
    code,
    "error",
    at,
    message(
      "vLLM's own sequence-parallel pass (enable_sp) does not go with SP {0} of the plugin, which would stop at start.",
      use.sequence,
    ),
    {
      related: [{ range: use.sequenceFlag?.valueRange, message: message("SP is set here") }],
      fixes: [dotted && removeFlagFix(pool, dotted, true)],
    },
  );
}

function isSwitchedOn(passes: unknown): boolean {
  return typeof passes === "object" && passes !== null && "enable_sp" in passes && passes.enable_sp === true;
}
