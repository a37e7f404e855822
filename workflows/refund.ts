import {
  condition,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { MailRequest } from '../activities/mail/send';
import type { FollowedRefund } from '../activities/refund/refunds';
import type { SessionId } from '../domain/ids';
import { isFinal } from '../domain/order';
import { hasEnded, isReversed } from '../domain/refund';
import { refundChangedSignal } from '../messages/order';
import { type RefundInput, refundLookSignal } from '../messages/refund';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { stripePatient } from './steps';
import { mail } from './tell';

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * Follows one refund to its end, whoever asked for it: records what Stripe says, tells the order while it is open, and mails the customer once.
 * Started as often as the refund changes; every run reads Stripe again and writes idempotently.
 */
export async function refund({ refundId }: RefundInput): Promise<string> {
  let news = true;
  setHandler(
    refundLookSignal,
    () => {
      news = true;
    },
    { description: 'The refund changed at Stripe: it is read again' },
  );
  const staffSee = new StaffView();
  let underWay = 0; // mails go beside: one that nobody takes must not keep a refund's failure from the order
  const beside = (mails: Promise<void>) => {
    underWay++;
    void mails.finally(() => underWay--);
  };
  for (let early = 0; ; ) {
    news = false;
    const followed = await stripePatient.followRefund.executeWithOptions({ summary: 'Reads the refund' }, [
      { refundId },
    ]);
    if (followed.outcome === 'unknown') return 'unknown';
    if (followed.outcome === 'early') {
      setCurrentDetails('Its order does not know of its payment yet. It was told to look, and is asked again.');
      await condition(() => news, Math.min(MINUTE * 2 ** early++, DAY), { summary: 'Waits for the order' });
      continue;
    }
    staffSee.refund(followed);
    await tellWhoIsConcerned(refundId, followed);
    beside(mail(followed.sessionId, ...mailsAbout(refundId, followed)));
    if (hasEnded(followed.status)) {
      await condition(() => news || underWay === 0);
      if (!news) return followed.status;
    } else await condition(() => news, DAY, { summary: 'Stripe is asked again' });
  }
}

type Known = Extract<FollowedRefund, { outcome: 'known' }>;

/**
 * The order hears of it. One that is not done by a refund that came back is woken, also when its workflow has long ended: it waits for a person's
 * decision, for which it calls already (the transaction that recorded the failure wrote both).
 */
async function tellWhoIsConcerned(
  refundId: RefundInput['refundId'],
  { sessionId, status, orderStatus }: Known,
): Promise<void> {
  const told = await tell(sessionId, refundId);
  if (isReversed(status) && !told && !isFinal(orderStatus))
    await stripePatient.reviveOrder.executeWithOptions({ summary: 'Starts the order again' }, [{ sessionId }]);
}

const mailsAbout = (refundId: RefundInput['refundId'], { status }: Known): MailRequest[] =>
  isReversed(status)
    ? [
        { template: 'refund_failed', ref: refundId },
        { template: 'attention_needed', ref: `refund-${refundId}` },
      ]
    : [{ template: 'order_refunded', ref: refundId }];

/** The order goes on from there, if it is still open. False when it has ended: the database already says what the refund made of it. */
async function tell(sessionId: SessionId, refundId: RefundInput['refundId']): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(sessionId).signal(refundChangedSignal, refundId);
    return true;
  } catch {
    return false;
  }
}

/** The refund in the Temporal UI. Each change of a search attribute is an event of the history: only changes are told. */
class StaffView {
  private shown: { number?: string; attention?: boolean } = {};

  refund({ number, status }: Known): void {
    const attention = isReversed(status);
    const pairs = [
      ...(this.shown.number === number ? [] : [{ key: SEARCH_ATTRIBUTES.orderNumber, value: number }]),
      ...(this.shown.attention === attention ? [] : [{ key: SEARCH_ATTRIBUTES.needsAttention, value: attention }]),
    ];
    if (pairs.length > 0) upsertSearchAttributes(pairs);
    this.shown = { number, attention };
    setCurrentDetails(
      [
        `### Refund of order ${number}: ${status}`,
        attention
          ? 'The money is back with us. `retry` of the order asks for it anew; or reach the customer another way.'
          : 'Followed until Stripe says how it ended.',
      ].join('\n\n'),
    );
  }
}
