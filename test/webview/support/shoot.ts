import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type PageName, type ThemeName, themes, Workshop, widths } from "./workshop.ts";

const shownFirst: Readonly<Record<PageName, string>> = {
  report: "missed",
  live: "live",
  memory: "fits",
  timeline: "pools",
  bench: "rates",
};

/** Takes pictures of the pages' fixtures: `--page report|live|memory|timeline|bench --state NAME --theme NAME --width N --out DIR`, all repeatable but the last. */
export async function shoot(values: {
  page?: string[];
  state?: string[];
  theme?: string[];
  width?: string[];
  out: string;
  height: string;
  kept: string;
}): Promise<void> {
  mkdirSync(values.out, { recursive: true });
  const workshop = await Workshop.start();
  try {
    for (const name of (values.page ?? Object.keys(shownFirst)) as PageName[]) {
      const states = values.state ?? [shownFirst[name]];
      for (const state of states) {
        for (const theme of (values.theme ?? themes) as ThemeName[]) {
          for (const width of values.width?.map(Number) ?? widths) {
            const opened = await workshop.open(name, state, { theme, width, height: Number(values.height), kept: JSON.parse(values.kept) });
            const path = join(values.out, `${name}-${state}-${theme}-${width}.png`);
            await opened.page.screenshot({ path, fullPage: true });
            const over = await opened.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            const violations = await opened.page.evaluate(() => window.lensViolations);
            console.log(path, over > 0 ? `OVERFLOW ${over}` : "", opened.errors.join(" | "), violations.join(" | "));
            await opened.close();
          }
        }
      }
    }
  } finally {
    await workshop.stop();
  }
}
