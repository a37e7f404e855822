import { Problem } from '../../../domain/problem';

/** How long opening a checkout should take under load, without the time at Stripe. The limit follows from it. */
const TARGET_MS = 1_300;
/** A faster opening met no load. It shows that there is room, but not how much. */
const FELT_MS = 500;
/**
 * The gap between openings that is assumed while nothing is known: on an idle system, 40 gaps after the last slow
 * opening. With it, a hundred shoppers can come at the same moment.
 */
const ASSUMED_GAP_MS = 20;
const FORGET_GAPS = 40;
const LEAST_GAP_MS = 10;
const MOST_GAP_MS = 300;
/** The share of a new measurement in the moving average. */
const WEIGHT = 0.1;
/** The bounds of the limit. Stripe allows 25 calls a second to one endpoint, and a call takes less than a second. */
const FEWEST = 4;
const MOST = 32;
/** The bounds of the line: all who wait, and those among them who will get a checkout rather than `409`. */
const LONGEST_LINE = 256;
const MOST_TO_OPEN = 80;
/**
 * A new line may take this long to clear. If there is still a line after that, more shoppers come than can be served,
 * and only half a second's worth of them may wait.
 */
const RUSH_MS = 2_500;
const STANDING_MS = 500;
/** Shoppers for this many units or fewer may wait until `LONGEST_WAIT_MS`: the line ends when the units are sold. */
const LAST_UNITS = 100;
/** A rush is over once there has been no line for this long, or nothing is being opened. */
const CALM_MS = 2_000;
/** After a longer wait there is no time left to open the checkout. */
const LONGEST_WAIT_MS = 6_500;
/** Refused shoppers are asked to come back one by one, four in the time that one is served. */
const AGAIN_FOR_ONE = 4;
const SOONEST_MS = 3_000;
const LATEST_MS = 30_000;

/** The product in a cart that will run out first, and for how many more carts like this one it lasts. */
export interface Scarcest {
  sku: string;
  left: number;
}

/** The right to open a checkout now. `leave` gives it back. */
export interface Slot {
  /** Whether the shopper waited in line: prices and stock that were read before are out of date. */
  waited: boolean;
  /** Runs a call to Stripe. Its time does not count as load on this system. */
  atStripe<T>(call: () => Promise<T>): Promise<T>;
  leave(outcome: 'opened' | 'failed'): void;
}

interface Waiting {
  since: number;
  scarcest: Scarcest | null;
  admit: (slot: Slot) => void;
  refuse: (problem: Problem) => void;
}

/**
 * Lets as many checkouts be opened at a time as the system answers within 1.3 s, lets a short line form behind them,
 * and refuses the rest at once. One for each process.
 *
 * It measures the gap from one opening to the next. By Little's law, as many openings should be under way as there are
 * gaps in the target, and a shopper waits a gap for each one ahead.
 */
export class Admission {
  private gap = ASSUMED_GAP_MS;
  private stripeMs = 0;
  private feltAt = Number.NEGATIVE_INFINITY;
  private under = 0;
  /** The sum over time of how many were under way, until `summedAt`. */
  private sum = 0;
  private summedAt = 0;
  private readonly line: Waiting[] = [];
  private rushSince: number | null = null;
  private lineEndedAt = 0;
  private nextComesAt = 0;
  /** How many shoppers were refused so far. */
  refused = 0;

  /** @param now a clock that only goes forward, in milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** How many openings may be under way at a time. */
  get limit(): number {
    this.forget();
    return Math.min(MOST, Math.max(FEWEST, Math.floor((TARGET_MS + this.stripeMs) / this.gap)));
  }

  get underWay(): number {
    return this.under;
  }

  get waiting(): number {
    return this.line.length;
  }

  /** Whether more shoppers come than are served: they wait in line, or did so a moment ago. */
  get rush(): boolean {
    const over = this.line.length === 0 && this.now() - this.lineEndedAt > CALM_MS;
    return this.rushSince !== null && !over;
  }

  /**
   * Whether a newcomer can be refused before the cart is priced. Not while somebody in line waits for scarce stock: a
   * newcomer for the same stock may have to hear `409`.
   */
  get closed(): boolean {
    return !this.isFree() && !this.fits(null) && this.line.every(({ scarcest }) => scarcest === null);
  }

