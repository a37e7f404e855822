import { condition, setHandler } from '@temporalio/workflow';
import type { AttentionStep } from '../domain/attention';
import { retryStepUpdate } from '../messages/retry';
import { isOwnFault } from './account';
import { type Failure, failureOf } from './failures';
import { type OtherWork, waitAndGoOn } from './meanwhile';
import { refusal } from './refusal';

/** A step that cannot continue by itself. */
export interface Parked<Step extends string = AttentionStep> {
  step: Step;
  reason: string;
}

/** Whether `retry` helps. It cannot reach a customer: their address is corrected, and the mail is sent again. */
export const isForRetry = ({ step }: Parked): boolean => step !== 'contact';

/** How staff learn that a step is parked. A run without an order only shows it in the Temporal UI. */
export interface Signs<Step extends string> {
  /** In the Temporal UI, at once. */
  show(): void;
  /** In the database, as soon as it is available. */
  raise?(parked: Parked<Step>): Promise<void>;
  lower?(): Promise<void>;
  /** By mail, once for each step that parks, after the database has recorded it. `since` is the time of parking. */
  call?(parked: Parked<Step>, since: number): void;
}

/** How often a step may fail for a temporary reason, such as a restart of the database, before it parks. */
const QUIET_TRIES = 2;
/**
 * How long a step waits before it retries by itself, in milliseconds: 15 s, doubling, up to ten minutes. A parked step
 * that is stuck for its own sake, and not because the database is away, then waits as long again as it has waited, up
 * to four days: each try costs about eleven events of the history, and `retry` tries at once.
 */
const slowRetry = (tries: number): number => Math.min(15_000 * 2 ** (tries - 1), TEN_MINUTES);
const ownRetry = (waited: number, least: number): number => Math.max(least, Math.min(waited, FOUR_DAYS));
const TEN_MINUTES = 600_000;
const FOUR_DAYS = 4 * 86_400_000;
/**
 * How long a step at least waits for the account: 15 s, doubling, up to an hour. It grows only if the account seems
 * right each time and the step is refused again.
 */
const accountPause = (tries: number): number => Math.min(15_000 * 2 ** (tries - 1), 6 * TEN_MINUTES);

/**
 * How a workflow waits for a person when a step cannot go on by itself. (Requests by staff wait in the inbox.) A step
 * that fails for a temporary reason is first retried quietly. A step that keeps failing, or fails for a lasting reason,
 * is parked: staff see it with a reason they can act on, and it waits for `retry` or its own slow retry.
 */
export class Parking<Step extends string = AttentionStep> {
  private readonly parked: Parked<Step>[] = [];
  /** Of the parked steps, those that wait for a decision and are not retried. */
  private readonly decisions = new Set<Parked<Step>>();
  /** Of the parked steps, those that staff were called to. */
  private readonly called = new Set<Parked<Step>>();
  private retries = 0;
  private answeredRetries = 0;
  /** The last change of the flag in the database. Changes run one after the other. */
  private flagging: Promise<void> = Promise.resolve();
  private flagsUnderWay = 0;

  constructor(private readonly signs: Signs<Step>) {}

  /** Everything that is parked now, longest first. */
  get all(): readonly Parked<Step>[] {
    return this.parked;
  }

  /**
   * Does a step until it succeeds. Once parked, the step stays visible to staff until then.
   * @param giveUp whether a failure is final; if so, it is thrown
   * @param wake whether something has come up that makes another try worth while before its time
   * @param others what can be done between two tries
   */
  async untilDone<T>(
    step: Step,
    act: () => Promise<T>,
    {
      quietTries = QUIET_TRIES,
      giveUp,
      wake,
      others,
    }: {
      quietTries?: number;
      giveUp?(failure: Failure, tries: number): boolean;
      wake?(): boolean;
      others?: OtherWork | undefined;
    } = {},
  ): Promise<T> {
    let parked: Parked<Step> | null = null;
    let waited = 0; // since it parked, or staff last asked for a try
    for (let tries = 1; ; tries++) {
      const retries = this.retries; // one that arrives during an attempt is answered by the next attempt
      try {
        const result = await act();
        this.answeredRetries = this.retries; // the step is done, however late staff asked for it
        if (parked) this.leave(parked);
        return result;
      } catch (error) {
        const failure = failureOf(error);
        this.answeredRetries = Math.max(this.answeredRetries, retries);
        if (giveUp?.(failure, tries)) {
          if (parked) this.leave(parked);
          throw error;
        }
        const { passing, reason, cause, outage } = failure;
        await waitAndGoOn(async () => {
          if (passing && tries <= quietTries) await this.pause(retries, slowRetry(tries), wake);
          else {
            parked = this.stay(parked, { step, reason });
            const goOn = () => this.retries > retries || (wake?.() ?? false);
            // What stops every order is told of once, by an alarm about the account.
            if (cause === null || (await isOwnFault(cause, accountPause(tries), goOn))) {
              this.call(parked);
              const least = passing ? slowRetry(tries - quietTries) : TEN_MINUTES;
              // A step that is given up after so many tries is tried evenly.
              const ms = outage || giveUp ? least : ownRetry(waited, least);
              await this.pause(retries, ms, wake);
              waited = this.retries > retries ? 0 : waited + ms;
            }
          }
        }, others);
      }
    }
  }

