/**
 * Blocks of each request on the core that holds it: one for all cores, as a request is on one of them at a time. A second half is for those
 * that another core takes over, whose blocks lie on both for a while.
 */
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
