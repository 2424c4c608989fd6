import type { KernelGroup } from "../../catalog/kernels.ts";
import type { Card, OperatorLaw } from "./operator-law.ts";
import { ResidualField } from "./residual-field.ts";

/** How far another engine's kernel stands from this engine's of the same sizes. */
const otherEngine = 2;
/** Routing in the balanced way and by a power law: experts take their time by the busiest. */
const otherKind = 0.5;

/** An operator with what was measured of it. */
export class MeasuredOperator {
  private readonly field: ResidualField;

  /**
   * `groups` were measured on `measuredOn`; those of `engine` and of the first kind count as they stand, the others at a distance.
   * The ratio to the roofline is what is taken over to another card of the same architecture.
   */
  constructor(
    private readonly law: OperatorLaw,
    groups: readonly KernelGroup[],
    { engine, kinds, measuredOn, card }: { readonly engine: string; readonly kinds: readonly string[]; readonly measuredOn: Card; readonly card: Card },
  ) {
    this.card = card;
    const rows = groups.flatMap((group) => group.rows.map((row) => ({ sizes: row.slice(0, -1), seconds: (row.at(-1) ?? 1) * 1e-6, group })));
    const dimensions = law.coordinates(law.sizes.map(() => 1)).length + 2;
    const coordinates = new Float64Array(rows.length * dimensions);
    const ratios = new Float64Array(rows.length);
    for (const [index, { sizes, seconds, group }] of rows.entries()) {
      coordinates.set([...law.coordinates(sizes), group.engine === engine ? 0 : otherEngine, group.kind === kinds[0] ? 0 : otherKind], index * dimensions);
      ratios[index] = Math.log(seconds / law.roofline(sizes, measuredOn));
    }
    this.field = new ResidualField(dimensions, coordinates, ratios);
  }

  private readonly card: Card;

  /** Seconds of one kernel of these sizes. */
  seconds(sizes: readonly number[]): number {
    return this.law.roofline(sizes, this.card) * this.field.at([...this.law.coordinates(sizes), 0, 0]).ratio;
  }

  /** How far the sizes are from measured ones. */
  distance(sizes: readonly number[]): number {
    return this.field.at([...this.law.coordinates(sizes), 0, 0]).distance;
  }
}
