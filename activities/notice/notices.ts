import type { NoticeKind } from '../../domain/events';
import type { Deps } from '../deps';
import { lookAtFailedPayment } from './failed-payment';
import type { FollowedNotice, Look } from './followed';
import { lookAtPayment } from './payment';
import { lookAtPayout } from './payout';
import { lookAtReview } from './review';
import { lookAtWarning } from './warning';

/** How each kind of object is read and handled. */
const LOOKS: Record<NoticeKind, Look> = {
  review: lookAtReview,
  'fraud-warning': lookAtWarning,
  'payment-failed': lookAtFailedPayment,
  payment: lookAtPayment,
  payout: lookAtPayout,
};

/** The activity that handles a notice. */
export const notices = (deps: Deps) => ({
  /** Reads the object at Stripe, records what it says, and names the order it concerns. Safe to repeat. */
  async followNotice({ kind, id }: { kind: NoticeKind; id: string }): Promise<FollowedNotice> {
    const followed = await LOOKS[kind](deps, id);
    if (followed.outcome !== 'coming') deps.metrics.notices.inc({ kind, concerns: CONCERNS[followed.outcome] });
    return followed;
  },
});

const CONCERNS = { unknown: 'nobody', recorded: 'ledger', order: 'order' } as const;
