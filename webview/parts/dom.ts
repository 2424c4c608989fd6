import type { Fill } from "./models.ts";

/** A few helpers instead of a framework. Text only ever enters as text, styles only through the CSSOM: the pages' CSP allows no more. */

export interface Attributes {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  readonly id?: string;
  readonly role?: string;
  readonly hidden?: boolean;
  readonly tabindex?: number;
  readonly aria?: Readonly<Record<string, string>>;
}

type Child = Node | string | null | undefined | false;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (attributes.class) element.className = attributes.class;
  if (attributes.text !== undefined) element.textContent = attributes.text;
  if (attributes.title) element.title = attributes.title;
  if (attributes.id) element.id = attributes.id;
  if (attributes.role) element.setAttribute("role", attributes.role);
  if (attributes.hidden) element.hidden = true;
  if (attributes.tabindex !== undefined) element.tabIndex = attributes.tabindex;
  for (const [name, value] of Object.entries(attributes.aria ?? {})) element.setAttribute(`aria-${name}`, value);
  append(element, children);
  return element;
}

function append(parent: HTMLElement, children: readonly Child[]): void {
  for (const child of children) if (child) parent.append(child);
}

export function fill(parent: HTMLElement, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** Sets text only when it differs, so that a live page leaves the DOM alone while nothing changes. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element: HTMLElement, on: boolean): void {
  if (element.hidden === on) element.hidden = !on;
}

export function attribute(element: HTMLElement, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** A button that reads as a link: for what leads somewhere rather than does something. */
export function link(text: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = h("button", { ...attributes, text, class: `link ${attributes.class ?? ""}`.trim() });
  element.type = "button";
  element.addEventListener("click", press);
  return element;
}

/** A small square in a series colour and pattern, for legends and tables. */
export function swatch({ series, pattern }: Fill): HTMLElement {
  return h("span", { class: `swatch series-${series}${patternClass(pattern)}`, aria: { hidden: "true" } });
}

export function patternClass(pattern: Fill["pattern"]): string {
  return pattern === undefined ? "" : ` pattern-${pattern}`;
}

/** A sign beside a word; the word says it all, so screen readers skip the sign. */
export function glyph(sign: string, tone: string): HTMLElement {
  return h("span", { class: `glyph tone-${tone}`, text: sign, aria: { hidden: "true" } });
}
