/** What an instance does now. */
export const computesPrompts = 0;
export const decodes = 1;

/** Load of the instances, as the cluster monitor asks for it. */
export interface RoleLoads {
  isIdle(instance: number): boolean;
  /** Requests that wait for an instance of this role. */
  waiting(role: number): number;
}

/**
 * TetriInfer's instance flip (arXiv 2401.11181, section 3.5): an instance that has been idle for a minute takes the other role where others
 * wait for one and it is not the last of its own.
 */
export class RoleFlips {
  readonly role: Uint8Array;
  flips = 0;
  private readonly idleSince: Float64Array;

  constructor(
    role: readonly number[],
    private readonly idleNanoseconds: number,
  ) {
    this.role = Uint8Array.from(role);
    this.idleSince = new Float64Array(role.length).fill(Number.NaN);
  }

  /** The monitor looks. */
  look(loads: RoleLoads, now: number): void {
    const { role, idleSince } = this;
    for (let instance = 0; instance < role.length; instance++) {
      if (!loads.isIdle(instance)) idleSince[instance] = Number.NaN;
      else if (Number.isNaN(idleSince[instance] as number)) idleSince[instance] = now;
      else if (now - (idleSince[instance] as number) >= this.idleNanoseconds) this.flip(instance, loads, now);
    }
  }

  private flip(instance: number, loads: RoleLoads, now: number): void {
    const { role } = this;
    const own = role[instance] as number;
    const other = own === decodes ? computesPrompts : decodes;
    if (loads.waiting(other) === 0 || this.count(own) < 2) return;
    role[instance] = other;
    this.idleSince[instance] = now;
    this.flips++;
  }

  private count(role: number): number {
    return this.role.reduce((sum, one) => sum + (one === role ? 1 : 0), 0);
  }
}
