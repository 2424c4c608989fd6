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

/** No page ever scrolls sideways. */
export async function assertNoOverflow(frame, where) {
  const { content, window: width } = await frame.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: globalThis.innerWidth,
  }));
  assert.ok(content <= width, `${where}: ${content} px of content in ${width} px`);
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
