import { words } from "../parts/words.ts";
import { keyAction } from "./keys.ts";
import { readout } from "./readout.ts";
import type { RunIndex } from "./run-index.ts";
import type { StepAt } from "./selection.ts";
import type { StepCursor } from "./step-cursor.ts";
import type { Viewport } from "./viewport.ts";

/** What the keys change beside the view and the step they are on. */
export interface KeyboardPorts {
  readonly focus: (step: StepAt) => void;
  /** A request of the step, which stays the one that is looked at. */
  readonly choose: (request: number) => void;
  readonly mark: () => void;
  readonly fit: () => void;
  readonly clear: () => void;
  readonly find: () => void;
  readonly speak: (text: string) => void;
}

/** Looking around in a run by keys alone: every move is also said. */
export class Keyboard {
  constructor(
    private readonly viewport: Viewport,
    private readonly steps: StepCursor,
    private readonly ports: KeyboardPorts,
  ) {}

  /** False where the key is none of the plot's. */
  press({ key, shiftKey }: KeyboardEvent, index: RunIndex): boolean {
    const { viewport, steps, ports } = this;
    const action = keyAction(key, shiftKey);
    switch (action?.kind) {
      case "zoom":
        viewport.zoom(action.factor, steps.centre(viewport.view));
        break;
      case "pan":
        viewport.pan(action.share);
        break;
      case "step":
        this.walk(index, action.direction);
        break;
      case "lane":
        this.changeLane(index, action.direction);
        break;
      case "enter":
        this.enter(index);
        break;
      case "mark":
      case "fit":
      case "clear":
      case "find":
        ports[action.kind]();
        break;
      case undefined:
        return false;
      default:
        action satisfies never;
    }
    return true;
  }

  /** To the next step of the lane, which comes into view. */
  private walk(index: RunIndex, direction: 1 | -1): void {
    const next = this.steps.along(index, direction, this.viewport.view);
    if (!next) return;
    this.ports.focus(next);
    this.viewport.bring(next);
    this.ports.speak(readout(index, { kind: "step", step: next }, next.from));
  }

  private changeLane(index: RunIndex, direction: 1 | -1): void {
    const step = this.steps.across(index, direction, this.viewport.view);
    const { instance } = this.steps;
    if (instance === undefined) return;
    if (step) this.ports.focus(step);
    this.ports.speak(step ? readout(index, { kind: "step", step }, step.from) : (index.instances[instance]?.facts.name ?? ""));
  }

  private enter(index: RunIndex): void {
    const request = this.steps.nextRequest(index);
    if (request === undefined) return;
    this.ports.choose(request);
    this.ports.speak(words("Request {0} is selected.", request));
  }
}
