/** The sections of the control page about disputes, reviews and fraud warnings. */
import { isClosed } from '../objects/disputes';
import { type Html, html } from '../pages/html';
import { idOf } from '../store/store';
import type { World } from '../world';
import { buttons, idCell, money, newest, section, state, time } from './html';

export function disputeSection({ store }: World): Html {
  return section({
    id: 'disputes',
    title: 'Disputes',
    empty: 'None yet. Use Dispute on a payment above.',
    columns: ['Dispute', 'Amount', 'Reason', 'Response due', 'State', 'Actions'],
    rows: newest(store.disputes).map((dispute) => {
      const { id, amount, currency, reason, status, evidence_details } = dispute;
      const to = (label: string, path: string, next?: string) => ({
        label,
        command: `/disputes/${id}/${path}`,
        ...(next !== undefined && { fields: { status: next } }),
      });
      const closed = isClosed(dispute);
      const inquiry = status.startsWith('warning_');
      const held = dispute.balance_transactions.reduce((sum, each) => sum + each.amount, 0) < 0;
      return {
        id,
        cells: [
          idCell(id),
          money(amount, currency),
          html`${reason.replaceAll('_', ' ')}`,
          evidence_details.due_by ? time(evidence_details.due_by * 1000) : html`no response possible`,
          html`${state(status, status === 'won' ? 'good' : closed ? 'over' : 'open')}${held && state('funds withdrawn', 'bad')}${evidence_details.submission_count > 0 && state('evidence submitted', 'good')}`,
          buttons(`dispute ${id}`, id, [
            !closed && !inquiry && to('Win', 'close', 'won'),
            !closed && !inquiry && to('Lose', 'close', 'lost'),
            !closed && inquiry && to('Close', 'close', 'warning_closed'),
            !closed && inquiry && to('Escalate', 'update', 'needs_response'),
            closed && status === 'lost' && to('Appeal', 'update', 'appeal_needs_response'),
            !held && to('Withdraw funds', 'withdraw'),
            held && to('Reinstate funds', 'reinstate'),
          ]),
        ],
      };
    }),
  });
}

export function reviewSection({ store }: World): Html {
  return section({
    id: 'reviews',
    title: 'Reviews and fraud warnings',
    empty: 'None yet. Use Review or Fraud warning on a payment above.',
    columns: ['Review or warning', 'Created', 'Charge', 'State', 'Actions'],
    rows: [
      ...newest(store.reviews).map((review) => ({
        id: review.id,
        cells: [
          idCell(review.id),
          time(review.created * 1000),
          idCell(idOf(review.charge) ?? ''),
          state(review.open ? 'open' : (review.closed_reason ?? ''), review.open ? 'open' : 'over'),
          buttons(
            `review ${review.id}`,
            review.id,
            review.open
              ? [
                  { label: 'Approve', command: `/reviews/${review.id}/close`, fields: { reason: 'approved' } },
                  { label: 'Cancel', command: `/reviews/${review.id}/close`, fields: { reason: 'canceled' } },
                ]
              : [],
          ),
        ],
      })),
      ...newest(store.warnings).map(({ id, created, charge, fraud_type, actionable }) => ({
        id,
        cells: [
          idCell(id),
          time(created * 1000),
          idCell(idOf(charge) ?? ''),
          html`${state(fraud_type, 'bad')}${state(actionable ? 'actionable' : 'not actionable', actionable ? 'open' : 'over')}`,
          buttons('', id, []),
        ],
      })),
    ],
  });
}
