import type { Load } from "./load.ts";

/** What a client may ask of the run. */
export interface ClientPort {
  /** Sends request r now. */
  send(r: number, now: number): void;
  /** Calls `arrive` at that time. */
  wakeAt(time: number): void;
}

/** Sends the requests of one phase after the other: warm-up first, drained, then the measured ones. */
export class Client {
  private from = 0;
  private to = 0;
  private next = 0;
  private inFlight = 0;
  private finished = 0;
  private phaseStart = 0;
  /** Arrived, but held back by the cap on requests in flight. */
  private held = 0;

  constructor(
    private readonly load: Load,
    private readonly port: ClientPort,
  ) {}

  get isCapped(): boolean {
    return this.held > 0;
  }

  get phaseIsOver(): boolean {
    return this.finished === this.to - this.from;
  }

  start(phase: "warmup" | "measured", now: number): void {
    const { load } = this;
    this.from = phase === "warmup" ? load.measured : 0;
    this.to = phase === "warmup" ? load.measured + load.warmup : load.measured;
    this.next = this.from;
    this.inFlight = 0;
    this.finished = 0;
    this.held = 0;
    this.phaseStart = now;
    if (load.concurrency === null) this.wakeForNext();
    else this.fill(now, Math.min(load.concurrency, load.maxInFlight));
  }

  /** An arrival is due. */
  arrive(now: number): void {
    if (this.inFlight < this.load.maxInFlight) this.sendNext(now);
    else this.held++;
    this.wakeForNext();
  }

  completed(now: number): void {
    this.inFlight--;
    this.finished++;
    const { concurrency, maxInFlight } = this.load;
    if (concurrency !== null) this.fill(now, Math.min(concurrency, maxInFlight));
    else if (this.held > 0) {
      this.held--;
      this.sendNext(now);
    }
  }

  private fill(now: number, upTo: number): void {
    while (this.inFlight < upTo && this.next < this.to) this.sendNext(now);
  }

  private sendNext(now: number): void {
    this.inFlight++;
    this.port.send(this.next++, now);
  }

  private wakeForNext(): void {
    const due = this.next + this.held;
    if (due < this.to) this.port.wakeAt(this.phaseStart + Math.round((this.load.arrivalSeconds[due] as number) * 1e9));
  }
}
