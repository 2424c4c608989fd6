import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Opened, settle, Workshop } from "./support/workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.start();
}, 60_000);
afterAll(() => workshop?.stop());

interface Posted {
  readonly kind: string;
  readonly name?: string;
  readonly text?: string;
  readonly url?: string;
  readonly [more: string]: unknown;
}

async function lastOf(opened: Opened, kind: string): Promise<Posted | undefined> {
  const all = (await opened.posted()) as readonly Posted[];
  return all.findLast((message) => message.kind === kind);
}
const heading = ({ page }: Opened) => page.locator("#samples h2").innerText();

describe("rows of the live page", () => {
  it("are zoomed by a drag, panned with Shift and by keys, and go back to now", async () => {
    await workshop.withPage("live", "calm", { height: 1400 }, async (opened) => {
      const { page } = opened;
      const box = await page.locator("[data-row=running] .row-plot").boundingBox();
      if (!box) throw new Error("no plot");
      const drag = async (from: number, to: number) => {
        await page.mouse.move(box.x + box.width * from, box.y + 20);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * to, box.y + 20, { steps: 4 });
        await page.mouse.up();
        await settle(page);
      };
      await drag(0.2, 0.4);
      const zoomed = await heading(opened);
      expect(zoomed).toMatch(/^14:07:\d\d to 14:0[78]:\d\d$/);
      await page.keyboard.down("Shift");
      await drag(0.5, 0.3);
      await page.keyboard.up("Shift");
      const panned = await heading(opened);
      expect(panned).not.toBe(zoomed);
      await page.locator("[data-row=running] .row-plot").focus();
      await page.keyboard.press("a");
      expect(await heading(opened)).not.toBe(panned);
      await page.keyboard.press("s");
      await page.keyboard.press("s");
      await page.getByRole("button", { name: "Go to now" }).click();
      expect(await heading(opened)).toBe("Last 5 minutes");
      await drag(0.2, 0.4);
      await page.mouse.dblclick(box.x + box.width * 0.5, box.y + 20);
      expect(await heading(opened)).toBe("Last 5 minutes");
    });
  });

  it("say of a cell its bucket, its count and its share: where most are, or where the pointer is", async () => {
    await workshop.withPage("live", "calm", { height: 2400, kept: { more: true } }, async ({ page }) => {
      const row = page.locator("[data-row=ttft-heat]");
      const said = () => row.locator(".row-label").innerText();
      expect(await said()).toMatch(/TTFT spread ms\s+\d\d\u00a0%\s+100–250\u00a0ms, \d+ of \d+\s+0 50\u00a0% or more/);
      const box = await row.locator(".row-plot").boundingBox();
      if (!box) throw new Error("no plot");
      // The bucket below the fullest one, somewhere in the middle.
      await page.mouse.move(box.x + box.width * 0.3, box.y + box.height - 2);
      expect(await said()).not.toContain("100–250\u00a0ms");
      expect(await row.locator(".heat-cell").isVisible()).toBe(true);
      await row.locator(".row-plot").focus();
      await page.mouse.move(10, 10);
      await page.keyboard.press("Home");
      expect(await said()).toContain("100–250\u00a0ms");
      await page.locator("#samples").getByRole("button", { name: "Table" }).click();
      const table = page.getByRole("table", { name: "TTFT spread, each 5 s" });
      expect(await table.locator("tbody tr").first().innerText()).toMatch(/^14:1\d:\d\d\t\S+\t\d+\t[\d.]+\u00a0%$/);
    });
  });

  it("keep the panels that were opened over a reload, and say in one line what is not offered", async () => {
    let kept: unknown;
    await workshop.withPage("live", "calm", {}, async ({ page }) => {
      expect(await page.locator("[data-row=queue]").count()).toBe(0);
      await page.getByRole("button", { name: "More panels" }).click();
      expect(await page.locator("[data-row=queue]").count()).toBe(1);
      expect(await page.locator(".absent-rows p").allInnerTexts()).toContainEqual(expect.stringMatching(/KV transfer p95/));
      kept = await page.evaluate(() => window.lensKept);
    });
    await workshop.withPage("live", "calm", { kept }, async ({ page }) => {
      expect(await page.locator("[data-row=queue]").count()).toBe(1);
      await page.getByRole("button", { name: "Fewer panels" }).click();
      expect(await page.locator("[data-row=queue]").count()).toBe(0);
    });
  });

  it("give all samples as CSV and the charts as PNG", async () => {
    await workshop.withPage("live", "calm", {}, async (opened) => {
      const { page } = opened;
      await page.getByRole("button", { name: "Save PNG" }).click();
      const picture = await lastOf(opened, "save-picture");
      expect(picture?.name).toBe("live.png");
      expect(picture?.url).toMatch(/^data:image\/png;base64,/);
      expect(picture?.url?.length).toBeGreaterThan(20_000);
      await page.locator("#samples").getByRole("button", { name: "Table", exact: true }).click();
      await page.locator("#samples").getByRole("button", { name: "Save CSV" }).last().click();
      const csv = await lastOf(opened, "save");
      expect(csv?.name).toBe("live-samples.csv");
      const [head, ...rows] = csv?.text?.trim().split("\r\n") ?? [];
      expect(head?.split(",").slice(0, 4)).toEqual(["unix_seconds", "ttft", "ttft_p50", "ttft_mean"]);
      expect(rows.length).toBe(300);
      await page.locator("#samples").getByRole("button", { name: "Copy" }).last().click();
      expect((await lastOf(opened, "copy"))?.text).toContain("unix_seconds\tttft");
    });
  });

  it("draw a sample that stands alone as a whole dot, at the edge too", async () => {
    await workshop.withPage("live", "first", {}, async ({ page }) => {
      for (const id of ["running", "waiting", "kv"]) {
        const size = await page.locator(`[data-row=${id}] canvas`).evaluate((canvas) => {
          if (!(canvas instanceof HTMLCanvasElement)) return null;
          const { data, width } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [], width: 0 };
          const inked = [...data.keys()].filter((at) => at % 4 === 3 && (data[at] ?? 0) > 128).map((at) => (at - 3) / 4);
          const extent = (places: readonly number[]) => Math.max(...places) - Math.min(...places) + 1;
          return { across: extent(inked.map((at) => at % width)), down: extent(inked.map((at) => Math.floor(at / width))) };
        });
        expect(size?.across, id).toBeGreaterThanOrEqual(4);
        expect(Math.abs((size?.across ?? 0) - (size?.down ?? 0)), id).toBeLessThanOrEqual(1);
      }
    });
  });

  it("say how far a paused picture is behind, and show the time at their end", async () => {
    await workshop.withPage("live", "calm", {}, async ({ page }) => {
      await page.getByRole("button", { name: "Pause" }).click();
      expect(await page.locator(".bar-state").innerText()).toMatch(/Paused 0\.0\u00a0s behind/);
      expect(await page.locator(".row-axis span").last().innerText()).toMatch(/^14:1\d/);
    });
  });
});

