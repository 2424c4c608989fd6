import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workshop } from "./support/workshop.ts";

/** What people are promised, in milliseconds of script a frame. */
const median = 8;
const p95 = 16;
/** A test machine that is shared by others is granted so much more. */
const wide = 5;

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.start();
}, 60_000);
afterAll(() => workshop?.stop());

describe("a timeline of 100,000 events", () => {
  it(`takes ${median} ms of script a frame in the middle and ${p95} ms at most in 19 of 20, while it is panned and zoomed`, async () => {
    await workshop.withPage("timeline", "dense", { width: 1280 }, async ({ page }) => {
      const events = await page.evaluate(() => Number(document.body.dataset.events));
      expect(events).toBeGreaterThan(100_000);
      const frames = await page.evaluate(moveAbout);
      const sorted = [...frames].sort((a, b) => a - b);
      const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
      console.log(
        `${events} events, ${frames.length} frames: median ${at(0.5).toFixed(2)} ms, p95 ${at(0.95).toFixed(2)} ms, most ${at(1).toFixed(2)} ms`,
      );
      expect(at(0.5)).toBeLessThanOrEqual(median * wide);
      expect(at(0.95)).toBeLessThanOrEqual(p95 * wide);
    });
  }, 120_000);
});

/** Zooms out to the whole run and back in, panning all the while; the script time of each frame, handlers included. */
async function moveAbout(): Promise<readonly number[]> {
  const plot = document.querySelector<HTMLElement>(".timeline-plot");
  if (!plot) throw new Error("no plot");
  let spent = 0;
  const plain = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    plain((time) => {
      const began = performance.now();
      callback(time);
      spent += performance.now() - began;
    });
  const box = plot.getBoundingClientRect();
  const turn = (options: WheelEventInit): void => {
    const began = performance.now();
    plot.dispatchEvent(
      new WheelEvent("wheel", { bubbles: true, cancelable: true, clientX: box.left + box.width / 2, clientY: box.top + 80, ...options }),
    );
    spent += performance.now() - began;
  };
  const frames: number[] = [];
  const frame = async (options: WheelEventInit): Promise<void> => {
    spent = 0;
    turn(options);
    // Twice: the first call comes back in the very frame that draws.
    await new Promise(plain);
    await new Promise(plain);
    frames.push(spent);
  };
  for (const zoom of [40, -40, 40, -40]) {
    for (let i = 0; i < 60; i++)
      await frame(i % 3 === 2 ? { deltaX: i % 2 === 0 ? 90 : -60, deltaY: 0 } : { ctrlKey: true, deltaY: zoom * 3 });
  }
  return frames;
}
