import type { GapKind, RateStage } from "../../../src/simulation/workload/arrivals.ts";
import type { Arrivals, Gaps } from "../../../src/simulation/workload/load-parts.ts";
import { fill, h, link, show } from "../../parts/dom.ts";
import { words } from "../../parts/words.ts";
import { dropdown } from "../../ui/toolkit.ts";
import { type FieldEvents, NumberField, needed } from "./number-field.ts";

type Pattern = Arrivals["kind"];

/** How requests come: the pattern, what its gaps are like, and its numbers. */
export class ArrivalsControl {
  readonly root: HTMLElement;
  private readonly pattern = dropdown(words("Arrivals"), () => this.chosen());
  private readonly gaps = dropdown(words("Gaps"), () => this.chosen());
  private readonly cv;
  private readonly concurrency;
  private readonly burst: readonly [NumberField, NumberField, NumberField];
  private readonly bursts = h("span", { class: "load-fields" });
  private readonly list = h("div", { class: "load-stages" });
  private stages: { readonly rate: NumberField; readonly seconds: NumberField }[] = [];
  private ratePerSecond = 1;

  constructor(private readonly events: FieldEvents) {
    this.cv = new NumberField(events, {
      name: words("Coefficient of variation of the gaps"),
      label: words("variation"),
      unit: "×",
      characters: 4,
    });
    this.concurrency = new NumberField(events, { name: words("Requests kept in flight"), label: "", unit: words("requests") });
    this.burst = [
      new NumberField(events, { name: words("Rate of a burst"), label: words("bursts of"), unit: "req/s" }),
      new NumberField(events, { name: words("Length of a burst"), label: words("for"), unit: "s", characters: 4 }),
      new NumberField(events, { name: words("From burst to burst"), label: words("every"), unit: "s", characters: 4 }),
    ];
    this.bursts.append(...this.burst.map(({ root }) => root));
    this.gaps.choices([
      { value: "poisson", title: words("Poisson") },
      { value: "gamma", title: words("gamma") },
      { value: "weibull", title: "Weibull" },
      { value: "constant", title: words("even") },
    ]);
    this.root = h(
      "span",
      { class: "load-fields" },
      this.pattern.element,
      this.gaps.element,
      this.cv.root,
      this.bursts,
      this.concurrency.root,
      this.list,
    );
  }

  /** `own` is how the workload comes by itself: what a trace recorded can be chosen again. */
  set(arrivals: Arrivals, own: Pattern, ratePerSecond: number | null): void {
    this.ratePerSecond = ratePerSecond ?? 1;
    this.pattern.choices(patterns(own));
    this.pattern.set(arrivals.kind);
    const gaps = "gaps" in arrivals ? arrivals.gaps : { kind: "poisson" as const, cv: 1 };
    this.gaps.set(gaps.kind);
    this.cv.set(gaps.cv === 1 ? null : gaps.cv);
    const { burst = null } = "burst" in arrivals ? arrivals : {};
    const rate = Number((3 * this.ratePerSecond).toPrecision(3));
    for (const [i, value] of [burst?.ratePerSecond ?? rate, burst?.durationSeconds ?? 10, burst?.everySeconds ?? 60].entries())
      this.burst[i]?.set(value);
    this.concurrency.set(arrivals.kind === "closed-loop" ? arrivals.concurrency : 32);
    this.setStages("stages" in arrivals ? arrivals.stages : this.firstStages);
    this.arrange();
  }

