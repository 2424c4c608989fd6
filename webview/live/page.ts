import type { FromLiveView, ToLiveView } from "../../src/protocol/live-view.ts";
import { h, show } from "../parts/dom.ts";
import { FigureCells } from "../parts/figure-cells.ts";
import { connect, record } from "../parts/host.ts";
import { age } from "../parts/numbers.ts";
import { onThemeChange, readTheme } from "../parts/theme.ts";
import { Verdict } from "../parts/verdict.ts";
import { learnWords, words } from "../parts/words.ts";
import { button } from "../ui/toolkit.ts";
import { LiveBar } from "./bar.ts";
import { Charts } from "./charts.ts";
import { LiveControls, windowChoices } from "./controls.ts";
import { liveFigures } from "./figures.ts";
import { measure } from "./measured.ts";
import { livePanels } from "./panels.ts";
import { Ring } from "./ring.ts";
import { ringOptions } from "./ring-options.ts";
import { LiveSections } from "./sections.ts";
import { Side } from "./side.ts";
import { Spoken } from "./spoken.ts";
import { LiveState } from "./state.ts";
import { TimeView } from "./time-view.ts";
import { liveVerdict } from "./verdict-words.ts";
import { windowName, windowTitle } from "./window-words.ts";

/** Builds the page into `#app` and follows the host's messages. */
export function startLive(): void {
  learnWords();
  const app = document.getElementById("app");
  if (app) new LivePage(app);
}

/** Redraws at most so often. */
const drawEveryMs = 250;

/** Wires messages, controls and sections; what they show is made elsewhere. */
class LivePage {
  private readonly host = connect<ToLiveView, FromLiveView>((message) => this.receive(message));
  private theme = readTheme();
  private readonly panels = livePanels();
  private readonly ring = new Ring(ringOptions(this.panels));
  private readonly live = new LiveState(this.ring, () => performance.now());
  private readonly view = new TimeView();
  private readonly bar = new LiveBar({
    pause: () => this.setPaused(!this.view.isPaused),
    record: (on) => this.host.post({ kind: "record", on }),
    detach: () => this.host.post({ kind: "detach" }),
    reveal: (line) => this.reveal(line),
  });
  private readonly controls = new LiveControls({
    window: (seconds) => this.change(() => this.view.choose(seconds)),
    predict: (basis) => this.host.post({ kind: "predict", basis }),
    engine: (engine) => this.chooseEngine(engine),
    play: (on) => this.host.post({ kind: "play", on }),
    speed: (speed) => this.host.post({ kind: "speed", speed }),
    seek: (time) => this.host.post({ kind: "seek", time }),
    step: (by) => this.host.post({ kind: "step", by }),
  });
  private readonly retryButton = button(words("Try now"), () => this.host.post({ kind: "retry" }));
  private readonly keyButton = button(words("Enter key"), () => this.host.post({ kind: "enter-key" }));
  private readonly verdict = new Verdict();
  private readonly side = new Side({
    review: () => this.host.post({ kind: "review-differences" }),
    calibrate: () => this.host.post({ kind: "calibrate" }),
    useLoad: () => this.host.post({ kind: "use-load" }),
  });
  private readonly cells = new FigureCells();
  private readonly charts: Charts;
  private readonly sections: LiveSections;
  private readonly content = h("div", { class: "content" });
  private readonly spoken = new Spoken();
  private engine: string | null = null;
  private pinned: number | null = null;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(app: HTMLElement) {
    const actions = {
      copy: (text: string) => this.host.post({ kind: "copy", text }),
      save: (name: string, text: string) => this.host.post({ kind: "save", name, text }),
    };
    this.charts = new Charts(
      this.theme,
      this.panels,
      {
        zoom: (range) => this.change(() => this.view.zoomTo(range)),
        zoomBy: (factor, at) => this.change(() => this.view.zoomBy(factor, at, this.first, this.last)),
        pan: (seconds) => this.change(() => this.view.panBy(seconds, this.first, this.last)),
        pinned: (at) => {
          this.pinned = at;
          this.keep();
        },
        toggled: () => this.keep(),
        picture: (url) => this.host.post({ kind: "save-picture", name: "live.png", url }),
      },
      actions,
    );
    this.sections = new LiveSections(actions, {
      toggled: () => this.keep(),
      reveal: (line) => this.reveal(line),
      choose: (engine) => this.chooseEngine(engine),
    });
    this.keyButton.primary(true);
    this.content.append(this.verdict.root, this.cells.root, this.charts.section.root, this.sections.root);
    app.append(this.bar.root, this.controls.root, this.content, this.spoken.root);
    show(this.content, false);
    this.restore();
    onThemeChange((theme) => {
      this.theme = theme;
      this.charts.setTheme(theme);
      this.draw();
    });
    document.addEventListener("visibilitychange", () => this.draw());
    setInterval(() => this.tick(), drawEveryMs);
    this.host.post({ kind: "ready" });
  }

  private get first(): number {
    return this.ring.length > 0 ? (this.ring.time[0] ?? 0) : 0;
  }

  private get last(): number {
    return this.ring.last?.time ?? 0;
  }

