/** What a key on a plot asks for. */
export type RowAction =
  /** By samples; Infinity = to the last, −Infinity = to the first. */
  | { readonly kind: "step"; readonly samples: number }
  | { readonly kind: "row"; readonly by: 1 | -1 }
  | { readonly kind: "pin" | "clear" }
  /** By a share of the time in view. */
  | { readonly kind: "pan"; readonly share: number }
  | { readonly kind: "zoom"; readonly factor: number };

const nearer = 0.7;

/** undefined = none of the rows' keys. Letters are those of the timeline: A D pan, W S zoom. */
export function rowAction({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): RowAction | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const samples = shiftKey ? 10 : 1;
  const share = shiftKey ? 0.8 : 0.2;
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case "ArrowLeft":
      return { kind: "step", samples: -samples };
    case "ArrowRight":
      return { kind: "step", samples };
    case "Home":
      return { kind: "step", samples: Number.NEGATIVE_INFINITY };
    case "End":
      return { kind: "step", samples: Number.POSITIVE_INFINITY };
    case "ArrowUp":
      return { kind: "row", by: -1 };
    case "ArrowDown":
      return { kind: "row", by: 1 };
    case "Enter":
    case " ":
      return { kind: "pin" };
    case "Escape":
      return { kind: "clear" };
    case "a":
      return { kind: "pan", share: -share };
    case "d":
      return { kind: "pan", share };
    case "w":
      return { kind: "zoom", factor: nearer };
    case "s":
      return { kind: "zoom", factor: 1 / nearer };
    default:
      return undefined;
  }
}
