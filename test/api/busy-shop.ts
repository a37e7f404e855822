import { setImmediate as turn } from 'node:timers/promises';
import { Admission, type Slot } from '../../api/storefront/checkout/admission';
import { Problem } from '../../domain/problem';

/** Processor time in milliseconds, as an order costs it on the machine of docs/performance.md; Stripe's is a pause. */
export interface Costs {
  open: number;
  paid: number;
  refusal: number;
  stripe: number;
}
export const COSTS: Costs = { open: 130, paid: 140, refusal: 2, stripe: 5 };

/** As `ANSWER_MS` in `api/storefront/checkout/attempt.ts`. */
const TOO_LATE_MS = 8_200;
const GIVE_UP_COSTS = 120;

export type Answer = 'opened' | 'sold-out' | 'refused' | 'too-late';

/**
 * A shop in a model: its processors share all work that is under way, and time passes only when nothing is left to do
 * at this moment. The same every time.
 */
export class BusyShop {
  now = 0;
  readonly answers: { answer: Answer; ms: number; retryAfter: number }[] = [];
  /** Orders whose mails are sent. */
  done = 0;
  sessions = 0;
  /** Units; null when it cannot sell out. */
  left: number | null = null;
  /** While it is away, nothing is worked off. */
  workers = true;
  readonly admission = new Admission(() => this.now);

  private readonly random = mulberry(7);
  private readonly work = new Set<{ ms: number; done: () => void }>();
  private readonly pauses: { at: number; done: () => void }[] = [];

  /** @param limited without, every checkout is begun at once */
  constructor(
    private readonly costs = COSTS,
    private readonly cores = 2,
    private readonly limited = true,
  ) {}

  /** Lets time pass until something holds. */
  async until(holds: () => boolean): Promise<void> {
    for (await turn(); !holds(); await turn()) this.step();
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    void this.pause(ms);
    await this.until(() => this.now >= end);
  }

  async checkout(): Promise<Answer> {
    const began = this.now;
    const answered = (answer: Answer, retryAfter = 0) => {
      this.answers.push({ answer, ms: this.now - began, retryAfter });
      return answer;
    };
    try {
      return answered(await this.open(began));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await this.spend(this.costs.refusal);
      return answered('refused', Math.ceil(Number(error.extra.retryAfter)));
    }
  }

  /** A whole order, by a shopper who comes again when told so. */
  async order(): Promise<void> {
    while ((await this.checkout()) !== 'opened') await this.pause(1000 * (this.answers.at(-1)?.retryAfter || 2));
    await this.spend(this.costs.paid);
    this.done++;
  }

  /** Whole orders a second, so many at a time. */
  async peak(orders = 60, atOnce = 20): Promise<number> {
    const [began, before] = [this.now, this.done];
    let next = 0;
    const shopper = async () => {
      while (next++ < orders) await this.order();
    };
    for (let shoppers = 0; shoppers < atOnce; shoppers++) void shopper();
    await this.until(() => this.done - before === orders);
    return (orders / (this.now - began)) * 1000;
  }

  /** So many shoppers at the same moment; what they are told, in numbers. */
  async rush(shoppers: number): Promise<Record<Answer, number>> {
    const before = this.answers.length;
    for (let shopper = 0; shopper < shoppers; shopper++) void this.checkout();
    await this.until(() => this.answers.length === before + shoppers);
    const told = { opened: 0, 'sold-out': 0, refused: 0, 'too-late': 0 };
    for (const { answer } of this.answers.slice(before)) told[answer]++;
    return told;
  }

  private async open(began: number): Promise<Answer> {
    const { open, stripe } = this.costs;
    if (this.limited && this.admission.closed) throw this.admission.refusal();
    await this.spend(open * 0.05);
    if (this.left === 0) return 'sold-out';
    const scarcest = this.left === null ? null : { sku: 'rare', left: this.left };
    const slot = this.limited ? await this.admission.enter(scarcest) : FREE;
    let outcome: 'opened' | 'failed' = 'failed';
    try {
      if (slot.waited && this.left === 0) return 'sold-out';
      await this.spend(open * 0.05);
      this.sessions++;
      await slot.atStripe(() => this.pause(this.about(stripe)));
      await this.spend(open * 0.9);
      if (this.now - began > TOO_LATE_MS) {
        void this.spend(GIVE_UP_COSTS);
        return 'too-late';
      }
      if (this.left === 0) return 'sold-out';
      if (this.left !== null) this.left--;
      outcome = 'opened';
      return outcome;
    } finally {
      slot.leave(outcome);
    }
  }

  private spend(ms: number): Promise<void> {
    return new Promise((done) => this.work.add({ ms: this.about(ms), done }));
  }

  private pause(ms: number): Promise<void> {
    return new Promise((done) => this.pauses.push({ at: this.now + ms, done }));
  }

  private about(ms: number): number {
    return ms * (0.5 + this.random());
  }

  private step(): void {
    const speed = this.workers ? Math.min(1, this.cores / this.work.size) : 0;
    const job = first([...this.work], ({ ms }) => ms);
    const pause = first(this.pauses, ({ at }) => at);
    const jobAt = job && speed > 0 ? this.now + job.ms / speed : Number.POSITIVE_INFINITY;
    const at = Math.min(jobAt, pause?.at ?? Number.POSITIVE_INFINITY);
    if (at === Number.POSITIVE_INFINITY) throw new Error('nothing is left to do');
    for (const one of this.work) one.ms -= (at - this.now) * speed;
    this.now = at;
    if (job && at === jobAt) {
      this.work.delete(job);
      job.done();
    } else if (pause) {
      this.pauses.splice(this.pauses.indexOf(pause), 1);
      pause.done();
    }
  }
}

/** A door before which a line stands: every newcomer is refused. */
export function closedDoor(): Admission {
  let now = 0;
  const admission = new Admission(() => now);
  for (let shopper = 0; shopper < admission.limit + 40; shopper++) void admission.enter(null);
  now += 3_000;
  return admission;
}

const FREE: Slot = { waited: false, atStripe: (call) => call(), leave: () => {} };

/** The one with the least, the earliest of equals. */
const first = <T>(all: T[], of: (one: T) => number): T | undefined =>
  all.reduce<T | undefined>((least, one) => (least === undefined || of(one) < of(least) ? one : least), undefined);

/** Numbers from 0 to 1 that are the same every time (mulberry32). */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
