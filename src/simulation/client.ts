import { EventQueue } from "./event-queue.ts";
import type { Load } from "./workload/load.ts";

/** What a client may ask of the run. */
export interface ClientPort {
  /** Sends request r now. */
  send(r: number, now: number): void;
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
    else this.fill(now);
  }

  /** An arrival is due, or the next question of a conversation. */
  arrive(now: number): void {
    if (this.questions.nextTime <= now) {
      if (this.load.concurrency !== null) this.thinking--;
      this.sendOrHold(this.questions.pop(), now);
      return;
    }
    this.sendOrHold(this.takeNext(), now);
    this.wakeForNext();
  }

  completed(r: number, now: number): void {
    this.inFlight--;
    this.left--;
    this.think(r + 1, now);
    if (this.isCapped) {
      this.sendNow(this.held[this.heldFrom++] as number, now);
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
    const users = (concurrency as number) - this.thinking;
    while (this.inFlight < Math.min(users, maxInFlight) && this.next < this.to) this.sendNow(this.takeNext(), now);
  }

  private takeNext(): number {
    const r = this.next;
    do this.next++;
    while (this.next < this.to && this.load.follows[this.next] === 1);
    return r;
  }

  private sendOrHold(r: number, now: number): void {
    if (this.inFlight < this.load.maxInFlight) this.sendNow(r, now);
    else this.held.push(r);
  }

  private sendNow(r: number, now: number): void {
    this.inFlight++;
    this.port.send(r, now);
  }

  private wakeForNext(): void {
    if (this.next < this.to) this.port.wakeAt(this.phaseStart + Math.round((this.load.arrivalSeconds[this.next] as number) * 1e9));
  }
}
