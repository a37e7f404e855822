import { condition, patched, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { MailRequest } from '../activities/mail/request';
import type { FollowedRefund } from '../activities/refund/follow';
import type { RefundId, SessionId } from '../domain/ids';
import { DECISIONS, isFinal } from '../domain/order';
import { hasEnded, isResolved, isReversed, waitsForCustomer } from '../domain/refund';
import { refundInWords } from '../domain/refund-words';
import { type RefundInput, refundLookSignal } from '../messages/refund';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { FollowerSigns } from './follower-signs';
import { describeParked, Parking } from './parking';
import { runUrl } from './run-link';
import { refuseStartByHand } from './started-by-hand';
import { stripeFollowing } from './steps';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Runs from before this patch mail the customer of a resolved refund, and follow it for ever. */
const RESOLVED = 'a-resolved-refund-is-over';
/** Runs from before this patch need attention for a refund that failed, also after they have ended. */
const ORDER_NEEDS_IT = 'a-failed-refund-needs-its-order';

/**
 * Follows one refund to its end, no matter who requested it. It records what Stripe says, signals the order while it is
 * open, and mails the customer once. It may be started each time the refund changes: every run reads Stripe again and
 * writes idempotently.
 */
export async function refund(input: RefundInput): Promise<string> {
  refuseStartByHand('refund', input);
  const run = new RefundRun(input.refundId);
  for (let early = 0; ; ) {
    const followed = await run.read();
    if (followed.outcome === 'unknown') {
      await run.ofNoOrder();
      return 'unknown';
    }
    if (followed.outcome === 'forgotten') return run.missing(followed.sessionId);
    if (followed.outcome === 'early') {
      await run.change(Math.min(MINUTE * 2 ** early++, DAY), 'Waits for the order');
      continue;
    }
    await run.notifyOrder(followed);
    // Staff have resolved it after it failed: nobody is told of it again, and nothing is left to follow.
    const isOver = isResolved(followed.status) && patched(RESOLVED);
    if (!isOver) run.mail(followed);
    if (!isOver && !hasEnded(followed.status)) await run.change(DAY, 'Stripe is asked again');
    else if (await run.drain()) return followed.status;
  }
}

type Known = Extract<FollowedRefund, { outcome: 'known' }>;

/** One run that follows a refund: its messages, its mails, and what staff see. */
class RefundRun {
  private changed = true;
  private known: Known | null = null;
  private readonly signs: FollowerSigns<'read' | 'start-order'>;
  private readonly parking: Parking<'read' | 'start-order'>;
  private shown: { number?: string; attention?: boolean } = {};

  constructor(private readonly refundId: RefundId) {
    this.signs = new FollowerSigns(refundId, () => this.show());
    this.parking = new Parking(this.signs);
    setHandler(
      refundLookSignal,
      () => {
        this.changed = true;
      },
      { description: 'The refund changed at Stripe: it is read again' },
    );
    this.parking.takeRetries();
  }

  /** Reads the refund at Stripe, and records it. */
  async read(): Promise<FollowedRefund> {
    this.changed = false;
    const followed = await this.parking.untilDone('read', () =>
      stripeFollowing.followRefund.executeWithOptions({ summary: 'Reads the refund' }, [{ refundId: this.refundId }]),
    );
    if (followed.outcome === 'known') {
      this.known = followed;
      this.show();
    } else if (followed.outcome === 'early')
      setCurrentDetails('Its order does not know of its payment yet. It was told to look, and is asked again.');
    return followed;
  }

  /** Waits until the refund changes at Stripe, for at most `ms`. */
  async change(ms: number, summary: string): Promise<void> {
    await condition(() => this.changed, ms, { summary });
  }

  /**
   * Signals the order. If a failed refund has opened the order again, its workflow is started, even if it ended long
   * ago. The order already needs attention, because the transaction that recorded the failure wrote both.
   */
  async notifyOrder({ sessionId, status, orderStatus }: Known): Promise<void> {
    const running = await this.signs.notifyOrder(sessionId);
    if (!isReversed(status) || running || isFinal(orderStatus)) return;
    await this.parking.untilDone('start-order', () =>
      stripeFollowing.reviveOrder.executeWithOptions({ summary: 'Starts the order again' }, [{ sessionId }]),
    );
    this.signs.orderRuns = true;
  }

  /** Stripe does not know the refund, which its order needs attention for. Nothing is left to follow. */
  async missing(sessionId: SessionId): Promise<'forgotten'> {
    await this.signs.notifyOrder(sessionId);
    this.signs.mail(sessionId, { template: 'attention_needed', step: DECISIONS.refundUnknown, ref: this.refundId });
    await this.signs.told(this.parking, () => false);
    return 'forgotten';
  }

  mail({ sessionId, status, asksCustomer }: Known): void {
    this.signs.mail(sessionId, ...mailsAbout(this.refundId, status, asksCustomer === true));
  }

  /** There is nothing to follow: waits until the run may end. */
  ofNoOrder(): Promise<void> {
    return this.signs.ofNoOrder(this.parking);
  }

  /** Waits for the last mails. Returns false if the refund has changed again meanwhile. */
  drain(): Promise<boolean> {
    return this.signs.told(this.parking, () => this.changed);
  }

  // --- What staff see ----------------------------------------------------------------------------------------------

  private show(): void {
    const { known, parking } = this;
    // A failed refund stands with its order, which needs attention from the moment that the failure is recorded.
    const isFlagged = known !== null && isReversed(known.status) && !patched(ORDER_NEEDS_IT);
    this.showAttributes(known?.number, parking.all.length > 0 || isFlagged);
    setCurrentDetails([...describeParked(parking), ...(known ? describe(known) : [])].join('\n\n'));
  }

  /** Each change of a search attribute is a history event, so only changes are written. */
  private showAttributes(number: string | undefined, attention: boolean): void {
    const pairs = [
      ...(number === undefined || this.shown.number === number
        ? []
        : [{ key: SEARCH_ATTRIBUTES.orderNumber, value: number }]),
      ...(this.shown.attention === attention ? [] : [{ key: SEARCH_ATTRIBUTES.needsAttention, value: attention }]),
    ];
    if (pairs.length > 0) upsertSearchAttributes(pairs);
    this.shown = { ...this.shown, ...(number !== undefined && { number }), attention };
  }
}

const mailsAbout = (refundId: RefundId, status: string, asksCustomer: boolean): MailRequest[] =>
  isReversed(status)
    ? [
        { template: 'refund_failed', ref: refundId },
        { template: 'attention_needed', step: DECISIONS.refundFailed, ref: refundId },
      ]
    : [
        { template: 'order_refunded', ref: refundId },
        // The first one said that there is nothing to do.
        ...(asksCustomer ? [{ template: 'order_refunded', ref: refundId, episode: 'bank-details' } as const] : []),
      ];

const describe = ({ number, sessionId, status, failureReason, temporalUi }: Known): string[] => [
  `### Refund of order ${number}: ${refundInWords(status, failureReason)}`,
  isReversed(status)
    ? '`retry` of the order asks for it again; or reach the customer another way.'
    : waitsForCustomer(status)
      ? 'If they do not answer Stripe, the refund lapses after some weeks, and the shop has the money again.'
      : 'Followed until Stripe says how it ended.',
  `[The workflow of order ${number}](${runUrl(sessionId, temporalUi)})`,
];
