import type { SettingKey, SettingPlace } from "../../src/language/setting-places.ts";
import { fill, h, link, show } from "../parts/dom.ts";
import { duration, whole } from "../parts/numbers.ts";
import { definitions, said, words } from "../parts/words.ts";
import { linesOf } from "./part-words.ts";
import type { Ranking } from "./ranking.ts";
import type { RunIndex } from "./run-index.ts";
import { requestsIn, type Selection, type StepAt } from "./selection.ts";
import { whyFirstToken } from "./why.ts";

export interface BreakdownEvents {
  readonly select: (request: number) => void;
  readonly reveal: (line: number) => void;
  readonly record: (fromSeconds: number) => void;
}

/** Under the picture: one request from its arrival to its last token, or what a step was. */
export class Breakdown {
  readonly root = h("div", { class: "breakdown" });
  private readonly left = h("section", { class: "breakdown-parts", aria: { label: words("Parts of the request") } });
  private readonly right = h("section", { class: "breakdown-why", aria: { label: words("Why") } });
  private places: readonly SettingPlace[] = [];
  private file = "";

  constructor(private readonly events: BreakdownEvents) {
    this.root.append(this.left, this.right);
  }

  setPlaces(places: readonly SettingPlace[], file: string): void {
    this.places = places;
    this.file = file;
  }

  showNothing(): void {
    fill(
      this.left,
      h("p", { class: "secondary-text", text: words("Click a step, or find a request by its number, to see where its time went.") }),
    );
    fill(this.right);
    show(this.right, false);
  }

  /** A step that was clicked: what was in it, and the lines that it comes from. */
  showStep(index: RunIndex, { row, instance, from, to }: StepAt): void {
    const { steps, instances } = index.run.timeline;
    const facts = instances[instance];
    if (!facts) return;
    const requests = requestsIn(index, row);
    const count = steps.steps[row] as number;
    const mode = steps.sequenceMode[row] === 1 ? words("sequence parallel") : words("tensor parallel");
    const each = (to - from) / count;
    fill(
      this.left,
      this.heading(words("Step of {0}", facts.name), `${facts.layout}, ${mode}`),
      h("p", {
        text:
          count > 1
            ? words(
                "{0} equal steps of {1} each, {2} sequences decoding.",
                whole(count),
                duration(each),
                whole(steps.decodeSequences[row] as number),
              )
            : words(
                "{0}: {1} prompt tokens, {2} sequences decoding.",
                duration(each),
                whole(steps.promptTokens[row] as number),
                whole(steps.decodeSequences[row] as number),
              ),
      }),
      requests.length === 0
        ? null
        : h(
            "p",
            {},
            words("Prompts: "),
            ...requests
              .slice(0, 8)
              .flatMap(({ request, tokens }) => [
                link(words("request {0}", request), () => this.events.select(request)),
                h("span", { class: "secondary-text", text: ` ${words("{0} tokens", whole(tokens))}  ` }),
              ]),
            requests.length > 8 ? words(", and {0} more", requests.length - 8) : null,
          ),
    );
    const keys: readonly SettingKey[] = ["pool", "tensor", "batchedTokens", "sequences", "shiftThreshold", "gpu"];
    const links = this.placesOf(facts.pool)
      .filter(({ key, line }) => line !== null && keys.includes(key))
      .map(({ name, line }) => h("li", {}, this.placeLink(name === "" ? words("Its pool") : name, line ?? 0)));
    show(this.right, links.length > 0);
    fill(this.right, h("h2", { text: words("Where the file says so") }), h("ul", { class: "plain-list" }, ...links));
  }

