import { h, patternClass } from "./dom.ts";
import type { Bar } from "./models.ts";

/** A bar of segments on a common scale, its budget as a line, what is over the budget hatched. */
export function stackedBar(bar: Bar): HTMLElement {
  const percent = (value: number) => `${(value / bar.scale) * 100}%`;
  const track = h("div", { class: "stack", role: "img", aria: { label: bar.aria } });
  if (bar.end) {
    const rest = h("div", { class: "stack-rest" });
    rest.style.width = percent(bar.end.value);
    track.append(rest);
  }
  let start = 0;
  const numbers: { element: HTMLElement; text: string }[] = [];
  for (const segment of bar.segments) {
    const piece = h("div", { class: `segment fill-${segment.series}${patternClass(segment.pattern)}` });
    piece.title = `${segment.name} ${segment.text}`;
    piece.style.left = percent(start);
    piece.style.width = percent(segment.value);
    const number = h("span", { text: segment.text });
    piece.append(number);
    numbers.push({ element: number, text: segment.text });
    track.append(piece);
    start += segment.value;
  }
  const over = bar.budget ? start - bar.budget.value : 0;
  if (bar.budget) {
    if (over > bar.scale * 1e-6 && bar.segments.length > 0 && bar.end === null) {
      const excess = h("div", { class: "stack-over" });
      excess.style.left = percent(bar.budget.value);
      excess.style.width = percent(over);
      track.append(excess);
    }
    const line = h("div", { class: "stack-budget" });
    line.style.left = percent(bar.budget.value);
    track.append(line);
  }
  // A number stands inside where its segment is wide enough for it, whatever the page's width.
  new ResizeObserver(() => {
    for (const { element } of numbers) {
      const room = element.parentElement?.clientWidth ?? 0;
      element.hidden = false;
      element.hidden = room < 40 || element.offsetWidth + 2 > room;
    }
  }).observe(track);
  return h(
    "div",
    { class: "bar" },
    h(
      "div",
      { class: "bar-head" },
      h("span", {}, h(bar.strong ? "b" : "span", { text: bar.title }), h("span", { class: "secondary-text", text: ` ${bar.note}` })),
      h("span", { class: "bar-right" }, h("span", { text: bar.right }), h("span", { class: "secondary-text", text: ` ${bar.rightNote}` })),
    ),
    track,
    bar.budget || bar.end ? scale(bar, percent) : null,
  );
}

function scale(bar: Bar, percent: (value: number) => string): HTMLElement {
  const labels = h("div", { class: "bar-scale" }, h("span", { class: "zero", text: "0" }));
  if (bar.budget) {
    const made = h("span", { class: "budget", text: bar.budget.text });
    made.style.right = `calc(100% - ${percent(bar.budget.value)} - 4px)`;
    labels.append(made);
  }
  if (bar.end) labels.append(h("span", { class: "end", text: bar.end.text }));
  return labels;
}
