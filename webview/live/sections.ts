import type { Gap } from "../../src/live/prediction/explain/gap.ts";
import type { LiveMembers } from "../../src/protocol/live-view.ts";
import { h, link } from "../parts/dom.ts";
import { record } from "../parts/host.ts";
import type { TableActions } from "../parts/table.ts";
import type { Theme } from "../parts/theme.ts";
import { words } from "../parts/words.ts";
import { AfterwardsSection } from "./afterwards/afterwards-section.ts";
import { DriftSection } from "./drift/drift-section.ts";
import { GapSection } from "./gap/gap-section.ts";
import { LengthsSection } from "./lengths/lengths-section.ts";
import { MembersSection } from "./members/members-section.ts";
import type { Ring } from "./ring.ts";
import { StandingSection } from "./standing/standing-section.ts";
import type { LiveState } from "./state.ts";
import { StepsSection } from "./steps/steps-section.ts";

export interface SectionEvents {
  readonly toggled: () => void;
  readonly reveal: (line: number) => void;
  readonly choose: (engine: string | null) => void;
}

export interface SectionView {
  readonly ring: Ring;
  readonly from: number;
  readonly to: number;
  readonly theme: Theme;
  readonly engine: string | null;
}

/** Below the rows: engines beside each other, then the gap, the curve and the settings side by side, then steps and lengths. */
export class LiveSections {
  readonly root: HTMLElement;
  private readonly members: MembersSection;
  private readonly gap: GapSection;
  private readonly standing: StandingSection;
  private readonly drift: DriftSection;
  private readonly afterwards = new AfterwardsSection();
  private readonly steps: StepsSection;
  private readonly lengths: LengthsSection;
  private readonly toGap: HTMLElement;
  /** Those whose table may be open. */
  private readonly tables;

  constructor(actions: TableActions, events: SectionEvents) {
    this.members = new MembersSection(events.choose, actions);
    this.gap = new GapSection(actions, events.toggled);
    this.standing = new StandingSection(actions, events.toggled);
    this.drift = new DriftSection(events.reveal);
    this.steps = new StepsSection(actions, events.toggled);
    this.lengths = new LengthsSection(actions, events.toggled);
    this.tables = { gap: this.gap.section, standing: this.standing.section, steps: this.steps.section, lengths: this.lengths.section };
    this.toGap = link(words("Gap explained"), () => this.gap.section.root.scrollIntoView({ block: "start" }));
    this.root = h(
      "div",
      { class: "live-sections" },
      this.members.section.root,
      h("div", { class: "live-columns" }, this.gap.section.root, this.standing.section.root, this.drift.section.root),
      this.afterwards.section.root,
      this.steps.section.root,
      this.lengths.section.root,
    );
  }

  update(live: LiveState, { ring, from, to, theme, engine }: SectionView): void {
    this.members.update(live.members, engine);
    this.gap.update(live.gap);
    this.standing.update(live.standing, live.header?.slo ?? null, theme);
    this.drift.update(live.drift);
    this.afterwards.update(live.afterwards);
    this.steps.update(live.steps);
    this.lengths.update(ring, from, to, live.header?.slo ?? null, theme);
  }

  /** What the verdict leads to. */
  verdictLinks(gap: Gap | null): readonly HTMLElement[] {
    return gap ? [this.toGap] : [];
  }

  engineNames(members: LiveMembers | null): readonly string[] {
    return members?.engines.rows.map(({ engine }) => engine) ?? [];
  }

  /** Which tables stand open, to be kept. */
  get opened(): Readonly<Record<string, boolean>> {
    return Object.fromEntries(Object.entries(this.tables).map(([id, section]) => [id, section.isOpen]));
  }

  open(kept: unknown): void {
    const wanted = record(kept);
    for (const [id, section] of Object.entries(this.tables)) if (wanted[id] === true) section.setOpen(true);
  }
}
