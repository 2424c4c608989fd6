import { message } from "../../deployment/message.ts";
import type { Ask, LiveSource, Look } from "../source.ts";
import { lookAt } from "../sources/metrics-url.ts";
import { podAddress } from "./api-address.ts";
import type { Pod } from "./pod.ts";
import { servingPorts } from "./serving-ports.ts";

/** The metrics page of one pod: the first of the ports where it may be that answers with an engine's figures. */
export class PodPage implements LiveSource {
  readonly kind = "metrics-url";
  readonly name: string;
  private chosen: string | undefined;

  constructor(private pod: Pod) {
    this.name = pod.name;
  }

  get identityAt(): readonly string[] {
    return this.chosen === undefined ? [] : [this.chosen];
  }

  /** The same pod, or another of its name. */
  become(pod: Pod): void {
    this.pod = pod;
  }

  async look(ask: Ask): Promise<Look> {
    const known = this.chosen;
    if (known !== undefined) {
      const look = lookAt(await ask.text(known), ask);
      if (look.kind === "none" && look.why === "wrong-page") this.chosen = undefined;
      return look;
    }
    let failure: Look | undefined;
    for (const place of servingPorts(this.pod)) {
      const address = podAddress(this.pod, this.pod.name, place);
      const look = lookAt(await ask.text(address), ask);
      if (look.kind !== "none") {
        this.chosen = address;
        return look;
      }
      if (look.why === "cancelled") return look;
      // The likeliest port's failure tells most.
      failure ??= look;
    }
    const detail = ask.say(message("No port of this pod is known"));
    return failure ?? { kind: "none", why: "lost", detail, time: ask.now().time, problems: [] };
  }
}
