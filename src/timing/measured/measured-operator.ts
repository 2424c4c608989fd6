import type { KernelGroup } from "../../catalog/kernels.ts";
import type { Basis } from "../step-model.ts";
import { type OperatorBand, operatorBand } from "./operator-bands.ts";
import { type Card, type OperatorLaw, operatorLaws, type PricedTable } from "./operator-law.ts";
import { ResidualField } from "./residual-field.ts";

/** How far another engine's kernel stands from this engine's of the same sizes: near enough to speak where its own are far. */
const otherEngine = 2;
/** Another routing of tokens to experts. */
const otherRouting = 0.5;
/** Another format that stands for this one. */
const otherFormat = 1;
/** Another GPU of the generation, where this one's own kernels were hardly measured. */
const otherGpu = 1.5;

/** Shapes that are kept of one operator: those of a few dozen models. */
const mostShapes = 256;

/** What was measured on one GPU. */
export interface MeasuredSource {
  readonly card: Card;
  readonly groups: readonly KernelGroup[];
}

/** Which measurements speak, and for what card. */
export interface Speaking {
  readonly engine: string;
  /** Kinds that speak, the one that counts as it stands first. */
  readonly kinds: readonly string[];
  readonly card: Card;
  /** Whether the kernels are this card's own. */
  readonly basis: Basis;
}

/** An operator with what was measured of it: the ratio to the roofline is what is taken over from size to size and from card to card. */
export class MeasuredOperator {
  readonly basis: Basis;
  readonly band: OperatorBand;
  private readonly law: OperatorLaw;
  private readonly field: ResidualField;
  private readonly card: Card;
  private readonly kept = new Map<string, (first: number) => number>();

  /** Sources stand nearest first. */
  constructor(table: PricedTable, sources: readonly MeasuredSource[], { engine, kinds, card, basis }: Speaking) {
    const law = operatorLaws[table];
    this.law = law;
    this.card = card;
    this.basis = basis;
    this.band = operatorBand(table, basis);
    const size = sources.reduce((sum, { groups }) => sum + groups.reduce((rows, group) => rows + group.rows.length, 0), 0);
    const dimensions = law.coordinates(law.sizes.map(() => 1)).length + 1;
    const coordinates = new Float64Array(size * dimensions);
    const ratios = new Float64Array(size);
    let index = 0;
    for (const [place, source] of sources.entries()) {
      for (const group of source.groups) {
        const apart = Math.hypot(group.engine === engine ? 0 : otherEngine, apartFrom(kinds, group.kind), place * otherGpu);
        // The sizes stand first in a row, the time behind them.
        for (const row of group.rows) {
          coordinates.set(law.coordinates(row), index * dimensions);
          coordinates[(index + 1) * dimensions - 1] = apart;
          ratios[index++] = Math.log(((row.at(-1) ?? 1) * 1e-6) / law.roofline(row, source.card));
        }
      }
    }
    this.field = new ResidualField(dimensions, coordinates, ratios);
  }

  /** Seconds by the first size, the others held. Deployments ask for the same shapes again and again: what was read is kept. */
  by(...others: readonly number[]): (first: number) => number {
    const key = others.join();
    const known = this.kept.get(key);
    if (known) return known;
    if (this.kept.size >= mostShapes) this.kept.clear();
    const read = this.read(others);
    const seconds = new Map<number, number>();
    const made = (first: number): number => {
      const found = seconds.get(first) ?? read(first);
      seconds.set(first, found);
      return found;
    };
    this.kept.set(key, made);
    return made;
  }

  private read(others: readonly number[]): (first: number) => number {
    const { law, card } = this;
    const sizes = [1, ...others];
    const ratio = this.field.along([...law.coordinates(sizes), 0], law.moved);
    return (first) => {
      sizes[0] = first;
      const [along = 0, aside = 0] = law.coordinates(sizes);
      return law.roofline(sizes, card) * ratio(along, aside);
    };
  }
}

/** How far a kind stands from the first of those that speak. */
function apartFrom(kinds: readonly string[], kind: string): number {
  const isExact = kinds.includes(kind);
  const format = kind.split(" ")[0] ?? kind;
  const isFirst = kinds[0]?.split(" ")[0] === format;
  return (isFirst ? 0 : otherFormat) + (isExact ? 0 : otherRouting);
}
