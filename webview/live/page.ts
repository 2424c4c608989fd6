import type { LivePoint } from "../../src/live/snapshot.ts";
import type { FromLiveView, LiveHeader, Prediction, ToLiveView } from "../../src/protocol/live-view.ts";
import { h, link, say, show } from "../parts/dom.ts";
import { FigureCells } from "../parts/figure-cells.ts";
import { connect, record } from "../parts/host.ts";
import { age, clock, duration, rate } from "../parts/numbers.ts";
import { Rows } from "../parts/rows.ts";
import { Section } from "../parts/section.ts";
import { onThemeChange, readTheme } from "../parts/theme.ts";
import { Verdict } from "../parts/verdict.ts";
import { words } from "../parts/words.ts";
import { button } from "../ui/toolkit.ts";
import { LiveBar } from "./bar.ts";
import { type Basis, LiveControls, windowOf, windows } from "./controls.ts";
import { liveFigures } from "./figures.ts";
import { measure } from "./measured.ts";
import { Ring } from "./ring.ts";
import { liveRows, liveTable, type RowsInput } from "./rows.ts";
import { type Connection, liveVerdict } from "./verdict-words.ts";

/** Builds the page into `#app` and follows the host's messages. */
export function startLive(): void {
  const app = document.getElementById("app");
  if (app) new LivePage(app);
}

const capacity = 5000;
/** Redraws at most so often. */
const drawEveryMs = 250;
/** The least that is drawn of a history shorter than its window. */
const youngestSeconds = 60;
const tableEveryMs = 1000;

class LivePage {
  private readonly host = connect<ToLiveView, FromLiveView>((message) => this.receive(message));
  private readonly bar = new LiveBar({
    pause: () => this.setPaused(!this.paused),
    detach: () => this.host.post({ kind: "detach" }),
    reveal: (line) => this.host.post({ kind: "reveal", line }),
  });
  private readonly retryButton = button("Try now", () => this.host.post({ kind: "retry" }));
  private readonly keyButton = button("Enter key", () => this.host.post({ kind: "enter-key" }));
  private readonly controls = new LiveControls({ window: (seconds) => this.setWindow(seconds), predict: (basis) => this.predict(basis) });
  private readonly verdict = new Verdict();
  private readonly cells = new FigureCells();
  private readonly section: Section;
  private readonly rows: Rows;
  private readonly content = h("div", { class: "content" });
  private readonly spoken = h("div", { class: "hidden-text", role: "status", aria: { live: "polite" } });
  private readonly ring = new Ring(capacity);
  private header: LiveHeader | null = null;
  private prediction: Prediction | null = null;
  private state: Connection = "connecting";
  private detail = "";
  private retryAt: number | null = null;
  private silentSince: number | null = null;
  /** When the newest point came, by this page's own clock: the server's may differ. */
  private cameAt: number | null = null;
  private paused = false;
  private pausedAt = 0;
  private windowSeconds = 300;
  private zoom: { readonly from: number; readonly to: number } | null = null;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private tableAt = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private pinned: number | null = null;

  constructor(app: HTMLElement) {
    this.section = new Section({
      id: "samples",
      title: "Last 5 minutes",
      table: () => liveTable(this.input()),
      actions: {
        // The view has no clipboard of its own in every host; the browser's is asked for on this click.
        copy: (text) =>
          void navigator.clipboard.writeText(text).catch(() => this.host.post({ kind: "save", name: "live-samples.tsv", text })),
        save: (name, text) => this.host.post({ kind: "save", name, text }),
      },
      toggled: () => this.keep(),
    });
    this.rows = new Rows("Live samples", this.section.twinId, readTheme(), {
      select: (from, to) => this.setZoom({ from, to }),
      reset: () => this.setZoom(null),
      cursor: (text) => this.section.setNote(text),
      pinned: (at) => {
        this.pinned = at;
        this.keep();
      },
    });
    this.section.body.append(this.rows.root);
    this.keyButton.primary(true);
    this.content.append(this.verdict.root, this.cells.root, this.section.root);
    app.append(this.bar.root, this.controls.root, this.content, this.spoken);
    show(this.content, false);
    this.restore();
    onThemeChange((theme) => this.rows.setTheme(theme));
    document.addEventListener("visibilitychange", () => this.draw());
    setInterval(() => this.tick(), drawEveryMs);
    this.host.post({ kind: "ready" });
  }

