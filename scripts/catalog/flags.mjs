import { choiceEras } from "./choices.mjs";

/** Each engine's flags as sparse rows, by the name of its table: what equals the usual case is left out. */
export function flagTables({ vllm, arctic, sglang, trtllm }) {
  const plugin = arctic.args.map((arg) => ({ ...row(arg), seen: "0.8.5", plugin: "arctic" }));
  return {
    vllm: { versions: vllm.versions, flags: [...vllm.args.map(row), ...plugin] },
    sglang: { versions: sglang.versions, flags: sglang.args.map(row) },
    // One state of the command line without a release: no flag has a history.
    "tensorrt-llm": { versions: [], flags: trtllm.cli.serve.map(row) },
  };
}

function row(arg) {
  return sparse({
    name: arg.flag.replace(/^-+/, ""),
    aliases: [...(arg.aliases ?? []), ...(arg.formerNames ?? [])],
    type: takesNoValue(arg) ? typeBefore(arg) : arg.type,
    choices: takesNoValue(arg) ? undefined : arg.choices?.map(String),
    eras: takesNoValue(arg) ? undefined : choiceEras(arg),
    open: arg.choicesOpen,
    default: arg.default ?? undefined,
    no: arg.positiveNegativeBool,
    human: arg.humanReadable,
    ...bounds(arg),
    seen: arg.firstSeen,
    gone: arg.removedBy ?? undefined,
    absent: arg.absentIn ?? undefined,
    instead: replacement(arg),
  });
}

/** SGLang's actions for old spellings are declared without a value, whatever type the collected row names. */
function takesNoValue({ action }) {
  return action === "DeprecatedAction" || action === "DeprecatedStoreTrueAction" || action === "DeprecatedStoreConstAction";
}

/** Most were switches before they became old spellings; one took a number, and command lines of its time still do. */
function typeBefore({ changes = [] }) {
  return changes.findLast((change) => change.type !== undefined)?.type[0] ?? "bool";
}

function replacement({ replacementMentioned }) {
  const first = Array.isArray(replacementMentioned) ? replacementMentioned[0] : replacementMentioned;
  return typeof first === "string" ? first : undefined;
}

/** The least and the greatest value; for whole numbers `> 0` is `>= 1`. */
export function bounds({ type, constraints = {} }) {
  const { ge, gt, le, lt } = constraints;
  return { min: ge ?? (gt !== undefined && type === "int" ? gt + 1 : gt), max: le ?? (lt !== undefined && type === "int" ? lt - 1 : lt) };
}

export function sparse(members) {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)),
  );
}