  /** The answer to a newcomer who is not let in: 503 `unavailable`, and when to come again. */
  refusal(): Problem {
    this.refused++;
    const now = this.now();
    const next = this.nextComesAt + this.gap / AGAIN_FOR_ONE;
    this.nextComesAt = next < now + SOONEST_MS || next > now + LATEST_MS ? now + SOONEST_MS : next;
    const retryAfter = (this.nextComesAt - now) / 1000;
    return new Problem('unavailable', 'Many people are buying right now. Try again in a moment.', { retryAfter });
  }

  /**
   * Takes a slot, or waits in line for one.
   * @param scarcest null when nothing in the cart can run out
   * @throws 503 `unavailable` when the line would take too long
   */
  async enter(scarcest: Scarcest | null): Promise<Slot> {
    if (this.isFree()) return this.slot(false);
    if (!this.fits(scarcest)) throw this.refusal();
    const since = this.now();
    if (this.rushAge() === 0) this.rushSince = since;
    return new Promise((admit, refuse) => this.line.push({ since, scarcest, admit, refuse }));
  }

  private isFree(): boolean {
    return this.under < this.limit && this.line.length === 0;
  }

  /** Whether one more may stand in line. */
  private fits(scarcest: Scarcest | null): boolean {
    const opening = toOpen([...this.line, { scarcest }]);
    const sellsOut = scarcest !== null && scarcest.left <= LAST_UNITS;
    const patience = sellsOut ? LONGEST_WAIT_MS : this.patience();
    return this.line.length < LONGEST_LINE && opening <= MOST_TO_OPEN && opening * this.gap <= patience;
  }

  /** How long a newcomer may have to wait. */
  private patience(): number {
    return Math.max(STANDING_MS, RUSH_MS - this.rushAge());
  }

  /** How long the present rush has lasted; 0 when there is none. */
  private rushAge(): number {
    return this.rushSince !== null && this.rush ? this.now() - this.rushSince : 0;
  }

  private slot(waited: boolean): Slot {
    this.count(+1);
    const [began, sum] = [this.now(), this.sum];
    let stripeMs = 0;
    return {
      waited,
      atStripe: (call) => {
        const left = this.now();
        return call().finally(() => {
          stripeMs += this.now() - left;
        });
      },
      leave: (outcome) => {
        this.count(-1);
        const ms = this.now() - began;
        const beside = (this.sum - sum) / ms;
        const felt = ms - stripeMs >= FELT_MS;
        if (felt || (outcome === 'opened' && ms > 0)) this.measure({ gap: ms / beside, stripeMs, felt });
        if (this.under === 0) this.rushSince = null;
        this.admitNext();
      },
    };
  }

  private count(change: 1 | -1): void {
    const now = this.now();
    this.sum += this.under * (now - this.summedAt);
    this.summedAt = now;
    this.under += change;
  }

  private measure({ gap, stripeMs, felt }: { gap: number; stripeMs: number; felt: boolean }): void {
    if (felt) this.feltAt = this.now();
    const seen = Math.min(MOST_GAP_MS, Math.max(LEAST_GAP_MS, felt ? gap : Math.min(gap, this.gap)));
    this.gap += WEIGHT * (seen - this.gap);
    this.stripeMs += WEIGHT * (stripeMs - this.stripeMs);
  }

  /** Drops what was measured under load once the load is gone. */
  private forget(): void {
    if (this.now() - this.feltAt > FORGET_GAPS * this.gap) this.gap = Math.min(this.gap, ASSUMED_GAP_MS);
  }

  private admitNext(): void {
    for (let next = this.line[0]; next; next = this.line[0]) {
      const late = this.now() - next.since > LONGEST_WAIT_MS;
      if (!late && this.under >= this.limit) return;
      this.line.shift();
      this.lineEndedAt = this.now();
      if (late) next.refuse(this.refusal());
      else next.admit(this.slot(true));
    }
  }
}

/** How many of them will get a checkout. For the last ten units it is ten at most: the others get `409` quickly. */
function toOpen(line: readonly Pick<Waiting, 'scarcest'>[]): number {
  const wanted = new Map<string, { by: number; left: number }>();
  let opening = 0;
  for (const { scarcest } of line) {
    if (scarcest === null) opening++;
    else wanted.set(scarcest.sku, { by: (wanted.get(scarcest.sku)?.by ?? 0) + 1, left: scarcest.left });
  }
  for (const { by, left } of wanted.values()) opening += Math.min(by, left);
  return opening;
}
