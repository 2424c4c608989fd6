import type { KernelGroup } from "../../catalog/kernels.ts";
import type { Card, OperatorLaw } from "./operator-law.ts";
import { ResidualField } from "./residual-field.ts";

/** How far another engine's kernel stands from this engine's of the same sizes: near enough to speak where its own are far. */
const otherEngine = 2;
/** Another routing of tokens to experts. */
const otherRouting = 0.5;
/** Another format that stands for this one. */
const otherFormat = 1;

/** Shapes that are kept of one operator: those of a few dozen models. */
const mostShapes = 256;

/** Which measurements speak, and for what card. */
export interface Speaking {
  readonly engine: string;
  /** Kinds that speak, the one that counts as it stands first. */
  readonly kinds: readonly string[];
  readonly measuredOn: Card;
  readonly card: Card;
}

/** An operator with what was measured of it: the ratio to the roofline is what is taken over from size to size and from card to card. */
export class MeasuredOperator {
  private readonly field: ResidualField;
  private readonly card: Card;
  private readonly kept = new Map<string, (first: number) => number>();

  constructor(
    private readonly law: OperatorLaw,
    groups: readonly KernelGroup[],
    { engine, kinds, measuredOn, card }: Speaking,
  ) {
    this.card = card;
    const points = groups.flatMap((group) =>
      group.rows.map((row) => ({ sizes: row.slice(0, -1), seconds: (row.at(-1) ?? 1) * 1e-6, group })),
    );
    const dimensions = law.coordinates(law.sizes.map(() => 1)).length + 2;
    const coordinates = new Float64Array(points.length * dimensions);
    const ratios = new Float64Array(points.length);
    for (const [index, { sizes, seconds, group }] of points.entries()) {
      const apart = [group.engine === engine ? 0 : otherEngine, apartFrom(kinds, group.kind)];
      coordinates.set([...law.coordinates(sizes), ...apart], index * dimensions);
      ratios[index] = Math.log(seconds / law.roofline(sizes, measuredOn));
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
    const at = (first: number): readonly number[] => [first, ...others];
    if (law.couplesFirst) {
      return (first) => {
        const point = [...law.coordinates(at(first)), 0, 0];
        return law.roofline(at(first), card) * this.field.along(point, 0)(point[0] ?? 0);
      };
    }
    const ratio = this.field.along([...law.coordinates(at(1)), 0, 0], 0);
    return (first) => law.roofline(at(first), card) * ratio(law.coordinates(at(first))[0] ?? 0);
  }
}

/** How far a kind stands from the first of those that speak. */
function apartFrom(kinds: readonly string[], kind: string): number {
  const isExact = kinds.includes(kind);
  const format = kind.split(" ")[0] ?? kind;
  const isFirst = kinds[0]?.startsWith(format) ?? false;
  return (isFirst ? 0 : otherFormat) + (isExact ? 0 : otherRouting);
}
