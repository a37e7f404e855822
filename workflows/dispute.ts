import {
  condition,
  currentUpdateInfo,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { DisputeFacts } from '../activities/dispute/recorded';
import type { SessionId } from '../domain/ids';
import { canGoOn, DECISIONS } from '../domain/order';
import { type DisputeInput, disputeLookSignal, submitEvidenceUpdate } from '../messages/dispute';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { DeadlineWatch } from './dispute-deadline';
import { describeDispute, describeGone, shownByOrder } from './dispute-details';
import { EvidenceSubmission } from './dispute-submission';
import { FollowerSigns } from './follower-signs';
import { describeParked, Parking } from './parking';
import { refuseStartByHand } from './started-by-hand';
import { databaseTask, stripeFollowing } from './steps';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The first delay before looking again for an order that is still being written. It doubles, up to an hour. */
const SOON = 15_000;
/** The order hears that the evidence is submitted, so that its details do not ask for it any more. */
const SUBMITTED = 'order-hears-of-evidence';
/** So it does of everything else that they say of the dispute: another deadline, or that the bank asks anew. */
const SHOWN = 'order-hears-of-what-it-shows';
/** Runs from before this patch need attention for an answer for ever, though the dispute is gone. */
const OVER = 'a-dispute-that-is-gone-needs-nothing';

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
      await run.over();
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
  facts: DisputeFacts | null = null;
  private looked = false;
  private readonly submission: EvidenceSubmission;
  private readonly deadline: DeadlineWatch;
  readonly signs: FollowerSigns<'read' | 'gather-evidence' | 'start-order'>;
  readonly parking: Parking<'read' | 'gather-evidence' | 'start-order'>;
  /** What the order and staff were last notified of. A new run notifies them again, which has no second effect. */
  private readonly notified: { standing?: string; shown?: string; submitted?: boolean; openings?: number } = {};
  private shown: { number?: string; attention?: boolean } = {};

  constructor(private readonly input: DisputeInput) {
    this.signs = new FollowerSigns(input.disputeId, () => this.show());
    this.parking = new Parking(this.signs);
    this.deadline = new DeadlineWatch(input, this);
    const readAgain = () => {
      this.changed = true;
    };
    this.submission = new EvidenceSubmission(input, {
      ready: () => condition(() => this.looked).then(() => this.facts !== null),
      onAnswer: readAgain,
      show: () => this.showDetails(),
    });
    setHandler(disputeLookSignal, readAgain, {
      description: 'Something changed at Stripe: the dispute is read again',
    });
    this.parking.takeRetries();
    void this.deadline.watch();
    setHandler(submitEvidenceUpdate, () => this.submission.submit(currentUpdateInfo()?.id ?? ''), {
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
    await this.signs.notifyOrder(sessionId);
    this.signs.mail(sessionId, {
      template: 'attention_needed',
      step: DECISIONS.disputeUnknown,
      ref: this.input.disputeId,
    });
  }

  /** Stripe does not know it, and nothing is to be followed: staff have closed it here, or it is of no order here. */
  async over(): Promise<void> {
    await this.signs.ofNoOrder(this.parking);
    if (this.facts !== null) setCurrentDetails(describeGone(this.facts));
    if (this.shown.attention && patched(OVER)) this.showAttributes(undefined, false);
  }

  /** Waits until the run may end. Returns false if the dispute has changed again meanwhile. */
  told(): Promise<boolean> {
    return this.signs.told(this.parking, () => this.changed);
  }

  /** Waits until the dispute changes at Stripe, for at most `ms`. */
  async change(ms: number, summary: string): Promise<void> {
    await condition(() => this.changed, ms, { summary });
  }

  /** The order and staff hear of it first. Only then is the evidence gathered, which may be stuck for long. */
  private async notify(facts: DisputeFacts): Promise<void> {
    const { sessionId, standing, openings, submitted } = facts;
    const shown = shownByOrder(facts);
    const isSubmitted = submitted && !this.notified.submitted;
    if (standing !== this.notified.standing) {
      this.notified.standing = standing;
      await this.notifyOfStanding(facts);
    } else if (shown !== this.notified.shown && (patched(SHOWN) || (isSubmitted && patched(SUBMITTED))))
      await this.signs.notifyOrder(sessionId);
    this.notified.shown = shown;
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
    const isRunning = await this.signs.notifyOrder(sessionId);
    if (standing === 'kept' && reversed && !isRunning && canGoOn(order.status)) {
      await this.parking.untilDone('start-order', () =>
        stripeFollowing.reviveOrder.executeWithOptions({ summary: 'Starts the order again' }, [{ sessionId }]),
      );
      this.signs.orderRuns = true;
    }
    const step =
      standing === 'lost' ? DECISIONS.disputeLost : reversed && standing === 'kept' ? DECISIONS.disputeWon : null;
    if (step !== null)
      this.signs.mail(sessionId, {
        ...{ template: 'attention_needed', step },
        ...{ ref: this.input.disputeId, episode: openings },
      });
  }

  // --- What staff see ----------------------------------------------------------------------------------------------

  show(): void {
    const { facts, parking } = this;
    const needsAnswer = facts?.standing === 'open' && (facts.needsAnswer || !facts.understood);
    this.showAttributes(facts?.order.number, parking.all.length > 0 || needsAnswer);
    this.showDetails();
  }

  /** No command, so that it may be done at any moment. */
  private showDetails(): void {
    const { facts, parking, submission } = this;
    const described = facts ? [describeDispute(facts, this.deadline.isReminded(facts))] : [];
    setCurrentDetails([...describeParked(parking), ...submission.described, ...described].join('\n\n'));
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
