import type { Theme } from "./theme.ts";

/** A section as a picture: its canvases and its words where they stand on the page. A data URL of a PNG. */
export function sectionPicture(section: HTMLElement, theme: Theme): string | undefined {
  const box = section.getBoundingClientRect();
  const scale = window.devicePixelRatio || 1;
  const padding = 16;
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil((box.width + 2 * padding) * scale);
  canvas.height = Math.ceil((box.height + 2 * padding) * scale);
  const pen = canvas.getContext("2d");
  if (!pen || box.width === 0) return undefined;
  pen.scale(scale, scale);
  pen.fillStyle = theme.background;
  pen.fillRect(0, 0, box.width + 2 * padding, box.height + 2 * padding);
  const place = (rect: DOMRect) => ({ x: rect.left - box.left + padding, y: rect.top - box.top + padding });
  for (const part of section.querySelectorAll("canvas")) {
    const rect = part.getBoundingClientRect();
    const { x, y } = place(rect);
    if (rect.width > 0 && rect.height > 0) pen.drawImage(part, x, y, rect.width, rect.height);
  }
  drawLegend(section, pen, place);
  drawWords(section, pen, place);
  return canvas.toDataURL("image/png");
}

type Place = (rect: DOMRect) => { readonly x: number; readonly y: number };

/** Pieces of lines and small squares before the names of series. */
function drawLegend(section: HTMLElement, pen: CanvasRenderingContext2D, place: Place): void {
  for (const sample of section.querySelectorAll(".line-swatch, .swatch")) {
    const rect = sample.getBoundingClientRect();
    const style = getComputedStyle(sample);
    const { x, y } = place(rect);
    if (sample.classList.contains("swatch")) {
      pen.fillStyle = style.backgroundColor;
      pen.fillRect(x, y, rect.width, rect.height);
      continue;
    }
    pen.strokeStyle = style.borderTopColor;
    pen.lineWidth = 2;
    pen.setLineDash(style.borderTopStyle === "dashed" ? [5, 3] : style.borderTopStyle === "dotted" ? [2, 2] : []);
    pen.beginPath();
    pen.moveTo(x, y + 1);
    pen.lineTo(x + rect.width, y + 1);
    pen.stroke();
    pen.setLineDash([]);
  }
}

function drawWords(section: HTMLElement, pen: CanvasRenderingContext2D, place: Place): void {
  const walker = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
  pen.textBaseline = "middle";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const text = node.textContent?.trim() ?? "";
    // Links lead nowhere in a picture.
    if (!parent || text === "" || parent.closest("button") || parent.closest("[hidden]")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rect = range.getBoundingClientRect();
    if (rect.width === 0) continue;
    const style = getComputedStyle(parent);
    const { x, y } = place(rect);
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    pen.fillStyle = style.color;
    pen.fillText(text, x, y + rect.height / 2);
  }
}
