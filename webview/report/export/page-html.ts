/** What a page of its own needs beside its style sheet, which the host has. */
export interface PageParts {
  readonly body: string;
  /** The editor's colours as they are now: `:root { … }`. */
  readonly variables: string;
  readonly classes: string;
}

/** The page as it stands, without what only an editor can do: charts as pictures, links as words, no controls. */
export function pageParts(app: HTMLElement): PageParts {
  const copy = app.cloneNode(true);
  if (!(copy instanceof HTMLElement)) return { body: "", variables: "", classes: "" };
  const pictures = [...app.querySelectorAll("canvas")].map(pictureOf);
  for (const [i, canvas] of [...copy.querySelectorAll("canvas")].entries()) {
    const picture = pictures[i];
    if (picture) canvas.replaceWith(picture);
    else canvas.remove();
  }
  for (const control of copy.querySelectorAll(".control-row, .bar-actions, .actions, .progress, .chosen, .sweep-point, [hidden]"))
    control.remove();
  // A place in a file still says something; every other link leads to where there is no editor.
  for (const button of copy.querySelectorAll("button")) {
    const words = document.createElement("span");
    words.textContent = button.classList.contains("path") ? button.textContent : "";
    button.replaceWith(words);
  }
  const sweep = copy.querySelector("#sweep");
  if (!sweep?.querySelector("img")) sweep?.remove();
  return { body: copy.outerHTML, variables: `:root { ${document.documentElement.style.cssText} }`, classes: document.body.className };
}

function pictureOf(canvas: HTMLCanvasElement): HTMLImageElement | undefined {
  if (canvas.width === 0 || canvas.height === 0) return undefined;
  const picture = document.createElement("img");
  picture.src = canvas.toDataURL("image/png");
  picture.alt = canvas.parentElement?.getAttribute("aria-label") ?? "";
  picture.style.cssText = `${canvas.style.cssText}; width: ${canvas.clientWidth}px; height: ${canvas.clientHeight}px`;
  picture.className = canvas.className;
  return picture;
}
