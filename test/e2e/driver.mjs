// Drives the workbench of a real VS Code in a real browser. Every wait is 30 s: a loaded machine opens a file after 25.
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { chromium } from "playwright-core";

export const patience = 30_000;
/** Of the window, in CSS pixels. */
export const size = { width: 1500, height: 950 };
const browserFlags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"];
const shots = join(import.meta.dirname, "shots");

/** Opens the workbench at `url` and waits until it can be worked with. */
export async function openWorkbench(url) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: browserFlags });
  const context = await browser.newContext({ viewport: size, permissions: ["clipboard-read", "clipboard-write"] });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "domcontentloaded" });
  const workbench = new Workbench(browser, page);
  await workbench.isUp();
  return workbench;
}

export class Workbench {
  constructor(browser, page) {
    this.browser = browser;
    this.page = page;
    this.keyboard = page.keyboard;
  }

  async isUp() {
    await this.page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
    await this.page.locator(".part.statusbar .statusbar-item").first().waitFor({ timeout: 60_000 });
  }

  async reload() {
    await this.page.reload({ waitUntil: "domcontentloaded" });
    await this.isUp();
  }

  /** Reloads once the open tabs and their state are kept: VS Code in a browser writes them every 5 s, and not when a page is left. */
  async reloadOnceKept() {
    await this.page.waitForTimeout(5500);
    await until("the open tabs are kept", async () => {
      const tabs = await this.page.locator(".tab").evaluateAll((all) => all.map((tab) => tab.getAttribute("aria-label").split(", ")[0]));
      const kept = await this.page.evaluate(keptEditors);
      return kept.length === tabs.length && tabs.every((tab) => kept.some((one) => one.includes(tab)));
    });
    await this.reload();
  }

  get box() {
    return this.page.locator(".quick-input-widget input").first();
  }

