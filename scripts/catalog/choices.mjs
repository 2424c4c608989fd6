/**
 * What a flag took over the sampled releases, oldest first: `[since, choices]`, null where it took any word; behind choices
 * `[since, added, removed]`. Undone from the newest state, change by change; undefined where it was always the same.
 */
export function choiceEras(arg) {
  let state = { choices: new Set((arg.choices ?? []).map(String)), open: arg.choicesOpen === true, type: arg.type, computed: false };
  const eras = [];
  for (const change of (arg.changes ?? []).toReversed()) {
    const before = undo(change, state);
    if (!alike(closed(before), closed(state))) eras.unshift([change.version, closed(state)]);
    state = before;
  }
  return eras.length === 0 ? undefined : shortened([[arg.firstSeen, closed(state)], ...eras]);
}

function shortened(eras) {
  return eras.map(([since, choices], index) => {
    const before = eras[index - 1]?.[1];
    if (!before || !choices) return [since, choices];
    return [since, choices.filter((one) => !before.includes(one)), before.filter((one) => !choices.includes(one))];
  });
}

function undo({ choicesAdded = [], choicesRemoved = [], choicesOpen, type, choicesExpr }, after) {
  const added = new Set(choicesAdded.map(String));
  return {
    choices: new Set([...[...after.choices].filter((choice) => !added.has(choice)), ...choicesRemoved.map(String)]),
    open: choicesOpen ? choicesOpen[0] === true : after.open,
    type: type ? type[0] : after.type,
    computed: choicesExpr ? choicesExpr[0] !== null : after.computed,
  };
}

/** Choices that the release computed as it ran are not known; a free text with choices beside it takes any word. */
function closed({ choices, open, type, computed }) {
  return choices.size === 0 || open || computed || type === "str" ? null : [...choices].sort(byNumberOrWord);
}

function byNumberOrWord(a, b) {
  return Number(a) - Number(b) || (a < b ? -1 : 1);
}

function alike(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