  private restore(): void {
    const kept = record(this.host.kept());
    if (typeof kept.window === "number" && windows.some(({ seconds }) => seconds === kept.window)) this.windowSeconds = kept.window;
    if (kept.window === "all") this.windowSeconds = Number.POSITIVE_INFINITY;
    if (kept.table === true) this.section.setOpen(true);
    if (typeof kept.pinned === "number") this.pinned = kept.pinned;
    this.controls.setWindow(this.windowSeconds);
  }

  private receive(message: ToLiveView): void {
    switch (message.kind) {
      case "header":
        this.setHeader(message.header);
        break;
      case "history":
        this.ring.clear();
        for (const point of message.points) this.ring.push(point);
        if (message.points.length > 0) this.cameAt = performance.now();
        this.follow(message.points.at(-1));
        break;
      case "point":
        this.ring.push(message.point);
        this.cameAt = performance.now();
        this.follow(message.point);
        break;
      case "state":
        this.setState(message.state, message.detail);
        this.silentSince = performance.now() - message.sinceSeconds * 1000;
        this.retryAt = message.retryInSeconds === null ? null : performance.now() + message.retryInSeconds * 1000;
        this.schedule();
        break;
      case "prediction":
        this.prediction = message.prediction;
        this.controls.setPrediction(message.prediction);
        this.schedule();
        break;
    }
  }

  private setHeader(header: LiveHeader): void {
    this.header = header;
    this.bar.setHeader(header);
    this.controls.setWords(header.words);
    show(this.content, true);
    document.body.dataset.ready = "1";
    document.body.dataset.state ??= this.state;
    this.draw();
    if (this.pinned !== null) this.rows.pinAt(this.pinned);
  }

  /** What a new point says about the connection, and what is said aloud about it. */
  private follow(point: LivePoint | undefined): void {
    const { dataset } = document.body;
    dataset.points = String(this.ring.length);
    if (!point) return;
    dataset.lastTime = String(point.time);
    if (point.snapshot) dataset.running = String(point.snapshot.gauges.requests_running ?? "");
    if (point.state === "lost") {
      if (this.state !== "lost") this.silentSince = performance.now();
      this.setState("lost", point.error ?? this.detail);
    } else {
      this.setState(point.state, "");
      this.silentSince = null;
      this.retryAt = null;
    }
    this.schedule();
  }

  private setState(state: Connection, detail: string): void {
    const before = this.state;
    this.state = state;
    this.detail = detail;
    document.body.dataset.state = state;
    if (before === state) return;
    if (state === "lost") say(this.spoken, "The server does not answer.");
    else if (state === "restarted") say(this.spoken, "The server was restarted.");
    else if (before === "lost" && (state === "live" || state === "idle")) say(this.spoken, "The server answers again.");
    else if (state === "needs-key") say(this.spoken, "The server asks for a key.");
  }

  private setPaused(paused: boolean): void {
    this.paused = paused;
    this.pausedAt = this.ring.last?.time ?? 0;
    this.bar.setPaused(paused);
    this.host.post({ kind: "pause", paused });
    this.draw();
  }

  private setWindow(seconds: number): void {
    this.windowSeconds = seconds;
    this.zoom = null;
    this.keep();
    this.draw();
  }

  private setZoom(zoom: { readonly from: number; readonly to: number } | null): void {
    this.zoom = zoom;
    this.draw();
  }

  private predict(basis: Basis): void {
    this.host.post({ kind: "predict", basis });
  }

  /** Draws soon, but never more than four times a second. */
  private schedule(): void {
    if (this.timer !== null || this.paused) return;
    const wait = Math.max(0, drawEveryMs - (performance.now() - this.drawnAt));
    this.timer = setTimeout(() => {
      this.timer = null;
      requestAnimationFrame(() => this.draw());
    }, wait);
  }

  private input(): RowsInput {
    const last = this.ring.last?.time ?? 0;
    const end = this.zoom?.to ?? (this.paused ? this.pausedAt : last);
    const first = this.ring.length > 0 ? (this.ring.time[0] ?? end) : end;
    const all = Math.max(end - first, 10);
    // A young history is not squeezed into a corner of its window.
    const span = Number.isFinite(this.windowSeconds) ? Math.min(this.windowSeconds, Math.max(all, youngestSeconds)) : all;
    const from = this.zoom?.from ?? end - span;
    return {
      ring: this.ring,
      from,
      to: Math.max(end, from + 1),
      prediction: this.prediction,
      slo: this.header?.slo ?? null,
      version: versionOf(this.header?.server ?? ""),
      intervalSeconds: this.header?.intervalSeconds ?? 1,
    };
  }