  row(text) {
    return this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: text });
  }

  /** Opens a quick input with a key, writes into it and takes the row; keys sent while the workbench is busy get lost, so again. */
  async quick(key, text, row) {
    for (let tries = 0; ; tries++) {
      try {
        if (!(await this.box.isVisible())) await this.keyboard.press(key);
        await this.box.waitFor({ timeout: 5000 });
        await this.box.fill(text);
        await this.row(row).first().waitFor({ timeout: 8000 });
        await this.row(row).first().click({ timeout: 5000 });
        await this.page.waitForFunction(
          (before) => {
            const input = document.querySelector(".quick-input-widget input");
            return !input?.offsetParent || input.value !== before;
          },
          text,
          { timeout: 5000 },
        );
        return;
      } catch (error) {
        if (tries >= 4) throw error;
        await this.keyboard.press("Escape");
      }
    }
  }

  /** Runs a command by its title in the palette. */
  async command(title) {
    await this.quick("F1", `>${title}`, title);
  }

  /** Takes a row of the quick pick that a command opened. */
  async pick(text) {
    await this.row(text).first().waitFor();
    await this.row(text).first().click();
  }

  /** Answers the question that a command opened, known by some of its words: one box shows all questions, one after another. */
  async answer(question, text) {
    const asks = this.page.locator(".quick-input-widget").filter({ visible: true });
    const asked = asks.filter({ hasText: question }).or(asks.filter({ has: this.page.getByPlaceholder(question) }));
    await asked.waitFor();
    await this.box.fill(text);
    await this.keyboard.press("Enter");
    await asked.waitFor({ state: "hidden" });
  }

  /** Opens a file of the workspace, waits for its text and goes to its top: VS Code remembers where one was. */
  async open(file) {
    await this.quick("Control+P", file, basename(file));
    // Open in two groups, it is the active tab of both.
    await this.page.locator(`.editor-group-container.active .tab[data-resource-name="${basename(file)}"].active`).waitFor();
    await this.page.locator(".editor-group-container.active .monaco-editor .view-line").first().waitFor();
    await this.goTo(1);
  }

  /** Closes all editors without saving; whatever was changed is thrown away. */
  async closeAll() {
    await this.command("View: Close All Editors");
    const dismiss = this.page.locator(".monaco-dialog-box").getByRole("button", { name: "Don't Save" });
    await until("all editors closed", async () => {
      if (await dismiss.isVisible()) await dismiss.click();
      return (await this.page.locator(".tab").count()) === 0;
    });
  }

  /** Takes another path in the dialog where a file is to be saved; it opens empty and fills itself, over what came before. */
  async saveAs(path) {
    await until("the dialog's own name", async () => /\.\w+$/.test(await this.box.inputValue()));
    await until("the path", async () => {
      await this.box.fill(path);
      return (await this.box.inputValue()) === path;
    });
    await this.keyboard.press("Enter");
    await this.box.waitFor({ state: "hidden" });
  }

  lens(text) {
    return this.page.locator(".codelens-decoration a").filter({ hasText: text }).first();
  }

  /** The words of all lenses on screen. */
  async lensTexts() {
    return this.page.locator(".codelens-decoration").allInnerTexts();
  }

  async goTo(line, column = 1) {
    for (let tries = 0; ; tries++) {
      try {
        await this.keyboard.press("Control+G");
        await this.box.waitFor({ timeout: 4000 });
        await this.box.fill(`:${line}:${column}`);
        await this.keyboard.press("Enter");
        await this.box.waitFor({ state: "hidden", timeout: 4000 });
        return;
      } catch (error) {
        if (tries >= 4) throw error;
        await this.keyboard.press("Escape");
      }
    }
  }

  /** The hover at a place, asked for again until it holds the words. */
  async hover(line, column, text) {
    const hover = this.page.locator(".monaco-hover:not(.hidden)").filter({ hasText: text }).first();
    for (let tries = 0; ; tries++) {
      await this.goTo(line, column);
      await this.keyboard.press("Control+K");
      await this.keyboard.press("Control+I");
      try {
        await hover.waitFor({ timeout: 5000 });
        return hover;
      } catch (error) {
        if (tries >= 5) throw error;
        await this.keyboard.press("Escape");
      }
    }
  }

  /** The entry of the quick-fix menu at a place. */
  async fix(line, column, text) {
    const action = this.page.locator(".action-widget .monaco-list-row.action").filter({ hasText: text }).first();
    for (let tries = 0; ; tries++) {
      await this.goTo(line, column);
      await this.keyboard.press("Control+.");
      try {
        await action.waitFor({ timeout: 5000 });
        return action;
      } catch (error) {
        if (tries >= 5) throw error;
        await this.keyboard.press("Escape");
      }
    }
  }

  status(text) {
    return this.page.locator(".part.statusbar .statusbar-item").filter({ hasText: text }).first();
  }

  toast(text) {
    return this.page.locator(".notification-toast").filter({ hasText: text }).first();
  }

  /** The document of the webview that holds a selector, as a frame. A frame that is being replaced never answers: no other waits for it. */
  async view(selector) {
    const holds = async (frame) => {
      const late = new Promise((resolve) => setTimeout(resolve, 2000));
      if (!(await Promise.race([frame.$(selector), late]))) throw new Error("not here");
      return frame;
    };
    return until(`a webview with ${selector}`, () =>
      Promise.any(
        this.page
          .frames()
          .filter((frame) => frame.parentFrame())
          .map(holds),
      ),
    );
  }

  /** The active colour theme, by the label the picker shows. */
  async theme(label) {
    await this.command("Preferences: Color Theme");
    await this.row(/Light|Dark/)
      .first()
      .waitFor();
    await this.box.fill(label);
    await this.row(label).first().click();
    await this.box.waitFor({ state: "hidden" });
  }

  /** A picture for people to look at. */
  async shot(name) {
    mkdirSync(shots, { recursive: true });
    await this.page.waitForTimeout(300);
    await this.page.screenshot({ path: join(shots, `${name}.png`) });
  }

  async close() {
    await this.browser.close();
  }
}

/** The editors that this workspace would open again, each as VS Code keeps it in the browser; runs in the page. */
async function keptEditors() {
  const told = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const editorsOf = ({ type, data }) => (type === "leaf" ? data.editors.map(({ value }) => value) : data.flatMap(editorsOf));
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith("vscode-web-state-db-") || name.includes("-global")) continue;
    const database = await told(indexedDB.open(name));
    try {
      const kept = await told(database.transaction("ItemTable").objectStore("ItemTable").get("memento/workbench.parts.editor"));
      const grid = kept && JSON.parse(kept)["editorpart.state"]?.serializedGrid;
      if (grid) return editorsOf(grid.root);
    } finally {
      database.close();
    }
  }
  return [];
}

/** Waits until `ask` gives something true, and gives it; what `ask` throws means not yet, and is the cause when time is up. */
export async function until(what, ask, timeout = patience) {
  for (const end = Date.now() + timeout; ; ) {
    let cause;
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > end) throw new Error(`not within ${timeout / 1000} s: ${what}${cause ? ` (${cause.message})` : ""}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

/** Whether any pixel of a canvas is drawn. */
export function isDrawn(canvas) {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value !== 0);
}
