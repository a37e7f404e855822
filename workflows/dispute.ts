import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  uuid4,
} from '@temporalio/workflow';
import type { DisputeFacts } from '../activities/dispute/disputes';
import type { Submitted } from '../activities/dispute/submission';
import { DECISIONS } from '../domain/order';
import { type DisputeInput, disputeLookSignal, submitEvidenceUpdate } from '../messages/dispute';
import { INVALID_TRANSITION } from '../messages/refusals';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { describeDispute } from './dispute-details';
import { describeParked, Parking } from './parking';
import { slowDatabase, stripe, stripePatient } from './steps';
import { mail, notifyOrder } from './tell';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Staff are reminded of the deadline this long before it, or at once if less time is left. */
const REMIND_BEFORE = 2 * DAY;
/** The first delay before looking again for an order that is still being written. It doubles, up to an hour. */
const SOON = 15_000;

/**
 * Follows one dispute from opening to closing. It records what Stripe says with the order, whose own workflow holds the
 * shipping. It mails staff when the dispute opens and before the deadline, and submits the gathered evidence when staff
 * say so. It may be started each time the dispute changes: every run reads Stripe again and writes idempotently.
 */
export async function dispute({ disputeId }: DisputeInput): Promise<string> {
  const run = new DisputeRun({ disputeId });
  for (let soon = SOON; ; ) {
    const followed = await run.read();
    if (followed.outcome === 'unknown') {
      await condition(allHandlersFinished);
      return 'unknown';
    }
    if (followed.outcome === 'coming') {
      await run.change(soon, 'Its order is being written');
      soon = Math.min(soon * 2, HOUR);
    } else if (followed.standing === 'open') {
      await run.remind();
      const reminder = run.untilReminder();
      if (reminder === null) await run.change(DAY, 'Stripe is asked again');
      else await run.change(Math.min(reminder, DAY), reminder < DAY ? 'The deadline is near' : 'Stripe is asked again');
    } else {
      await condition(allHandlersFinished);
      if (!run.changed) return followed.status;
    }
  }
}

/** One run that follows a dispute: what is known about it, who was notified, and what staff see. */
class DisputeRun {
  changed = true;
  private facts: DisputeFacts | null = null;
  private looked = false;
  private submitting: Promise<unknown> = Promise.resolve();
  private readonly parking = new Parking<'read' | 'gather-evidence'>({ show: () => this.show() });
  /** What the order and staff were last notified of. A new run notifies them again, which has no second effect. */
  private readonly notified: { standing?: string; openings?: number; dueBy?: number } = {};
  private shown: { number?: string; attention?: boolean } = {};

  constructor(private readonly input: DisputeInput) {
    setHandler(
      disputeLookSignal,
      () => {
        this.changed = true;
      },
      { description: 'Something changed at Stripe: the dispute is read again' },
    );
    this.parking.takeRetries();
    setHandler(submitEvidenceUpdate, () => this.submit(), {
      description: 'Gives the evidence to the bank as it stands, once; takes nothing',
    });
  }

  /** Reads the dispute, and notifies its order and staff of changes. */
  async read() {
    this.changed = false;
    const followed = await this.parking.untilDone('read', () =>
      stripePatient.followDispute.executeWithOptions({ summary: 'Reads the dispute' }, [this.input]),
    );
    if (followed.outcome === 'known') {
      this.facts = followed;
      this.show();
      await this.notify(followed);
    }
    this.looked = followed.outcome !== 'coming';
    return followed;
  }

  /** Waits until the dispute changes at Stripe, for at most `ms`. */
  async change(ms: number, summary: string): Promise<void> {
    await condition(() => this.changed, ms, { summary });
  }

  /** Milliseconds until staff must be reminded of the deadline; null if there is none, or they have been. */
  untilReminder(): number | null {
    if (!this.facts?.needsAnswer || this.facts.dueBy === null || this.notified.dueBy === this.facts.dueBy) return null;
    return this.facts.dueBy > Date.now() ? Math.max(0, this.facts.dueBy - REMIND_BEFORE - Date.now()) : null;
  }

  /** Mails staff when the deadline is near, and again if the deadline moves. */
  async remind(): Promise<void> {
    if (this.untilReminder() !== 0 || !this.facts?.dueBy) return;
    const { sessionId, dueBy } = this.facts;
    await mail(sessionId, { template: 'dispute_deadline', ref: `${this.input.disputeId}/${dueBy}` });
    this.notified.dueBy = dueBy;
    this.show();
  }

  private async notify(facts: DisputeFacts): Promise<void> {
    const { sessionId, standing, openings } = facts;
    if (standing === 'open' && !facts.submitted)
      await this.parking.untilDone('gather-evidence', () => slowDatabase.gatherEvidence(this.input));
    if (standing !== this.notified.standing) {
      this.notified.standing = standing;
      await notifyOrder(sessionId);
      // The money is gone. Staff decide whether to ship what is still unshipped.
      if (standing === 'lost' && facts.cancellable)
        await mail(sessionId, {
          template: 'attention_needed',
          ref: `${DECISIONS.disputeLost}-${this.input.disputeId}`,
        });
    }
    if (standing === 'open' && openings !== this.notified.openings) {
      this.notified.openings = openings;
      await mail(sessionId, { template: 'dispute_opened', ref: `${this.input.disputeId}/${openings}` });
    }
  }

  /** One submission at a time: a second request gets the result of the first. */
  private async submit(): Promise<string> {
    await condition(() => this.looked);
    if (this.facts === null)
      throw ApplicationFailure.nonRetryable('The dispute is of no order here', INVALID_TRANSITION);
    const submission = uuid4();
    const mine = this.submitting.then(() =>
      stripe.submitEvidence.executeWithOptions({ summary: 'Submits the evidence' }, [{ ...this.input, submission }]),
    );
    this.submitting = mine.catch(() => undefined);
    const submitted: Submitted = await mine;
    this.changed = true;
    if (submitted.outcome === 'refused') throw ApplicationFailure.nonRetryable(submitted.reason, INVALID_TRANSITION);
    return submitted.status;
  }

  // --- What staff see ----------------------------------------------------------------------------------------------

  private show(): void {
    const { facts, parking } = this;
    const needsAnswer = facts !== null && facts.standing === 'open' && (facts.needsAnswer || !facts.understood);
    this.showAttributes(facts?.number, parking.all.length > 0 || needsAnswer);
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
