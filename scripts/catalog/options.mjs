import { bounds, sparse } from "./flags.mjs";

/** Set by the engine itself, whatever a command line says: their keys are no options of it. */
const builtByEngine = new Set(["ModelConfig", "ParallelConfig"]);

/** What can stand inside an engine's JSON flags and config files, by dotted path. */
export function optionTables({ vllm, arctic, trtllm }) {
  return {
    vllm: { versions: vllm.versions, exhaustive: true, options: [...jsonFlags(vllm), ...ofPlugin(arctic, vllm)] },
    // Free texts and paths are missing in the source's list, so that a missing key proves nothing.
    "tensorrt-llm": { versions: [], exhaustive: false, options: trtllm.yamlKeys.map((key) => row(key.key, key)) },
  };
}

function jsonFlags({ args, jsonConfigs, versions }) {
  const fields = (path, name) =>
    (jsonConfigs[name]?.fields ?? []).flatMap((field) => {
      const own = `${path}.${field.key}`;
      const nested = builtByEngine.has(field.jsonClass) ? [] : fields(own, field.jsonClass);
      return builtByEngine.has(field.jsonClass)
        ? []
        : [row(own, { ...field, absentIn: absentIn(field, jsonConfigs[name], versions) }), ...nested];
    });
  return args.filter(({ jsonClass }) => jsonClass).flatMap(({ flag, jsonClass }) => fields(flag.replace(/^-+/, ""), jsonClass));
}

/** The newest sampled release that has the object and not yet this key. */
function absentIn({ firstSeen }, { firstSeen: since }, versions) {
  const before = versions.indexOf(firstSeen) - 1;
  return before >= versions.indexOf(since) ? versions[before] : undefined;
}

/** Keys that Arctic adds to vLLM's objects, and those of its own flag. */
function ofPlugin({ args, speculativeConfigKeys }, { jsonConfigs }) {
  const known = new Set(jsonConfigs.SpeculativeConfig.fields.map(({ key }) => key));
  const added = speculativeConfigKeys.filter(({ key }) => !known.has(key)).map(({ key, type }) => [`speculative-config.${key}`, type]);
  const own = args.flatMap(({ flag, jsonKeys = {} }) => Object.entries(jsonKeys).map(([key, type]) => [`${flag.slice(2)}.${key}`, type]));
  return [...added, ...own].map(([key, type]) =>
    sparse({ ...row(key, { type: type.replace("?", ""), nullable: type.endsWith("?"), firstSeen: "0.8.5" }), plugin: "arctic" }),
  );
}

function row(key, field) {
  return sparse({
    key,
    type: field.type,
    items: field.items,
    choices: [...new Set([...(field.choices ?? []), ...(field.alsoChoices ?? [])])].map(String),
    open: field.choicesOpen,
    default: field.default ?? undefined,
    null: field.nullable,
    human: field.humanReadable,
    ...bounds(field),
    seen: field.firstSeen,
    gone: field.removedBy ?? undefined,
    absent: field.absentIn ?? undefined,
  });
}
