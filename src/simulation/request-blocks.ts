/** Blocks of each request on the core that holds it: one for all cores of a fleet, as a request is on one of them at a time. */
export class RequestBlocks {
  readonly tables: (Int32Array | undefined)[];
  /** Blocks held. */
  readonly held: Int32Array;
  /** Blocks whose content others may find. */
  readonly published: Int32Array;

  constructor(requests: number) {
    this.tables = Array.from({ length: requests }, () => undefined);
    this.held = new Int32Array(requests);
    this.published = new Int32Array(requests);
  }
}
