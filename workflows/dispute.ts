import {
  allHandlersFinished,
  condition,
  currentUpdateInfo,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  uuid4,
} from '@temporalio/workflow';
import type { DisputeFacts } from '../activities/dispute/recorded';
import type { Submitted } from '../activities/dispute/submission';
import type { SessionId } from '../domain/ids';
import { canGoOn, DECISIONS } from '../domain/order';
import { type DisputeInput, disputeLookSignal, submitEvidenceUpdate } from '../messages/dispute';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { describeDispute } from './dispute-details';
import { failureOf } from './failures';
import { FollowerSigns } from './follower-signs';
import { describeParked, Parking } from './parking';
import { refusal } from './refusal';
import { refuseStartByHand } from './started-by-hand';
import { databaseTask, stripe, stripeFollowing } from './steps';
import { notifyOrder } from './tell';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Staff are reminded of the deadline this long before it, or at once if less time is left. */
const REMIND_BEFORE = 2 * DAY;
/** The first delay before looking again for an order that is still being written. It doubles, up to an hour. */
const SOON = 15_000;
/** The order hears that the evidence is submitted, so that its details do not ask for it any more. */
const SUBMITTED = 'order-hears-of-evidence';

/**
 * Follows one dispute from opening to closing. It records what Stripe says with the order, whose own workflow holds the
 * shipping. It mails staff when the dispute opens and before the deadline, and submits the gathered evidence when staff
 * say so. It may be started each time the dispute changes: every run reads Stripe again and writes idempotently.
 */
export async function dispute(input: DisputeInput): Promise<string> {
  refuseStartByHand('dispute', input);
  const run = new DisputeRun(input);
  for (let soon = SOON; ; ) {
    const followed = await run.read();
    if (followed.outcome === 'unknown') {
      await condition(allHandlersFinished);
      return 'unknown';
    }
    if (followed.outcome === 'forgotten') {
      await run.forgotten(followed.sessionId);
      await run.change(DAY, 'Stripe is asked again');
    } else if (followed.outcome === 'coming') {
      await run.change(soon, 'Its order is being written');
      soon = Math.min(soon * 2, HOUR);
    } else if (followed.standing === 'open') await run.change(DAY, 'Stripe is asked again');
    else if (await run.told()) return followed.status;
  }
}

/** One run that follows a dispute: what is known about it, who was notified, and what staff see. */
class DisputeRun {
  changed = true;
  private facts: DisputeFacts | null = null;
  private looked = false;
  private submitting: Promise<unknown> = Promise.resolve();
  private readonly signs: FollowerSigns<'read' | 'gather-evidence' | 'start-order'>;
  private readonly parking: Parking<'read' | 'gather-evidence' | 'start-order'>;
  /** What the order and staff were last notified of. A new run notifies them again, which has no second effect. */
  private readonly notified: { standing?: string; submitted?: boolean; openings?: number; dueBy?: number } = {};
  private shown: { number?: string; attention?: boolean } = {};

  constructor(private readonly input: DisputeInput) {
    this.signs = new FollowerSigns(input.disputeId, () => this.show());
    this.parking = new Parking(this.signs);
    setHandler(
      disputeLookSignal,
      () => {
        this.changed = true;
      },
      { description: 'Something changed at Stripe: the dispute is read again' },
    );
    this.parking.takeRetries();
    void this.watchDeadline();
    setHandler(submitEvidenceUpdate, () => this.submit(currentUpdateInfo()?.id ?? ''), {
      description: 'Gives the evidence to the bank as it stands, once; takes nothing',
    });
  }

  /** Reads the dispute, and notifies its order and staff of changes. */
  async read() {
    this.changed = false;
    const followed = await this.parking.untilDone('read', () =>
      stripeFollowing.followDispute.executeWithOptions({ summary: 'Reads the dispute' }, [this.input]),
    );
    if (followed.outcome === 'known') {
      this.facts = followed;
      this.show();
      await this.notify(followed);
    }
    this.looked = followed.outcome !== 'coming';
    return followed;
  }

  /** Stripe does not know it, and its order needs attention. It is asked again until staff have closed it here. */
  async forgotten(sessionId: SessionId): Promise<void> {
    if (this.notified.standing === 'forgotten') return;
    this.notified.standing = 'forgotten';
    await notifyOrder(sessionId);
    this.signs.mail(sessionId, {
      template: 'attention_needed',
      step: DECISIONS.disputeUnknown,
      ref: this.input.disputeId,
    });
  }

  /** Waits until the run may end. Returns false if the dispute has changed again meanwhile. */
  told(): Promise<boolean> {
    return this.signs.told(this.parking, () => this.changed);
  }

  /** Waits until the dispute changes at Stripe, for at most `ms`. */
  async change(ms: number, summary: string): Promise<void> {
    await condition(() => this.changed, ms, { summary });
  }

