/** vLLM's flags and those of its Arctic plugin as sparse rows: what equals the usual case is left out. */
export function flagRows(vllm, arctic) {
  const rows = vllm.args.map((arg) => row(arg));
  const plugin = arctic.args.map((arg) => ({ ...row(arg), seen: "0.8.5", plugin: "arctic" }));
  return { versions: vllm.versions, flags: [...rows, ...plugin] };
}

function row(arg) {
  const { ge, gt, le, lt } = arg.constraints ?? {};
  return sparse({
    name: arg.flag.replace(/^-+/, ""),
    aliases: arg.aliases,
    type: arg.type,
    choices: arg.choices?.map(String),
    choicesSince: choicesSince(arg),
    open: arg.choicesOpen,
    default: arg.default ?? undefined,
    no: arg.positiveNegativeBool,
    human: arg.humanReadable,
    min: ge ?? (gt !== undefined && arg.type === "int" ? gt + 1 : gt),
    max: le ?? (lt !== undefined && arg.type === "int" ? lt - 1 : lt),
    seen: arg.firstSeen,
    gone: arg.removedBy ?? undefined,
    absent: arg.absentIn ?? undefined,
    instead: replacement(arg),
  });
}

/** The release in which the closed choices last changed; left out where they never did. */
function choicesSince({ choices, choicesOpen, changes = [] }) {
  if (!choices || choicesOpen) return undefined;
  return changes.findLast((change) => change.choicesAdded?.length > 0 || change.choicesRemoved?.length > 0)?.version;
}

function replacement({ replacementMentioned }) {
  const first = Array.isArray(replacementMentioned) ? replacementMentioned[0] : replacementMentioned;
  return typeof first === "string" ? first : undefined;
}

function sparse(members) {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)),
  );
}
