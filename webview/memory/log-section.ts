import type { ComparisonView } from "../../src/protocol/memory-view.ts";
import { fill, h, link } from "../parts/dom.ts";
import type { TableModel } from "../parts/models.ts";
import { Section } from "../parts/section.ts";
import type { TableActions } from "../parts/table.ts";
import { said, words } from "../parts/words.ts";
import { comparisonTable, outcomeWords, settingsWords } from "./comparison.ts";

export interface LogEvents {
  /** A text that was dropped or pasted; the name is empty for a pasted one. */
  readonly log: (name: string, text: string) => void;
  readonly keepLog: () => void;
  readonly forgetLog: () => void;
  readonly command: (command: string) => void;
}

/** Larger texts are no start-up log. */
const mostBytes = 50_000_000;

const nothing: TableModel = { name: "", columns: [], rows: [] };

/** A start-up log beside the prediction. The whole page takes one that is dropped or pasted: it has no other field for text. */
export class LogSection {
  readonly section: Section;
  private readonly content = h("div");
  private readonly events: LogEvents;
  private view: ComparisonView | null = null;

  constructor(events: LogEvents, actions: TableActions, toggled: () => void) {
    this.events = events;
    this.section = new Section({
      id: "start-log",
      title: words("Compared with a start-up log"),
      table: () => (this.view ? comparisonTable(this.view) : nothing),
      actions,
      toggled,
    });
    this.section.body.append(this.content);
    document.addEventListener("dragover", (event) => this.dragged(event, true));
    document.addEventListener("dragleave", (event) => this.dragged(event, false));
    document.addEventListener("drop", (event) => this.dropped(event));
    document.addEventListener("paste", (event) => this.take("", event.clipboardData?.getData("text/plain") ?? ""));
    this.update(null);
  }

  update(view: ComparisonView | null): void {
    this.view = view;
    this.section.offerTable(view?.result !== null && view !== null);
    this.section.setNote(view ? noteOf(view) : "");
    this.section.setExtra(
      ...(view?.result ? [link(words("Keep its figures…"), this.events.keepLog)] : []),
      ...(view ? [link(words("Forget it"), this.events.forgetLog)] : []),
      link(view ? words("Another log…") : words("Compare with a start-up log…"), () => this.events.command("inferenceLens.importLog")),
    );
    fill(this.content, ...(view ? contentOf(view) : [invitation()]));
    this.section.refresh();
  }

  private dragged(event: DragEvent, over: boolean): void {
    if (!event.dataTransfer?.types.some((type) => type === "Files" || type === "text/plain")) return;
    event.preventDefault();
    this.section.root.classList.toggle("is-target", over);
  }

  private dropped(event: DragEvent): void {
    const { dataTransfer } = event;
    if (!dataTransfer) return;
    event.preventDefault();
    this.section.root.classList.remove("is-target");
    const [file] = dataTransfer.files;
    if (!file) this.take("", dataTransfer.getData("text/plain"));
    else if (file.size > mostBytes) this.refuse(file.name);
    else void file.text().then((text) => this.take(file.name, text));
  }

  private take(name: string, text: string): void {
    if (text.trim() !== "" && text.length <= mostBytes) this.events.log(name, text);
  }

  private refuse(name: string): void {
    fill(this.content, h("p", { text: words("{0} is larger than 50 MB: that is no start-up log.", name) }), invitation());
  }
}

function invitation(): HTMLElement {
  const text = words("Drop an engine's start-up log on this page, or paste it: its figures then stand beside the predicted ones.");
  return h("p", { class: "secondary-text", text });
}

function noteOf({ name, result }: ComparisonView): string {
  const rank = result && result.ranks > 1 ? words("{0}, the tightest of {1} ranks", result.rank, result.ranks) : (result?.rank ?? "");
  return [name === "" ? words("pasted text") : name, rank].filter((part) => part !== "").join(" · ");
}

function contentOf(view: ComparisonView): readonly HTMLElement[] {
  const { result, problem } = view;
  if (!result) return [h("p", { text: problem ? said(problem) : "" }), invitation()];
  const settings = settingsWords(result);
  return [
    h("p", { text: outcomeWords(result) }),
    ...(settings === "" ? [] : [h("p", { class: "secondary-text", text: settings })]),
    ...(result.rows.length === 0
      ? [h("p", { class: "secondary-text", text: words("The log has no figures of memory.") })]
      : [rowsOf(view)]),
  ];
}

/** The table, with the reason under the part where the page is narrow. */
function rowsOf(view: ComparisonView): HTMLElement {
  const { name, columns, rows } = comparisonTable(view);
  const head = columns.map(({ title, numeric, secondary }) => {
    const made = h("th", { text: title, class: [numeric ? "numeric" : "", secondary ? "log-why" : ""].join(" ").trim() });
    made.setAttribute("scope", "col");
    return made;
  });
  const body = rows.map(([part = "", predicted = "", logged = "", difference = "", why = ""]) => {
    const title = h("th", {}, h("span", { text: part }), h("div", { class: "secondary-text small log-why-below", text: why }));
    title.setAttribute("scope", "row");
    const cells = [predicted, logged, difference].map((text) => h("td", { class: "numeric", text }));
    return h("tr", {}, title, ...cells, h("td", { class: "log-why secondary-text", text: why }));
  });
  return h("table", { class: "log-rows", aria: { label: name } }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body));
}
