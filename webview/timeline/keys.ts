/** What a key on the plot asks for. */
export type KeyAction =
  | { readonly kind: "zoom"; readonly factor: number }
  /** By a share of the time in view. */
  | { readonly kind: "pan"; readonly share: number }
  | { readonly kind: "step" | "lane"; readonly direction: 1 | -1 }
  | { readonly kind: "enter" | "mark" | "fit" | "clear" | "find" };

const nearer = 0.7;

/** undefined = none of the plot's keys. */
export function keyAction(key: string, shiftKey: boolean): KeyAction | undefined {
  const share = shiftKey ? 0.8 : 0.2;
  switch (key.toLowerCase()) {
    case "w":
      return { kind: "zoom", factor: nearer };
    case "s":
      return { kind: "zoom", factor: 1 / nearer };
    case "a":
      return { kind: "pan", share: -share };
    case "d":
      return { kind: "pan", share };
    case "arrowleft":
      return { kind: "step", direction: -1 };
    case "arrowright":
      return { kind: "step", direction: 1 };
    case "arrowup":
      return { kind: "lane", direction: -1 };
    case "arrowdown":
      return { kind: "lane", direction: 1 };
    case "enter":
      return { kind: "enter" };
    case "m":
      return { kind: "mark" };
    case "f":
      return { kind: "fit" };
    case "escape":
      return { kind: "clear" };
    case "/":
      return { kind: "find" };
    default:
      return undefined;
  }
}
