import { bankReason, codeInWords } from '../../domain/codes-in-words';
import type { Dispute } from '../../domain/dispute';
import { formatMoney } from '../../domain/money';
import type { TimelineEvent } from '../orders/records';

/** What has changed since the dispute was last recorded, in sentences for the timeline. */
export function eventsOf(before: Dispute | null, now: Dispute, at: Date): TimelineEvent[] {
  const event = (what: string, message: string): TimelineEvent => ({
    type: 'dispute',
    message,
    actor: 'stripe',
    key: `dispute/${now.id}/${what}/${at.getTime()}`,
  });
  const disputed = formatMoney({ amount: now.amount, currency: now.currency });
  const lost = formatMoney({ amount: now.lostAmount, currency: now.currency });
  const lostBefore = formatMoney({ amount: before?.lostAmount ?? 0, currency: now.currency });
  const moved = now.withdrawn - (before?.withdrawn ?? 0);
  const funds = formatMoney({ amount: Math.abs(moved), currency: now.withdrawnCurrency ?? now.currency });
  return [
    ...(before === null
      ? [event('opened', `Disputed: ${disputed}; ${bankReason(now.reason)}; ${codeInWords(now.status)} (${now.id})`)]
      : []),
    ...(before && !before.open && now.open
      ? [event('reopened', `The dispute was reopened: ${codeInWords(now.status)}`)]
      : []),
    ...(before?.open === now.open && before.status !== now.status
      ? [event('status', `The dispute is ${codeInWords(now.status)}`)]
      : []),
    ...(moved > 0 ? [event('withdrawn', `The bank took ${funds} for the dispute`)] : []),
    ...(moved < 0 ? [event('reinstated', `The bank gave back ${funds} of the dispute`)] : []),
    ...(before && now.dueBy && before.dueBy?.getTime() !== now.dueBy.getTime()
      ? [event('due', `Evidence for the dispute is accepted until ${now.dueBy.toISOString()}`)]
      : []),
    ...(now.submittedAt && !before?.submittedAt ? [event('submitted', 'Evidence for the dispute was submitted')] : []),
    ...(!now.open && before?.open !== false
      ? [event('closed', `The dispute is closed: ${codeInWords(now.status)}`)]
      : []),
    ...(now.lost && !before?.lost
      ? [event('lost', `${lost} of the money stays with the customer, and any downloads are revoked`)]
      : []),
    ...(before?.lostAt && now.lostAt === null
      ? [
          event(
            'reversed',
            `${lostBefore} that was lost is the shop’s again, and any downloads that only the dispute revoked work again`,
          ),
        ]
      : []),
  ];
}
