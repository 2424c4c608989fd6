import { link } from "./dom.ts";
import { sectionPicture } from "./section-picture.ts";
import type { Theme } from "./theme.ts";
import { words } from "./words.ts";

/** How long a link says what it did. */
const toldMs = 2000;

/** `Copy PNG` and `Save PNG` of a section; where the clipboard takes no pictures, copying saves the file. */
export function pictureLinks(section: () => HTMLElement, theme: () => Theme, save: (url: string) => void): readonly HTMLElement[] {
  const picture = (act: (url: string) => void): void => {
    const url = sectionPicture(section(), theme());
    if (url) act(url);
  };
  const copy = link(words("Copy PNG"), () =>
    picture((url) => {
      copied(url).then(
        () => {
          copy.textContent = words("Copied");
          setTimeout(() => {
            copy.textContent = words("Copy PNG");
          }, toldMs);
        },
        () => save(url),
      );
    }),
  );
  return [copy, link(words("Save PNG"), () => picture(save))];
}

/** Puts a picture on the clipboard; rejects where a page may not. */
async function copied(url: string): Promise<void> {
  // The pages' policy lets nothing be fetched, a data URL neither.
  const bytes = Uint8Array.from(atob(url.slice(url.indexOf(",") + 1)), (sign) => sign.charCodeAt(0));
  await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) })]);
}
