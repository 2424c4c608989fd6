import type { Afterwards } from "../../../src/live/prediction/afterwards.ts";
import { fill, h, show } from "../../parts/dom.ts";
import { Section } from "../../parts/section.ts";
import { table } from "../../parts/table.ts";
import { words } from "../../parts/words.ts";
import { afterwardsSentence, afterwardsTable } from "./afterwards-model.ts";

/** The prediction beside the time that it was not told of. */
export class AfterwardsSection {
  readonly section = new Section({ id: "afterwards", title: words("After the load was read") });
  private shown: Afterwards | null = null;

  constructor() {
    show(this.section.root, false);
  }

  update(afterwards: Afterwards | null): void {
    if (afterwards === this.shown) return;
    this.shown = afterwards;
    show(this.section.root, afterwards !== null);
    if (afterwards) fill(this.section.body, h("p", { text: afterwardsSentence(afterwards) }), table(afterwardsTable(afterwards)));
  }
}
