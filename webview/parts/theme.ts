/** Colours as the canvas needs them: read from the theme's variables, read again when the theme changes. */

export interface Theme {
  /** 1 … 6; index 0 is unused. */
  readonly series: readonly string[];
  readonly foreground: string;
  readonly secondary: string;
  readonly background: string;
  readonly grid: string;
  readonly bad: string;
  readonly font: string;
  /** No fills, two-pixel lines. */
  readonly highContrast: boolean;
}

const roles = [
  "series1",
  "series2",
  "series3",
  "series4",
  "series5",
  "series6",
  "foreground",
  "secondary",
  "background",
  "grid",
  "bad",
] as const;

/** Reads the variables that base.css derives from the editor's; mixes are resolved by a probe, because canvas knows no `color-mix`. */
export function readTheme(): Theme {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const colour: Record<string, string> = {};
  for (const role of roles) {
    probe.style.color = `var(--lens-${role})`;
    colour[role] = getComputedStyle(probe).color;
  }
  probe.remove();
  // Forced colours make every text one colour, what is drawn on a canvas too; what lies behind it is the system's.
  const isForced = matchMedia("(forced-colors: active)").matches;
  const at = (role: (typeof roles)[number]): string => colour[role] ?? "";
  return {
    series: ["", at("series1"), at("series2"), at("series3"), at("series4"), at("series5"), at("series6")],
    foreground: at("foreground"),
    secondary: at("secondary"),
    background: isForced ? "Canvas" : at("background"),
    grid: isForced ? "GrayText" : at("grid"),
    bad: at("bad"),
    font: getComputedStyle(document.body).fontFamily,
    highContrast: document.body.classList.contains("vscode-high-contrast") || isForced,
  };
}

/** Calls back after the editor's theme, or the system's forced colours, changed. */
export function onThemeChange(changed: (theme: Theme) => void): void {
  let key = "";
  const look = () => {
    const theme = readTheme();
    const now = JSON.stringify(theme);
    if (now === key) return;
    key = now;
    changed(theme);
  };
  key = JSON.stringify(readTheme());
  new MutationObserver(look).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  new MutationObserver(look).observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
  matchMedia("(forced-colors: active)").addEventListener("change", look);
}