  /** undefined while a number is missing. */
  get value(): Arrivals | undefined {
    switch (this.pattern.get()) {
      case "bursts": {
        const [ratePerSecond, durationSeconds, everySeconds] = this.burst.map(needed);
        const { gapsValue: gaps } = this;
        if (!gaps || ratePerSecond === undefined || durationSeconds === undefined || everySeconds === undefined) return undefined;
        return { kind: "bursts", gaps, burst: { ratePerSecond, durationSeconds, everySeconds } };
      }
      case "stages": {
        const stages = this.stages.flatMap(({ rate, seconds }): RateStage[] => {
          const [ratePerSecond, durationSeconds] = [needed(rate), needed(seconds)];
          return ratePerSecond === undefined || durationSeconds === undefined ? [] : [{ ratePerSecond, durationSeconds }];
        });
        const { gapsValue: gaps } = this;
        return gaps && stages.length > 0 && stages.length === this.stages.length ? { kind: "stages", gaps, stages } : undefined;
      }
      case "closed-loop": {
        const concurrency = needed(this.concurrency);
        return concurrency === undefined || !Number.isInteger(concurrency) ? undefined : { kind: "closed-loop", concurrency };
      }
      case "at-once":
        return { kind: "at-once" };
      case "recorded":
        return { kind: "recorded" };
      case "by-class":
        return { kind: "by-class" };
      default: {
        const { gapsValue: gaps } = this;
        return gaps && { kind: "steady", gaps };
      }
    }
  }

  private get gapsValue(): Gaps | undefined {
    const kind = this.gaps.get() as GapKind;
    if (kind !== "gamma" && kind !== "weibull") return { kind, cv: 1 };
    const cv = needed(this.cv);
    return cv === undefined ? undefined : { kind, cv };
  }

  private get firstStages(): readonly RateStage[] {
    const rate = (factor: number): number => Number((factor * this.ratePerSecond).toPrecision(3));
    return [
      { ratePerSecond: rate(1), durationSeconds: 60 },
      { ratePerSecond: rate(2), durationSeconds: 60 },
    ];
  }

  private chosen(): void {
    if (this.cv.value === null) this.cv.set(2);
    this.arrange();
    this.events.changed();
  }

  private setStages(stages: readonly RateStage[]): void {
    this.stages = stages.map(({ ratePerSecond, durationSeconds }, i) => {
      const rate = new NumberField(this.events, { name: words("Stage {0}: rate", i + 1), label: words("stage {0}", i + 1), unit: "req/s" });
      const seconds = new NumberField(this.events, {
        name: words("Stage {0}: seconds", i + 1),
        label: words("for"),
        unit: "s",
        characters: 4,
      });
      rate.set(ratePerSecond);
      seconds.set(durationSeconds);
      return { rate, seconds };
    });
    const redraw = (next: readonly RateStage[]): void => {
      this.setStages(next);
      this.events.changed();
    };
    const now = (): RateStage[] =>
      this.stages.map(({ rate, seconds }) => ({
        ratePerSecond: needed(rate) ?? this.ratePerSecond,
        durationSeconds: needed(seconds) ?? 60,
      }));
    fill(
      this.list,
      ...this.stages.map(({ rate, seconds }, i) =>
        h(
          "div",
          { class: "load-fields" },
          rate.root,
          seconds.root,
          this.stages.length > 1 &&
            link(words("Remove"), () => redraw(now().filter((_, at) => at !== i)), { aria: { label: words("Remove stage {0}", i + 1) } }),
        ),
      ),
      link(words("Add a stage"), () => redraw([...now(), { ratePerSecond: this.ratePerSecond, durationSeconds: 60 }])),
    );
  }

  private arrange(): void {
    const pattern = this.pattern.get();
    const gaps = this.gaps.get();
    const arrivesByRate = pattern === "steady" || pattern === "bursts" || pattern === "stages";
    show(this.gaps.element, arrivesByRate);
    this.cv.show(arrivesByRate && (gaps === "gamma" || gaps === "weibull"));
    show(this.bursts, pattern === "bursts");
    this.concurrency.show(pattern === "closed-loop");
    show(this.list, pattern === "stages");
  }
}

function patterns(own: Pattern): readonly { readonly value: Pattern; readonly title: string }[] {
  return [
    { value: "steady", title: words("at a steady rate") },
    { value: "bursts", title: words("in bursts") },
    { value: "stages", title: words("in stages") },
    { value: "closed-loop", title: words("kept in flight") },
    { value: "at-once", title: words("all at once") },
    ...(own === "recorded" ? [{ value: own, title: words("as recorded") }] : []),
    ...(own === "by-class" ? [{ value: own, title: words("each class by itself") }] : []),
  ];
}