  showRequest(index: RunIndex, ranking: Ranking, { request, life }: Selection): void {
    const { requests } = index.run;
    const prompt = whole(requests.promptTokens[request] ?? 0);
    const output = whole(requests.outputTokens[request] ?? 0);
    const cached = requests.cachedTokens[request] ?? 0;
    const facts =
      cached > 0
        ? words("{0} prompt tokens, {1} of them cached, and {2} output tokens", prompt, whole(cached), output)
        : words("{0} prompt and {1} output tokens", prompt, output);
    const heading = this.heading(words("Request {0}", request), facts);
    show(this.right, true);
    if (!life) {
      const from = Math.max(0, (requests.arrival[request] ?? 0) - 1);
      const again = link(words("Record from {0}", duration(from)), () => this.events.record(from));
      fill(this.left, heading, h("p", {}, words("Only a part of it lies in what was recorded, so its time is not split."), " ", again));
      this.fillWhy(index, ranking, request, null);
      return;
    }
    if (life.isRefused) {
      fill(this.left, heading, h("p", { text: words("It was turned away when it arrived.") }));
      show(this.right, false);
      return;
    }
    const lines = linesOf(index, life);
    const total = Math.max(1e-9, life.finished - life.arrived);
    const rows = lines.map(({ name, seconds, from, fill: look }) => {
      const bar = h("span", { class: `part-bar part-${look}` });
      bar.style.marginLeft = `${((from - life.arrived) / total) * 100}%`;
      bar.style.width = `${(seconds / total) * 100}%`;
      return h(
        "tr",
        {},
        h("th", { text: name }),
        h("td", { class: "part-track", aria: { hidden: "true" } }, bar),
        h("td", { class: "numeric", text: duration(seconds) }),
      );
    });
    for (const row of rows) row.firstElementChild?.setAttribute("scope", "row");
    const sum = h(
      "tr",
      { class: "part-sum" },
      h("th", { text: words("End to end") }),
      h("td", {}),
      h("td", { class: "numeric", text: duration(total) }),
    );
    sum.firstElementChild?.setAttribute("scope", "row");
    fill(
      this.left,
      heading,
      h("table", { class: "part-table", aria: { label: words("Parts of request {0}", request) } }, h("tbody", {}, ...rows, sum)),
    );
    this.fillWhy(index, ranking, request, whyFirstToken(index, life));
  }

  private fillWhy(index: RunIndex, ranking: Ranking, request: number, why: ReturnType<typeof whyFirstToken> | null): void {
    const ttft = ranking.of(request);
    const slower = ranking.slowerThan(request);
    const next = ranking.nextSlower(request);
    const place = why?.change && this.placesOf(why.change.pool).find(({ key }) => key === why.change?.key);
    const limit = index.run.slo?.ttftSeconds ?? null;
    const title = h(
      "h2",
      {},
      h("span", { text: Number.isNaN(ttft) ? words("It had no first token") : words("Why TTFT was {0}", duration(ttft)) }),
    );
    title.title = said(definitions.ttft);
    fill(
      this.right,
      title,
      why && h("p", { text: why.sentence }),
      h(
        "p",
        { class: "secondary-text" },
        slower === 0
          ? words("Median TTFT of the run is {0}; none was slower than this one.", duration(ranking.median))
          : words("Median TTFT of the run is {0}; {1} requests were slower than this one.", duration(ranking.median), whole(slower)),
        limit === null || Number.isNaN(ttft)
          ? null
          : ` ${ttft > limit ? words("It misses the limit of {0}.", duration(limit)) : words("It meets the limit of {0}.", duration(limit))}`,
      ),
      why?.change
        ? h(
            "p",
            {},
            words("To try: {0}", why.change.words),
            place ? " (" : null,
            place &&
              (place.line === null
                ? words("{0}, not in the file", place.name)
                : this.placeLink(place.name === "" ? words("its pool") : place.name, place.line)),
            place ? ")" : null,
          )
        : null,
      next === undefined
        ? null
        : h(
            "p",
            {},
            link(words("Next slower request"), () => this.events.select(next)),
          ),
    );
  }

  /** A pool that a system takes apart is one in the file. */
  private placesOf(pool: number): readonly SettingPlace[] {
    const own = this.places.filter((place) => place.pool === pool);
    return own.length > 0 ? own : this.places.filter((place) => place.pool === 0);
  }

  private heading(title: string, note: string): HTMLElement {
    return h("div", { class: "breakdown-head" }, h("h2", { text: title }), h("span", { class: "secondary-text small", text: note }));
  }

  private placeLink(name: string, line: number): HTMLElement {
    return h(
      "span",
      {},
      `${name} `,
      link(`${this.file}:${line + 1}`, () => this.events.reveal(line), {
        class: "path",
        title: words("Show {0} in the editor", `${this.file}:${line + 1}`),
      }),
    );
  }
}
