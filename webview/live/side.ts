import type { DriftRow } from "../../src/live/drift/drift.ts";
import type { Prediction } from "../../src/protocol/live-view.ts";
import { h, link } from "../parts/dom.ts";
import { rate } from "../parts/numbers.ts";
import type { Verdict } from "../parts/verdict.ts";
import { listed, words } from "../parts/words.ts";
import { button } from "../ui/toolkit.ts";
import { differing, driftLines } from "./drift/drift-model.ts";

export interface SideEvents {
  readonly review: () => void;
  readonly calibrate: () => void;
  readonly useLoad: () => void;
}

/** At the verdict's right: where file and server differ, or what the prediction rests on, and what can be done with it. */
export class Side {
  private readonly review;
  private readonly calibrate: HTMLElement;
  private readonly useLoad: HTMLElement;
  private key = "";

  constructor(events: SideEvents) {
    this.review = button(words("Review differences"), events.review);
    this.review.primary(true);
    this.calibrate = link(words("Calibrate to this server"), events.calibrate);
    this.useLoad = link(words("Use this load"), events.useLoad);
  }

  /** `isUsable`: figures are there to calibrate with and to take a load from. */
  update(verdict: Verdict, drift: readonly DriftRow[], prediction: Prediction | null, isUsable: boolean): void {
    const different = differing(drift);
    const basis = prediction ? basisWords(prediction) : "";
    const key = JSON.stringify([different, basis, isUsable]);
    if (key === this.key) return;
    this.key = key;
    const links = isUsable ? [this.calibrate, this.useLoad] : [];
    if (different.length > 0) {
      const title =
        different.length === 1
          ? words("File and server differ in 1 setting")
          : words("File and server differ in {0} settings", different.length);
      const lines = [
        h("p", { text: differenceWords(different) }),
        basis !== "" && h("p", { class: "secondary-text small", text: words("Predicted with {0}", basis) }),
      ];
      verdict.side(title, ...lines.filter((line) => line !== false), h("div", { class: "actions" }, this.review.element, ...links));
    } else if (basis !== "") verdict.side(words("Predicted with"), h("p", { text: basis }), h("div", { class: "actions" }, ...links));
    else verdict.side("", ...(links.length > 0 ? [h("div", { class: "actions" }, ...links)] : []));
  }
}

/** `The server runs max-num-seqs 256, the file says 512.` */
function differenceWords(rows: readonly DriftRow[]): string {
  const shown = driftLines(rows.slice(0, 2)).map(({ setting, server, file }) =>
    words("{0} {1} where the file says {2}", setting, server, file),
  );
  return words("The server runs {0}.", listed(shown));
}

function basisWords({ basis, ratePerSecond, from, band }: Prediction): string {
  const load = rate(ratePerSecond, "req/s");
  return words("{0}, {1} · simulated as {2} · range ±\u00a0{3}\u00a0%", basis, load, from, Math.round(band * 100));
}