describe("sections of the live page", () => {
  it("post what can be done: differences, calibration, load, lines", async () => {
    await workshop.withPage("live", "live", {}, async (opened) => {
      const { page, posted } = opened;
      await page.getByRole("button", { name: "Review differences" }).click();
      await page.getByRole("button", { name: "Calibrate to this server" }).click();
      await page.getByRole("button", { name: "Use this load" }).click();
      await page.getByRole("button", { name: "line 27" }).click();
      await page.getByRole("button", { name: "Record" }).click();
      expect((await posted()).map(({ kind }) => kind)).toEqual([
        "ready",
        "review-differences",
        "calibrate",
        "use-load",
        "reveal",
        "record",
      ]);
      expect(await lastOf(opened, "reveal")).toMatchObject({ line: 26 });
      expect(await lastOf(opened, "record")).toMatchObject({ on: true });
    });
  });

  it("have a table for every chart, to which the chart points", async () => {
    await workshop.withPage("live", "live", {}, async ({ page }) => {
      const described = await page.evaluate(() =>
        [...document.querySelectorAll("[role=img]")].map(
          (chart) => document.getElementById(chart.getAttribute("aria-describedby") ?? "") !== null,
        ),
      );
      expect(described.length).toBeGreaterThan(15);
      expect(described.every(Boolean)).toBe(true);
      for (const id of ["gap", "standing", "steps", "lengths"]) {
        await page.locator(`#${id}`).getByRole("button", { name: "Table", exact: true }).click();
        expect(await page.locator(`#${id}-table tbody tr`).count(), id).toBeGreaterThan(1);
      }
    });
  });

  it("show one engine alone, from its row and from the choice above", async () => {
    await workshop.withPage("live", "engines", {}, async (opened) => {
      const { page } = opened;
      await page.locator("#members").getByRole("button", { name: "2", exact: true }).click();
      expect(await lastOf(opened, "choose-engine")).toMatchObject({ engine: "2" });
      expect(await page.locator("#members .chosen th").innerText()).toBe("2");
      await page.locator("#members").getByRole("button", { name: "2", exact: true }).click();
      expect(await lastOf(opened, "choose-engine")).toMatchObject({ engine: null });
    });
  });

  it("say first that a server of the fleet is missing", async () => {
    await workshop.withPage("live", "fleet", {}, async ({ page }) => {
      expect(await page.locator(".verdict p").first().innerText()).toBe(
        "llama-70b-6d5f-qz7tn does not answer; its share is missing from all sums.",
      );
      expect(await page.locator(".bar-facts").innerText()).toContain("vLLM 0.11.0 · 3 servers · ");
      expect(await page.locator(".bar-warnings").innerText()).toBe("▲ servers run 2 versions: 0.11.0, 0.10.2");
    });
  });

  it("stop a recording, and say both aloud", async () => {
    await workshop.withPage("live", "recording", {}, async (opened) => {
      const { page } = opened;
      expect(await page.locator(".bar-recording").innerText()).toBe("◉ Recording 2:41, 1.90\u00a0MB");
      expect(await page.locator("[role=status]").innerText()).toBe("Recording started.");
      await page.getByRole("button", { name: "Stop recording" }).click();
      expect(await lastOf(opened, "record")).toMatchObject({ on: false });
    });
  });

  it("play a recording from anywhere at another speed", async () => {
    await workshop.withPage("live", "replaying", {}, async (opened) => {
      const { page } = opened;
      await page.getByRole("button", { name: "16×" }).click();
      expect(await lastOf(opened, "speed")).toMatchObject({ speed: 16 });
      await page.getByRole("button", { name: "Stand still" }).click();
      expect(await lastOf(opened, "play")).toMatchObject({ on: false });
      await page.getByRole("slider", { name: "Place in the recording" }).press("Home");
      expect(Number((await lastOf(opened, "seek"))?.time)).toBeGreaterThan(1_700_000_000);
    });
  });

  it("name the machine that asks, and a certificate that nobody checked", async () => {
    await workshop.withPage("live", "far", {}, async ({ page }) => {
      expect(await page.locator(".bar-from").innerText()).toBe("asked from SSH: gpu-7");
      expect(await page.locator(".bar-warnings").innerText()).toBe("▲ certificate not checked");
    });
  });
});
