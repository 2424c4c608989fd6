import type { LiveMembers } from "../../../src/protocol/live-view.ts";
import { fill, glyph, h, link, show } from "../../parts/dom.ts";
import { Section } from "../../parts/section.ts";
import { csv, type TableActions, tabbed } from "../../parts/table.ts";
import { words } from "../../parts/words.ts";
import { type MemberLine, memberColumns, memberLines, membersTable, type SpreadLine, spreadLines } from "./members-model.ts";

/** More are counted and left out: no page shows a thousand engines. */
const mostLines = 64;

/** Engines beside each other; a choice of one filters the charts. */
export class MembersSection {
  readonly section = new Section({ id: "members", title: words("Engines") });
  private key = "";

  constructor(
    private readonly choose: (engine: string | null) => void,
    private readonly actions: TableActions,
  ) {
    show(this.section.root, false);
  }

  update(members: LiveMembers | null, chosen: string | null): void {
    const isMany = members !== null && (members.engines.rows.length > 1 || members.members.length > 1);
    show(this.section.root, isMany);
    if (!members || !isMany) return;
    const lines = memberLines(members);
    const key = JSON.stringify([lines, chosen]);
    if (key === this.key) return;
    this.key = key;
    const focused = this.focusedEngine();
    const left = lines.length - mostLines;
    fill(
      this.section.body,
      this.tableOf(lines.slice(0, mostLines), chosen),
      left > 0 && h("p", { class: "secondary-text small", text: words("{0} more are in the copy.", left) }),
      ...spreadLines(members).map(spreadLine),
    );
    this.section.setExtra(
      link(words("Copy"), () => this.actions.copy(tabbed(membersTable(members)))),
      link(words("Save CSV"), () => this.actions.save("engines.csv", csv(membersTable(members)))),
    );
    if (focused !== null) this.section.body.querySelector<HTMLElement>(`[data-engine="${CSS.escape(focused)}"]`)?.focus();
  }

  private focusedEngine(): string | null {
    const { activeElement } = document;
    return activeElement instanceof HTMLElement && this.section.body.contains(activeElement)
      ? (activeElement.dataset.engine ?? null)
      : null;
  }

  private tableOf(lines: readonly MemberLine[], chosen: string | null): HTMLElement {
    const hasRoles = lines.some(({ role }) => role !== "");
    const first = hasRoles ? 2 : 1;
    const titles = [words("Engine"), ...(hasRoles ? [words("Role")] : []), ...memberColumns()];
    const head = titles.map((text, i) => {
      const made = h("th", { text, class: i >= first ? `numeric ${columnClass(i - first)}` : "" });
      made.scope = "col";
      return made;
    });
    const body = lines.map((line) => this.row(line, chosen, hasRoles));
    const made = h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body));
    made.setAttribute("aria-label", words("Engines"));
    return made;
  }

  private row({ engine, name, role, cells, isOutlier, lost }: MemberLine, chosen: string | null, hasRoles: boolean): HTMLElement {
    const isChosen = engine !== null && engine === chosen;
    const named = h("th", {});
    named.scope = "row";
    if (engine === null) named.append(name);
    else {
      const made = link(name, () => this.choose(isChosen ? null : engine), { aria: { pressed: String(isChosen) } });
      made.dataset.engine = engine;
      made.title = isChosen ? words("Show all engines") : words("Show this engine alone");
      named.append(made);
    }
    const values =
      lost === ""
        ? cells.map((text, i) => h("td", { class: `numeric ${columnClass(i)}` }, isOutlier ? h("b", { text }) : text))
        : [lostCell(lost)];
    return h("tr", { class: isChosen ? "chosen" : "" }, named, hasRoles && h("td", { text: role }), ...values);
  }
}

function lostCell(text: string): HTMLElement {
  const cell = h("td", { class: "member-lost" }, glyph("▲", "warning"), ` ${text}`);
  cell.colSpan = memberColumns().length;
  return cell;
}

function spreadLine({ text, isWarning }: SpreadLine): HTMLElement {
  return h("p", { class: isWarning ? "small" : "small secondary-text" }, isWarning && glyph("▲", "warning"), isWarning && " ", text);
}

/** Narrow pages keep what runs, the cache and TTFT. */
function columnClass(i: number): string {
  return i === 1 || i === 3 ? "secondary" : "";
}