  /**
   * Parks for a person's decision, until staff send `retry` or `orElse` holds. Nothing is retried meanwhile.
   * @param isTold whether staff were called for this before
   */
  async forDecision(step: Step, reason: string, orElse: () => boolean, isTold = false): Promise<void> {
    const parked = this.stay(null, { step, reason });
    if (!isTold) this.call(parked);
    this.decisions.add(parked);
    await this.pause(this.retries, undefined, orElse);
    this.decisions.delete(parked);
    this.leave(parked);
  }

  /** Whether a step is parked that holds up the order and can be retried. A stuck mail stands beside the order. */
  get isStuck(): boolean {
    return this.parked.some((one) => one.step !== 'mail' && !this.decisions.has(one));
  }

  /** Retries everything that is parked. Resolves after the attempt, whether or not it helped. */
  async retry(): Promise<void> {
    const mine = ++this.retries;
    await condition(() => this.answeredRetries >= mine);
  }

  /**
   * Handles `retry` in a run that has no other updates. Answers whether anything is still parked after the attempt.
   * @param always for a run that is always at a step that can be retried, also when `retry` starts it
   */
  takeRetries({ always = false } = {}): void {
    setHandler(
      retryStepUpdate,
      async () => {
        await this.retry();
        return this.parked.length === 0 ? 'done' : 'waiting';
      },
      {
        validator: () => {
          if (this.parked.length === 0 && !always) throw refusal('Nothing needs attention');
        },
        description: 'Tries the step that needs attention again; takes nothing',
      },
    );
  }

  /** Clears a flag that an earlier run has raised. */
  lowerStaleFlag(): void {
    this.flag(this.signs.lower?.() ?? Promise.resolve());
  }

  /** Resolves once the flag in the database matches this run. */
  get flagged(): Promise<void> {
    return this.flagging;
  }

  /** Whether it does. A run must not end before: what it has not written by then is never written. */
  get isFlagged(): boolean {
    return this.flagsUnderWay === 0;
  }

  private flag(change: Promise<void>): void {
    this.flagging = change;
    this.flagsUnderWay++;
    void change.finally(() => this.flagsUnderWay--);
  }

  /** Parks a step, or updates the reason of a parked one. */
  private stay(before: Parked<Step> | null, now: Parked<Step>): Parked<Step> {
    if (before === null) {
      this.parked.push(now);
      this.showChange();
    } else if (before.reason !== now.reason) {
      before.reason = now.reason;
      this.signs.show();
      if (before === this.foremost) this.flag(this.flagging.then(() => this.signs.raise?.({ ...before })));
    }
    return before ?? now;
  }

  private leave(parked: Parked<Step>): void {
    this.called.delete(parked);
    this.parked.splice(this.parked.indexOf(parked), 1);
    this.showChange();
  }

  /** The step that staff are shown first: a stuck mail must not hide a step that holds up the order. */
  private get foremost(): Parked<Step> | undefined {
    return this.parked.find(({ step }) => step !== 'mail') ?? this.parked[0];
  }

  private showChange(): void {
    this.signs.show();
    const { foremost } = this;
    const parked = foremost && { ...foremost };
    this.flag(this.flagging.then(() => (parked ? this.signs.raise?.(parked) : this.signs.lower?.())));
  }

  /** Calls staff to a parked step, once. */
  private call(parked: Parked<Step>): void {
    if (this.called.has(parked)) return;
    this.called.add(parked);
    const called = { ...parked };
    const since = Date.now();
    this.flag(this.flagging.then(() => this.signs.call?.(called, since)));
  }

  /** @param retries how many retries were asked for before the attempt that has failed */
  private async pause(retries: number, ms?: number, orElse = () => false): Promise<void> {
    const goOn = () => this.retries > retries || orElse();
    if (ms === undefined) await condition(goOn);
    else await condition(goOn, ms, { summary: 'Tries again by itself' });
  }
}

/** The parked steps for a run's details in the Temporal UI, as Markdown, without personal data. */
export const describeParked = <Step extends string>({ all }: Parking<Step>): string[] =>
  all.length === 0
    ? []
    : [
        ...all.map(({ step, reason }) => `> **Needs attention** at *${step}*: ${reason}`),
        '`retry` — tries the step that needs attention again',
      ];
