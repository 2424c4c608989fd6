import { vsCodeButton } from "@vscode/webview-ui-toolkit/dist/button/index.js";
import { vsCodeCheckbox } from "@vscode/webview-ui-toolkit/dist/checkbox/index.js";
import type { Dropdown } from "@vscode/webview-ui-toolkit/dist/dropdown/index.js";
import { vsCodeDropdown } from "@vscode/webview-ui-toolkit/dist/dropdown/index.js";
import { vsCodeOption } from "@vscode/webview-ui-toolkit/dist/option/index.js";
import { vsCodeTextField } from "@vscode/webview-ui-toolkit/dist/text-field/index.js";
import { provideVSCodeDesignSystem } from "@vscode/webview-ui-toolkit/dist/vscode-design-system.js";

/** The only place that knows the toolkit. Pages get plain elements with a handful of functions on them. */

/** Registers the five components the pages use; call once, before the first is made. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeDropdown(), vsCodeOption(), vsCodeTextField());
}

export interface ButtonControl {
  readonly element: HTMLElement;
  primary(on: boolean): void;
  label(text: string): void;
  show(on: boolean): void;
}

export function button(text: string, press: () => void): ButtonControl {
  const element = document.createElement("vscode-button");
  element.setAttribute("appearance", "secondary");
  element.textContent = text;
  element.addEventListener("click", press);
  return {
    element,
    primary: (on) => element.setAttribute("appearance", on ? "primary" : "secondary"),
    label: (words) => {
      if (element.textContent !== words) element.textContent = words;
    },
    show: (on) => {
      element.hidden = !on;
    },
  };
}

export interface Choice {
  readonly value: string;
  readonly title: string;
}

export interface ValueControl {
  readonly element: HTMLElement;
  get(): string;
  set(value: string): void;
}

export interface TextControl extends ValueControl {
  /** A field that means nothing now cannot be typed into. */
  enable(on: boolean): void;
}

export interface ChoiceControl extends ValueControl {
  choices(choices: readonly Choice[]): void;
}

/** A drop-down; `change` runs on a choice by a person only. */
export function dropdown(name: string, change: (value: string) => void): ChoiceControl {
  const element = document.createElement("vscode-dropdown") as unknown as Dropdown;
  element.setAttribute("aria-label", name);
  let wanted = "";
  let shown = "";
  element.addEventListener("change", () => {
    if (element.value === wanted) return;
    wanted = element.value;
    change(wanted);
  });
  // The toolkit selects its first option while options arrive: the wanted one is set again once they are there.
  const settle = () => {
    if (wanted !== "" && element.value !== wanted) element.value = wanted;
  };
  return {
    element,
    get: () => wanted,
    set: (value) => {
      wanted = value;
      queueMicrotask(settle);
      requestAnimationFrame(settle);
    },
    choices: (choices) => {
      const key = JSON.stringify(choices);
      if (key === shown) return;
      shown = key;
      element.replaceChildren(
        ...choices.map(({ value, title }) => {
          const option = document.createElement("vscode-option");
          option.setAttribute("value", value);
          option.textContent = title;
          return option;
        }),
      );
      requestAnimationFrame(settle);
    },
  };
}

/** A text field; `input` runs on every key, `enter` on the Enter key. */
export function textField(name: string, characters: number, input: () => void, enter: () => void): TextControl {
  const element = document.createElement("vscode-text-field") as HTMLElement & { value: string };
  // The toolkit names the inner input by the field's text; the page's own label stands beside it, so this one is not shown.
  element.textContent = name;
  element.setAttribute("size", String(characters));
  element.addEventListener("input", input);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter") enter();
  });
  return {
    element,
    get: () => element.value,
    set: (value) => {
      if (element.value !== value) element.value = value;
    },
    enable: (on) => element.toggleAttribute("disabled", !on),
  };
}

export function checkbox(text: string, change: (on: boolean) => void): ValueControl {
  const element = document.createElement("vscode-checkbox") as HTMLElement & { checked: boolean };
  element.textContent = text;
  element.addEventListener("change", () => change(element.checked));
  return {
    element,
    get: () => String(element.checked),
    set: (value) => {
      element.checked = value === "true";
    },
  };
}
