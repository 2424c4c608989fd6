import type { Source } from "../../random.ts";
import type { Router } from "./router.ts";

export class RandomRouter implements Router {
  constructor(
    private readonly size: number,
    private readonly source: Source,
  ) {}

  choose(): number {
    return Math.floor(this.source() * this.size);
  }
}

export class RoundRobinRouter implements Router {
  private turn = 0;

  constructor(private readonly size: number) {}

  choose(): number {
    const choice = this.turn;
    this.turn = (choice + 1) % this.size;
    return choice;
  }
}

/** Two at random, and the one with less of them (Mitzenmacher; SGLang's power_of_two counts requests). */
export class PowerOfTwoRouter implements Router {
  constructor(
    private readonly loads: Int32Array,
    private readonly source: Source,
  ) {}

  choose(): number {
    const { loads, source } = this;
    const first = Math.floor(source() * loads.length);
    const other = Math.floor(source() * (loads.length - 1));
    const second = other < first ? other : other + 1;
    return (loads[second] as number) < (loads[first] as number) ? second : first;
  }
}

/** The target with the least. Equal ones take turns, so that an idle deployment fills evenly. */
export function least(loads: Int32Array | Float64Array): Router {
  let turn = 0;
  return {
    choose() {
      const first = turn;
      turn = (turn + 1) % loads.length;
      let best = first;
      for (let i = 1; i < loads.length; i++) {
        const other = (first + i) % loads.length;
        if ((loads[other] as number) < (loads[best] as number)) best = other;
      }
      return best;
    },
  };
}
