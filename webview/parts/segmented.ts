import { fill, h } from "./dom.ts";

export interface SegmentedChoice<Value> {
  readonly value: Value;
  readonly label: string;
}

/** A few choices side by side, one of them pressed. */
export class Segmented<Value> {
  readonly root: HTMLElement;
  private buttons: readonly { readonly value: Value; readonly element: HTMLButtonElement }[] = [];
  private key = "";

  constructor(
    label: string,
    private readonly press: (value: Value) => void,
    choices: readonly SegmentedChoice<Value>[] = [],
  ) {
    this.root = h("div", { class: "segmented", role: "group", aria: { label } });
    this.choices(choices);
  }

  choices(choices: readonly SegmentedChoice<Value>[]): void {
    const key = JSON.stringify(choices);
    if (key === this.key) return;
    this.key = key;
    this.buttons = choices.map(({ value, label }) => {
      const element = h("button", { text: label, aria: { pressed: "false" } });
      element.type = "button";
      element.addEventListener("click", () => this.press(value));
      return { value, element };
    });
    fill(this.root, ...this.buttons.map(({ element }) => element));
  }

  set(value: Value): void {
    for (const one of this.buttons) one.element.setAttribute("aria-pressed", String(one.value === value));
  }
}
