import { h, show } from "../../parts/dom.ts";
import { textField, type ValueControl } from "../../ui/toolkit.ts";
import { positive } from "../control-values.ts";

/** What the fields of a load tell: a key was typed, Enter was pressed. */
export interface FieldEvents {
  readonly changed: () => void;
  readonly run: () => void;
}

/** A number with its name in front and its unit behind, which no line break parts. */
export class NumberField {
  readonly root: HTMLElement;
  private readonly field: ValueControl;

  /** `label` is what is seen, `name` what is heard: whole, and told apart from the others. */
  constructor({ changed, run }: FieldEvents, { name, label, unit = "", characters = 5 }: FieldWords) {
    this.field = textField(name, characters, changed, run);
    this.root = h(
      "span",
      { class: "field" },
      label === "" ? null : h("span", { text: label, aria: { hidden: "true" } }),
      this.field.element,
      unit === "" ? null : h("span", { text: unit }),
    );
  }

  set(value: number | null): void {
    this.field.set(value === null ? "" : String(value));
  }

  /** null = empty; undefined = no number above zero. */
  get value(): number | null | undefined {
    return positive(this.field.get());
  }

  show(on: boolean): void {
    show(this.root, on);
  }
}

interface FieldWords {
  readonly name: string;
  readonly label: string;
  readonly unit?: string;
  readonly characters?: number;
}

/** A field's number where it has to have one; undefined where it has none. */
export function needed({ value }: NumberField): number | undefined {
  return value ?? undefined;
}
