import { EventQueue } from "./event-queue.ts";
import type { Load } from "./workload/load.ts";

/** Requests sent at once; those of the same instant behind them follow with the next event, so that a run can be stopped between them. */
const mostAtOnce = 512;

/** What a client may ask of the run. */
export interface ClientPort {
  /** Sends request r now. */
  send(r: number): void;
  /** Calls `arrive` at that time. */
  wakeAt(time: number): void;
}

/** Sends the requests of one phase after the other: warm-up first, drained, then the measured ones. */
export class Client {
  private to = 0;
  /** Of those that come by themselves. */
  private next = 0;
  private inFlight = 0;
  /** Users of a closed loop who think about an answer. */
  private thinking = 0;
  private left = 0;
  private phaseStart = 0;
  /** Arrived, but held back by the cap on requests in flight: those from `heldFrom` on. */
  private held: number[] = [];
  private heldFrom = 0;
  /** Next questions of conversations, by the time they are asked. */
  private readonly questions = new EventQueue();

  constructor(
    private readonly load: Load,
    private readonly port: ClientPort,
  ) {}

  get isCapped(): boolean {
    return this.heldFrom < this.held.length;
  }

  get phaseIsOver(): boolean {
    return this.left === 0;
  }

  start(phase: "warmup" | "measured", now: number): void {
    const { load } = this;
    const from = phase === "warmup" ? load.measured : 0;
    this.to = phase === "warmup" ? load.measured + load.warmup : load.measured;
    this.left = this.to - from;
    this.next = from;
    this.inFlight = 0;
    this.thinking = 0;
    this.held = [];
    this.heldFrom = 0;
    this.phaseStart = now;
    if (load.concurrency === null) this.wakeForNext();
    else this.port.wakeAt(now);
  }

  /** An arrival is due, or the next question of a conversation, or users of a closed loop are free. */
  arrive(now: number): void {
    if (this.questions.nextTime <= now) {
      if (this.load.concurrency !== null) this.thinking--;
      this.sendOrHold(this.questions.pop());
    } else if (this.load.concurrency === null) {
      this.sendOrHold(this.takeNext());
      this.wakeForNext();
    } else this.fill(now);
  }

  completed(r: number, now: number): void {
    this.inFlight--;
    this.left--;
    this.think(r + 1, now);
    if (this.isCapped) {
      this.sendNow(this.held[this.heldFrom++] as number);
      if (!this.isCapped) {
        this.held = [];
        this.heldFrom = 0;
      }
    } else if (this.load.concurrency !== null) this.fill(now);
  }

  /** The user who was answered asks the next question of that conversation, if there is one. */
  private think(question: number, now: number): void {
    const { load } = this;
    if (question >= this.to || load.follows[question] === 0) return;
    const time = now + Math.round((load.thinkSeconds[question] as number) * 1e9);
    if (load.concurrency !== null) this.thinking++;
    this.questions.push(time, question);
    this.port.wakeAt(time);
  }

  private fill(now: number): void {
    const { concurrency, maxInFlight } = this.load;
    const most = Math.min((concurrency as number) - this.thinking, maxInFlight);
    let left = mostAtOnce;
    for (; left > 0 && this.inFlight < most && this.next < this.to; left--) this.sendNow(this.takeNext());
    if (left === 0) this.port.wakeAt(now);
  }

  private takeNext(): number {
    const r = this.next;
    do this.next++;
    while (this.next < this.to && this.load.follows[this.next] === 1);
    return r;
  }

  private sendOrHold(r: number): void {
    if (this.inFlight < this.load.maxInFlight) this.sendNow(r);
    else this.held.push(r);
  }

  private sendNow(r: number): void {
    this.inFlight++;
    this.port.send(r);
  }

  private wakeForNext(): void {
    if (this.next < this.to) this.port.wakeAt(this.phaseStart + Math.round((this.load.arrivalSeconds[this.next] as number) * 1e9));
  }
}
