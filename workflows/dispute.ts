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
import { slowDatabase, stripe, stripePatient } from './steps';
import { mail, tellOrder } from './tell';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Staff hear of the deadline this long before it, or at once when less is left. */
const REMIND_BEFORE = 2 * DAY;
/** An order that is being written is asked after this soon, doubling, at most once an hour. */
const SOON = 15_000;

/**
 * Follows one dispute from opening to closing. What Stripe says is recorded with the order, whose own workflow holds the shipping; staff are
 * mailed at the opening and before the deadline, and submit the evidence that was gathered. Started as often as the dispute changes: every run
 * reads Stripe again and writes idempotently.
 */
export async function dispute({ disputeId }: DisputeInput): Promise<string> {
  const docket = new Docket({ disputeId });
  for (let soon = SOON; ; ) {
    const followed = await docket.look();
    if (followed.outcome === 'unknown') {
      await condition(allHandlersFinished);
      return 'unknown';
    }
    if (followed.outcome === 'coming') {
      await docket.news(soon, 'Its order is being written');
      soon = Math.min(soon * 2, HOUR);
    } else if (followed.standing === 'open') {
      await docket.remind();
      const reminder = docket.untilReminder();
      if (reminder === null) await docket.news(DAY, 'Stripe is asked again');
      else
        await docket.news(Math.min(reminder, DAY), reminder < DAY ? 'The deadline is near' : 'Stripe is asked again');
    } else {
      await condition(allHandlersFinished);
      if (!docket.hasNews) return followed.status;
    }
  }
}

/** One dispute's file: what is known of it, what was told about it, and what staff see of it. */
class Docket {
  hasNews = true;
  private facts: DisputeFacts | null = null;
  private looked = false;
  private submitting: Promise<unknown> = Promise.resolve();
  /** What the order was told last, and staff: a run that begins again tells it again, and nothing comes of it. */
  private told: { standing?: string; openings?: number; dueBy?: number; attention?: boolean; number?: string } = {};

  constructor(private readonly input: DisputeInput) {
    setHandler(
      disputeLookSignal,
      () => {
        this.hasNews = true;
      },
      { description: 'Something changed at Stripe: the dispute is read again' },
    );
    setHandler(submitEvidenceUpdate, () => this.submit(), {
      description: 'Gives the evidence to the bank as it stands, once; takes nothing',
    });
  }

  /** Reads the dispute, and tells whom it concerns what is new. */
  async look() {
    this.hasNews = false;
    const followed = await stripePatient.followDispute.executeWithOptions({ summary: 'Reads the dispute' }, [
      this.input,
    ]);
    if (followed.outcome === 'known') {
      this.facts = followed;
      this.show();
      await this.tell(followed);
    }
    this.looked = followed.outcome !== 'coming';
    return followed;
  }

  /** Waits for news, at most `ms`. */
  async news(ms: number, summary: string): Promise<void> {
    await condition(() => this.hasNews, ms, { summary });
  }

  /** Milliseconds until staff are to hear of the deadline; null when there is none, or they have heard. */
  untilReminder(): number | null {
    if (!this.facts?.needsAnswer || this.facts.dueBy === null || this.told.dueBy === this.facts.dueBy) return null;
    return this.facts.dueBy > Date.now() ? Math.max(0, this.facts.dueBy - REMIND_BEFORE - Date.now()) : null;
  }

  /** Mails staff when the deadline is near; one that moves is told of anew. */
  async remind(): Promise<void> {
    if (this.untilReminder() !== 0 || !this.facts?.dueBy) return;
    const { sessionId, dueBy } = this.facts;
    await mail(sessionId, { template: 'dispute_deadline', ref: `${this.input.disputeId}/${dueBy}` });
    this.told.dueBy = dueBy;
    this.show();
  }

  private async tell(facts: DisputeFacts): Promise<void> {
    const { sessionId, standing, openings } = facts;
    this.showAttention(facts);
    if (standing === 'open' && !facts.submitted) await slowDatabase.gatherEvidence(this.input);
    if (standing !== this.told.standing) {
      this.told.standing = standing;
      await tellOrder(sessionId);
      // The money is gone. What of the order is still here need not be: staff decide.
      if (standing === 'lost' && facts.cancellable)
        await mail(sessionId, {
          template: 'attention_needed',
          ref: `${DECISIONS.disputeLost}-${this.input.disputeId}`,
        });
    }
    if (standing === 'open' && openings !== this.told.openings) {
      this.told.openings = openings;
      await mail(sessionId, { template: 'dispute_opened', ref: `${this.input.disputeId}/${openings}` });
    }
  }

  /** One at a time: a second request hears what became of the first. */
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
    this.hasNews = true;
    if (submitted.outcome === 'refused') throw ApplicationFailure.nonRetryable(submitted.reason, INVALID_TRANSITION);
    return submitted.status;
  }

  // --- What staff see -------------------------------------------------------------------------------------------------------------------

  private showAttention({ number, standing, needsAnswer, understood }: DisputeFacts): void {
    const attention = standing === 'open' && (needsAnswer || !understood);
    if (this.told.number !== number) upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.orderNumber, value: number }]);
    if (this.told.attention !== attention)
      upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: attention }]);
    Object.assign(this.told, { number, attention });
  }

  private show(): void {
    if (this.facts) setCurrentDetails(describeDispute(this.facts, this.told.dueBy === this.facts.dueBy));
  }
}
