import type { ClassParts } from "../../../src/simulation/workload/load-parts.ts";
import type { WorkloadNumbers } from "../../../src/simulation/workload/workload.ts";
import { h, link } from "../../parts/dom.ts";
import { words } from "../../parts/words.ts";
import { textField } from "../../ui/toolkit.ts";
import { noLimits } from "../judged.ts";
import { LengthControl } from "./length-control.ts";
import { type FieldEvents, NumberField } from "./number-field.ts";

/** A class of requests: how much of the load it makes, its lengths, and its own limits. */
export class ClassControl {
  readonly root: HTMLElement;
  private readonly name;
  private readonly weight;
  private readonly ttft;
  private readonly tpot;
  private readonly prompt;
  private readonly output;

  constructor(
    private readonly part: ClassParts,
    { promptMean, promptP95, outputMean, outputP95 }: WorkloadNumbers,
    isByItself: boolean,
    events: FieldEvents & { readonly remove: () => void },
  ) {
    const of = (what: string): string => words("Class {0}: {1}", part.name, what);
    this.name = textField(of(words("name")), 10, events.changed, events.run);
    this.weight = new NumberField(events, {
      name: of(words("share")),
      label: isByItself ? words("rate") : words("share"),
      unit: isByItself ? "req/s" : "",
    });
    this.ttft = new NumberField(events, { name: of("TTFT"), label: "TTFT", unit: "ms" });
    this.tpot = new NumberField(events, { name: of("TPOT"), label: "TPOT", unit: "ms" });
    this.prompt = new LengthControl(of(words("prompt")), events);
    this.output = new LengthControl(of(words("output")), events);
    this.name.set(part.name);
    this.weight.set(part.weight);
    this.ttft.set(milliseconds(part.slo?.ttftSeconds));
    this.tpot.set(milliseconds(part.slo?.tpotSeconds));
    this.prompt.set(part.promptTokens, promptMean, promptP95);
    this.output.set(part.outputTokens, outputMean, outputP95);
    this.root = h(
      "div",
      { class: "load-class", role: "group", aria: { label: words("Class {0}", part.name) } },
      h(
        "span",
        { class: "load-fields" },
        this.name.element,
        this.weight.root,
        this.ttft.root,
        this.tpot.root,
        link(words("Remove"), events.remove, { aria: { label: words("Remove class {0}", part.name) } }),
      ),
      h("span", { class: "load-part" }, h("span", { text: words("prompt") }), this.prompt.root),
      h("span", { class: "load-part" }, h("span", { text: words("output") }), this.output.root),
    );
  }

  /** undefined while something is missing. */
  get value(): ClassParts | undefined {
    const name = this.name.get().trim();
    const { value: weight } = this.weight;
    const [ttft, tpot] = [this.ttft.value, this.tpot.value];
    const [promptTokens, outputTokens] = [this.prompt.value, this.output.value];
    const isMissing = weight === undefined || (weight === null && this.part.weight !== null) || ttft === undefined || tpot === undefined;
    if (name === "" || isMissing || promptTokens === undefined || outputTokens === undefined) return undefined;
    const limits = { ttftSeconds: seconds(ttft), tpotSeconds: seconds(tpot) };
    const isLimited = ttft !== null || tpot !== null || (this.part.slo?.e2eSeconds ?? null) !== null;
    return { name, weight, promptTokens, outputTokens, slo: isLimited ? { ...(this.part.slo ?? noLimits), ...limits } : null };
  }
}

function milliseconds(limit: number | null | undefined): number | null {
  return limit === null || limit === undefined ? null : Number((limit * 1000).toPrecision(6));
}

function seconds(limitMs: number | null): number | null {
  return limitMs === null ? null : limitMs / 1000;
}
