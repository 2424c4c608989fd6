import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Violations of WCAG 2 A and AA in a page, each with the first place. */
export async function violations(frame) {
  await frame.evaluate(axe);
  const found = await frame.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"] }),
  );
  return found.violations.map(
    ({ id, help, nodes }) => `${id}: ${help}, ${nodes.length} × ${nodes[0]?.html.slice(0, 160)} ${nodes[0]?.failureSummary ?? ""}`,
  );
}

export async function assertAccessible(frame, where) {
  const found = await violations(frame);
  assert.deepEqual(found, [], where);
}

/** No page ever scrolls sideways; what reaches beyond its edge is named. */
export async function assertNoOverflow(frame, where) {
  const { content, width, beyond } = await frame.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    width: globalThis.innerWidth,
    beyond: [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > globalThis.innerWidth + 0.5)
      .slice(0, 4)
      .map(({ tagName, className, textContent }) => `<${tagName.toLowerCase()} class="${className}"> ${(textContent ?? "").slice(0, 60)}`),
  }));
  assert.ok(content <= width, `${where}: ${content} px of content in ${width} px; beyond it: ${beyond.join(" · ")}`);
}

/** Canvases with at least one drawn pixel. */
export async function drawnCanvases(frame) {
  return frame.evaluate(
    () =>
      [...document.querySelectorAll("canvas")].filter((canvas) => {
        if (canvas.width === 0 || canvas.height === 0) return false;
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.some((value) => value !== 0);
      }).length,
  );
}
