import type { Length, WorkloadNumbers } from "../../../src/simulation/workload/workload.ts";
import { h } from "../../parts/dom.ts";
import { words } from "../../parts/words.ts";
import { dropdown } from "../../ui/toolkit.ts";
import { type FieldEvents, NumberField, needed } from "./number-field.ts";

type Law = "written" | "fixed" | "uniform" | "normal" | "lognormal";

/** Where a law starts when it is chosen: about what the workload has. */
export type LengthHint = Pick<WorkloadNumbers, "promptMean" | "promptP95"> | Pick<WorkloadNumbers, "outputMean" | "outputP95">;

/** Lengths in tokens as a law with its numbers; or as the workload has them. */
export class LengthControl {
  readonly root: HTMLElement;
  private readonly law;
  private readonly fields: readonly [NumberField, NumberField, NumberField, NumberField];
  private hint: readonly [mean: number, p95: number] = [1000, 3000];

  constructor(name: string, events: FieldEvents) {
    this.law = dropdown(words("{0}: distribution", name), () => {
      this.suggest();
      events.changed();
    });
    const field = (label: string, unit = ""): NumberField => new NumberField(events, { name: words("{0}: {1}", name, label), label, unit });
    this.fields = [field(words("mean")), field("±"), field(words("from")), field(words("to"), "tok")];
    this.root = h("span", { class: "load-fields" }, this.law.element, ...this.fields.map(({ root }) => root));
    this.law.choices(laws().map(([value, title]) => ({ value, title })));
  }

  set(length: Length | null, mean: number, p95: number): void {
    this.hint = [Math.max(1, Math.round(mean)), Math.max(2, Math.round(p95))];
    const law = lawOf(length);
    this.law.set(law);
    this.fill(numbersOf(length));
    this.arrange(law);
  }

  /** null = as the workload has them; undefined while a number is missing. */
  get value(): Length | null | undefined {
    const [mean, spread, from, to] = this.fields.map(needed);
    switch (this.law.get()) {
      case "fixed":
        return mean;
      case "uniform":
        return from === undefined || to === undefined || from > to ? undefined : { uniform: [from, to] };
      case "normal":
      case "lognormal": {
        if (mean === undefined || spread === undefined || from === undefined || to === undefined || from > to) return undefined;
        return this.law.get() === "normal" ? { normal: [mean, spread, from, to] } : { lognormal: [mean, spread, from, to] };
      }
      default:
        return null;
    }
  }

  /** A law that was just chosen starts at what the workload has. */
  private suggest(): void {
    const [mean, p95] = this.hint;
    const law = this.law.get();
    this.fill(
      law === "uniform"
        ? [null, null, Math.max(1, Math.round(mean / 2)), Math.round(mean * 1.5)]
        : [mean, Math.round(mean * 0.8), 1, p95 * 4],
    );
    this.arrange(law);
  }

  private fill(numbers: readonly (number | null)[]): void {
    for (const [i, field] of this.fields.entries()) field.set(numbers[i] ?? null);
  }

  private arrange(law: string): void {
    const [mean, spread, from, to] = this.fields;
    const isSpread = law === "normal" || law === "lognormal";
    mean.show(isSpread || law === "fixed");
    spread.show(isSpread);
    from.show(isSpread || law === "uniform");
    to.show(isSpread || law === "uniform");
  }
}

function laws(): readonly (readonly [Law, string])[] {
  return [
    ["written", words("as the workload has them")],
    ["fixed", words("all alike")],
    ["uniform", words("uniform")],
    ["normal", words("normal")],
    ["lognormal", words("log-normal")],
  ];
}

function lawOf(length: Length | null): Law {
  if (length === null) return "written";
  if (typeof length === "number") return "fixed";
  if ("uniform" in length) return "uniform";
  if ("normal" in length) return "normal";
  return "lognormal" in length ? "lognormal" : "written";
}

function numbersOf(length: Length | null): readonly (number | null)[] {
  if (typeof length === "number") return [length, null, null, null];
  if (length === null || "values" in length) return [null, null, null, null];
  if ("uniform" in length) return [null, null, ...length.uniform];
  return "normal" in length ? length.normal : length.lognormal;
}