  private receive(message: ToLiveView): void {
    this.live.receive(message);
    this.spoken.update(this.live);
    this.tell();
    if (message.kind === "prediction") this.controls.setPrediction(message.prediction);
    if (message.kind !== "header") {
      this.schedule();
      return;
    }
    this.controls.setWords(message.header.words);
    show(this.content, true);
    document.body.dataset.ready = "1";
    this.draw();
    if (this.pinned !== null) this.charts.pinAt(this.pinned);
  }

  /** Raw numbers for tests and tools. */
  private tell(): void {
    const { dataset } = document.body;
    dataset.state = this.live.state;
    dataset.points = String(this.ring.samples);
    if (this.ring.last) dataset.lastTime = String(this.ring.last.time);
    const running = this.ring.answered?.snapshot?.gauges.requests_running;
    if (this.ring.answered) dataset.running = String(running ?? "");
  }

  private reveal(line: number): void {
    this.host.post({ kind: "reveal", line });
  }

  private chooseEngine(engine: string | null): void {
    this.engine = engine;
    this.host.post({ kind: "choose-engine", engine });
    this.draw();
  }

  private setPaused(paused: boolean): void {
    this.view.pause(paused ? this.last : null);
    this.host.post({ kind: "pause", paused });
    this.draw();
  }

  private change(act: () => void): void {
    act();
    this.keep();
    this.draw();
  }

  /** Draws soon, but never more than four times a second. */
  private schedule(): void {
    if (this.timer !== null || this.view.isPaused) return;
    const wait = Math.max(0, drawEveryMs - (performance.now() - this.drawnAt));
    this.timer = setTimeout(() => {
      this.timer = null;
      requestAnimationFrame(() => this.draw());
    }, wait);
  }

  private draw(): void {
    const { live, ring } = this;
    const { header, state, prediction, absent } = live;
    if (!header || document.hidden) return;
    this.drawnAt = performance.now();
    const { from, to } = this.view.range(this.first, this.last);
    const measured = measure(ring, from, to);
    const hasAnswered = ring.answered !== undefined;
    const isUnusable = state === "needs-key" || state === "wrong-page" || (!hasAnswered && (state === "connecting" || state === "lost"));
    this.content.classList.toggle("state-page", isUnusable);
    this.content.classList.toggle("silent", state === "lost");
    const { detail, gap, silentSeconds, retrySeconds } = live;
    this.verdict.update(
      liveVerdict({
        state,
        detail,
        hasAnswered,
        silentSeconds,
        retrySeconds,
        header,
        measured,
        prediction,
        absent,
        gap,
        missing: ring.last?.missing ?? [],
        isFirst: ring.samples < 2,
      }),
      this.sections.verdictLinks(gap),
      this.actions(),
    );
    this.side.update(this.verdict, isUnusable ? [] : live.drift, prediction, !isUnusable && ring.length > 1 && header.deployment !== null);
    show(this.cells.root, !isUnusable);
    show(this.charts.section.root, !isUnusable);
    show(this.sections.root, !isUnusable);
    if (!isUnusable) {
      const { version, source, kvCapacityTokens, engines, events } = live;
      const shared = { prediction, slo: header.slo, version, source, kvCapacityTokens };
      this.cells.update(
        liveFigures({
          ...shared,
          measured,
          last: ring.answered,
          windowName: windowName(to - from, this.view),
          isIdle: state === "idle",
          age: state === "lost" ? words("{0} old", age(silentSeconds)) : null,
        }),
      );
      this.charts.head(windowTitle(to - from, this.view), this.view.zoom, prediction !== null);
      const range = { ring, from, to, isPast: this.view.isPast(this.last), engines, events, gpuPeak: header.gpuPeak };
      document.body.dataset.lines = String(this.charts.update({ ...shared, ...range }));
      this.sections.update(live, { ring, from, to, theme: this.theme, engine: this.engine });
    }
    this.controls.setEngines(this.sections.engineNames(live.members), this.engine);
    this.tick();
  }

  private actions(): HTMLElement[] {
    switch (this.live.state) {
      case "lost":
      case "wrong-page":
        return [this.retryButton.element];
      case "needs-key":
        return [this.keyButton.element];
      default:
        return [];
    }
  }

  /** What changes with the clock alone: the age of the newest answer, the wait for the next try. */
  private tick(): void {
    if (!this.live.header || document.hidden) return;
    this.bar.update(this.live, this.view.behind(this.last));
    this.controls.replay.update(this.live.replay);
    if (this.live.state === "lost" && performance.now() - this.drawnAt > 950) this.schedule();
  }

  private restore(): void {
    const kept = record(this.host.kept());
    const seconds = kept.window === "all" ? Number.POSITIVE_INFINITY : kept.window;
    const known = windowChoices().find((choice) => choice.seconds === seconds);
    if (known) this.view.choose(known.seconds);
    if (kept.more === true) this.charts.setMore(true);
    if (kept.table === true) this.charts.section.setOpen(true);
    if (typeof kept.pinned === "number") this.pinned = kept.pinned;
    this.sections.open(kept.tables);
    this.controls.setWindow(this.view.windowSeconds);
  }

  private keep(): void {
    const { windowSeconds } = this.view;
    this.host.keep({
      window: Number.isFinite(windowSeconds) ? windowSeconds : "all",
      more: this.charts.hasMore,
      table: this.charts.section.isOpen,
      tables: this.sections.opened,
      pinned: this.pinned,
    });
  }
}