  /**
   * Mails staff when the deadline is near, and again if the deadline moves. It also does so while Stripe cannot be
   * read: then the deadline is the one that was last recorded, even by another run.
   */
  private async watchDeadline(): Promise<void> {
    await condition(() => this.facts !== null || this.parking.all.length > 0, HOUR, {
      summary: 'Stripe has not answered: the last known deadline counts',
    });
    while (this.facts === null && !(await this.recall()))
      await condition(() => this.facts !== null, HOUR, { summary: 'The last known deadline could not be read' });
    for (;;) {
      const { remindAt } = this;
      if (remindAt === null) await condition(() => this.remindAt !== null);
      else if (remindAt > Date.now())
        await condition(() => this.remindAt !== remindAt, remindAt - Date.now(), { summary: 'The deadline is near' });
      else this.remind();
    }
  }

  /** Takes over what was last recorded. Returns false if the database could not say. */
  private async recall(): Promise<boolean> {
    try {
      const recalled = await databaseTask.recallDispute(this.input);
      this.facts ??= recalled;
      return true;
    } catch (error) {
      failureOf(error); // throws on what is no failure of the activity, such as a cancelled run
      return false;
    }
  }

  /** When staff must be reminded of the deadline; null if there is none, it has passed, or they have been. */
  private get remindAt(): number | null {
    const { facts, notified } = this;
    if (!facts?.needsAnswer || facts.dueBy === null || notified.dueBy === facts.dueBy) return null;
    return facts.dueBy - REMIND_BEFORE;
  }

  private remind(): void {
    if (!this.facts?.dueBy) return;
    const { sessionId, dueBy } = this.facts;
    this.notified.dueBy = dueBy;
    this.signs.mail(sessionId, { template: 'dispute_deadline', ref: this.input.disputeId, episode: dueBy });
    this.show();
  }

  /** The order and staff hear of it first. Only then is the evidence gathered, which may be stuck for long. */
  private async notify(facts: DisputeFacts): Promise<void> {
    const { sessionId, standing, openings, submitted } = facts;
    if (standing !== this.notified.standing) {
      this.notified.standing = standing;
      await this.notifyOfStanding(facts);
    } else if (submitted && !this.notified.submitted && patched(SUBMITTED)) await notifyOrder(sessionId);
    this.notified.submitted = submitted;
    if (standing === 'open' && openings !== this.notified.openings) {
      this.notified.openings = openings;
      this.signs.mail(sessionId, { template: 'dispute_opened', ref: this.input.disputeId, episode: openings });
    }
    if (standing === 'open' && !submitted)
      await this.parking.untilDone('gather-evidence', () => databaseTask.gatherEvidence(this.input));
  }

  /**
   * Tells the order, and calls staff to decide: the money is gone, or what was lost is back. An order that a loss had
   * ended goes on, even if it ended long ago: the database already says so.
   */
  private async notifyOfStanding({ sessionId, standing, openings, order, reversed }: DisputeFacts): Promise<void> {
    const isRunning = await notifyOrder(sessionId);
    if (standing === 'kept' && reversed && !isRunning && canGoOn(order.status))
      await this.parking.untilDone('start-order', () =>
        stripeFollowing.reviveOrder.executeWithOptions({ summary: 'Starts the order again' }, [{ sessionId }]),
      );
    const step =
      standing === 'lost' ? DECISIONS.disputeLost : reversed && standing === 'kept' ? DECISIONS.disputeWon : null;
    if (step !== null)
      this.signs.mail(sessionId, {
        ...{ template: 'attention_needed', step },
        ...{ ref: this.input.disputeId, episode: openings },
      });
  }

  /** One submission at a time: a second request gets the result of the first. @param by the request's key */
  private async submit(by: string): Promise<string> {
    await condition(() => this.looked);
    if (this.facts === null) throw refusal('The dispute is of no order here');
    const submission = uuid4();
    const mine = this.submitting.then(() =>
      stripe.submitEvidence.executeWithOptions({ summary: 'Submits the evidence' }, [
        { ...this.input, submission, by },
      ]),
    );
    this.submitting = mine.catch(() => undefined);
    const submitted: Submitted = await mine;
    this.changed = true;
    if (submitted.outcome === 'refused') throw refusal(submitted.reason);
    return submitted.status;
  }

  // --- What staff see ----------------------------------------------------------------------------------------------

  private show(): void {
    const { facts, parking } = this;
    const needsAnswer = facts?.standing === 'open' && (facts.needsAnswer || !facts.understood);
    this.showAttributes(facts?.order.number, parking.all.length > 0 || needsAnswer);
    const described = facts ? [describeDispute(facts, this.notified.dueBy === facts.dueBy)] : [];
    setCurrentDetails([...describeParked(parking), ...described].join('\n\n'));
  }

  private showAttributes(number: string | undefined, attention: boolean): void {
    const { shown } = this;
    if (number !== undefined && shown.number !== number)
      upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.orderNumber, value: number }]);
    if (shown.attention !== attention)
      upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: attention }]);
    this.shown = { ...(number !== undefined && { number }), attention };
  }
}
