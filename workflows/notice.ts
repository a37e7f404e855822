import { condition, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { FollowedNotice } from '../activities/notice/followed';
import { type NoticeInput, noticeLookSignal } from '../messages/notice';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { FollowerSigns } from './follower-signs';
import { describeParked, Parking } from './parking';
import { refuseStartByHand } from './started-by-hand';
import { stripeFollowing } from './steps';

/** The first delay before looking again for an order that is still being written. It doubles, up to an hour. */
const SOON = 15_000;
const HOUR = 3_600_000;

/**
 * Finds the order that something at Stripe concerns (a review, an early fraud warning, a failed payment, a payout),
 * records it, notifies the order and staff, and ends. It may be started each time the object changes: every run reads
 * Stripe again and writes idempotently.
 */
export async function notice(input: NoticeInput): Promise<FollowedNotice['outcome']> {
  refuseStartByHand('notice', input);
  let changed = true;
  setHandler(
    noticeLookSignal,
    () => {
      changed = true;
    },
    { description: 'Something changed at Stripe: it is read again' },
  );
  const signs = new FollowerSigns<'read'>(input.id, () => {
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: parking.all.length > 0 }]);
    setCurrentDetails(describeParked(parking).join('\n\n'));
  });
  const parking = new Parking(signs);
  parking.takeRetries();
  for (let soon = SOON; ; soon = Math.min(soon * 2, HOUR)) {
    changed = false;
    const followed = await parking.untilDone('read', () =>
      stripeFollowing.followNotice.executeWithOptions({ summary: `Reads the ${input.kind}` }, [input]),
    );
    setCurrentDetails(describe(input, followed));
    if (followed.outcome === 'coming') {
      await condition(() => changed, soon, { summary: 'Its order is being written' });
      continue;
    }
    if (followed.outcome === 'order') {
      const { sessionId, call } = followed;
      if (followed.changed) await signs.notifyOrder(sessionId);
      if (call !== null) signs.mail(sessionId, { template: 'attention_needed', step: call, ref: input.id });
    }
    if (await signs.told(parking, () => changed)) return followed.outcome;
  }
}

function describe({ kind }: NoticeInput, followed: FollowedNotice): string {
  switch (followed.outcome) {
    case 'order':
      return `A ${kind} of order ${followed.number}: ${followed.call === null ? 'recorded' : 'staff are called to decide'}.`;
    case 'coming':
      return `A ${kind} of an order that is being written. It waits for that.`;
    case 'recorded':
      return `A ${kind}: recorded for the ledger.`;
    default:
      return `A ${kind} of no order here: counted.`;
  }
}