  private draw(): void {
    const { header } = this;
    if (!header || document.hidden) return;
    this.drawnAt = performance.now();
    const input = this.input();
    const measured = measure(this.ring.kept, input.from, input.to);
    const silent = this.silentSeconds();
    const unusable = this.state === "needs-key" || this.state === "wrong-page" || (this.state === "connecting" && this.ring.length === 0);
    this.content.classList.toggle("state-page", unusable);
    this.content.classList.toggle("silent", this.state === "lost");
    this.verdict.update(
      liveVerdict({
        state: this.state,
        detail: this.detail,
        silentSeconds: silent,
        retrySeconds: this.retrySeconds(),
        header,
        measured,
        prediction: this.prediction,
      }),
      [],
      this.actions(),
    );
    this.drawSide();
    show(this.cells.root, !unusable);
    show(this.section.root, !unusable);
    if (!unusable) {
      const windowName = duration(Math.round(input.to - input.from))
        .replace(/\u00a0(min)\u00a00\u00a0s$/, "\u00a0$1")
        .replace(/^(\d+)\.\d(\u00a0s)$/, "$1$2");
      this.cells.update(
        liveFigures({
          measured,
          last: this.ring.kept.findLast(({ snapshot }) => snapshot !== undefined),
          prediction: this.prediction,
          slo: header.slo,
          version: input.version,
          windowName,
          idle: this.state === "idle",
          age: this.state === "lost" ? words("{0} old", age(silent)) : null,
        }),
      );
      this.drawHeading(windowName, input.to - input.from);
      this.rows.update(liveRows(input));
      if (performance.now() - this.tableAt >= tableEveryMs) {
        this.tableAt = performance.now();
        this.section.refresh();
      }
    }
    this.tick();
  }

  private actions(): HTMLElement[] {
    switch (this.state) {
      case "lost":
        return [this.retryButton.element];
      case "needs-key":
        return [this.keyButton.element];
      case "wrong-page":
        return [this.retryButton.element];
      default:
        return [];
    }
  }

  private drawSide(): void {
    const { prediction } = this;
    if (!prediction) this.verdict.side("");
    else
      this.verdict.side(
        "Predicted with",
        h("p", {
          text: words(
            "{0}, {1} · simulated as {2} · range ±\u00a0{3}\u00a0%",
            prediction.basis,
            rate(prediction.ratePerSecond, "req/s"),
            prediction.from,
            Math.round(prediction.band * 100),
          ),
        }),
      );
  }

  private drawHeading(windowName: string, seconds: number): void {
    if (this.zoom) {
      this.section.setTitle(words("{0} to {1}", clock(this.zoom.from, true), clock(this.zoom.to, true)));
      this.section.setExtra(link("Go to now", () => this.setZoom(null)));
      return;
    }
    this.section.setTitle(
      !Number.isFinite(this.windowSeconds)
        ? words("All {0}", windowName)
        : seconds < this.windowSeconds - 1
          ? words("Last {0}", windowName)
          : (windowOf(this.windowSeconds)?.heading ?? ""),
    );
    const legend = (classes: string, text: string) =>
      h("span", { class: "legend" }, h("span", { class: classes, aria: { hidden: "true" } }), text);
    this.section.setExtra(legend("legend-live", "live"), ...(this.prediction ? [legend("legend-predicted", "predicted, with range")] : []));
  }

  private silentSeconds(): number {
    return this.silentSince === null ? 0 : (performance.now() - this.silentSince) / 1000;
  }

  private retrySeconds(): number | null {
    return this.retryAt === null ? null : Math.max(0, (this.retryAt - performance.now()) / 1000);
  }

  /** What changes with the clock alone: the age of the newest answer, the wait for the next try. */
  private tick(): void {
    const { header } = this;
    if (!header || document.hidden) return;
    const { last } = this.ring;
    this.bar.update({
      state: this.state,
      behindSeconds: this.paused ? (last?.time ?? 0) - this.pausedAt : null,
      silentSeconds: this.silentSeconds(),
      ageSeconds: this.cameAt === null ? null : (performance.now() - this.cameAt) / 1000,
      upSeconds: last?.snapshot?.startedAt === undefined ? null : last.time - last.snapshot.startedAt,
    });
    if (this.state === "lost" && !this.paused && performance.now() - this.drawnAt > 950) this.schedule();
  }

  private keep(): void {
    this.host.keep({
      window: Number.isFinite(this.windowSeconds) ? this.windowSeconds : "all",
      table: this.section.isOpen,
      pinned: this.pinned,
    });
  }
}

function versionOf(server: string): string | null {
  return /\d+\.\d+(?:\.\d+)?/.exec(server)?.[0] ?? null;
}
