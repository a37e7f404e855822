/** The sections of the control page about money: payments, refunds, disputes, reviews, payouts. */
import type Stripe from 'stripe';
import { isClosed } from '../objects/disputes';
import { availableIn } from '../objects/payouts';
import { type Html, html } from '../pages/html';
import { idOf } from '../store/store';
import type { World } from '../world';
import { amountInput, buttons, idCell, money, newest, section, state, time } from './html';

export function paymentSection({ store }: World): Html {
  return section({
    id: 'payments',
    title: 'Payments',
    empty: 'None yet. A payment appears here when someone presses Pay.',
    columns: ['Charge', 'Created', 'Amount', 'State', 'Actions'],
    rows: newest(store.charges).map((charge) => {
      const { id, amount, currency, status } = charge;
      const paid = status === 'succeeded';
      const about = `payment ${id}`;
      const field = (name: string) => amountInput(`${name}-${id}`, about, currency);
      const left = charge.amount_captured - charge.amount_refunded;
      const disputes = store.disputes.by('charge', id);
      const blocked = disputes.some((dispute) => !dispute.is_charge_refundable);
      const contested = disputes.some((dispute) => !isClosed(dispute));
      const reviewed = store.reviews.by('charge', id).some(({ open }) => open);
      const warned = store.warnings.by('charge', id).length > 0;
      const [session] = store.sessions.by('payment_intent', idOf(charge.payment_intent) ?? '');
      const awaitsBank = status === 'pending' && session !== undefined;
      return {
        id,
        cells: [
          html`${idCell(id)}<span class="small-print">${idCell(idOf(charge.payment_intent) ?? '')}</span>`,
          time(charge.created * 1000),
          html`${money(amount, currency)}${charge.amount_refunded > 0 && html`<br><span class="small-print">${money(charge.amount_refunded, currency)} refunded</span>`}`,
          html`${state(status, paid ? 'good' : status === 'pending' ? 'open' : 'bad')}${charge.failure_code !== null && state(charge.failure_code, 'bad')}${charge.refunded && state('refunded')}${charge.disputed && state('disputed', 'bad')}${reviewed && state('in review', 'open')}${warned && state('fraud warning', 'bad')}`,
          buttons(about, id, [
            awaitsBank && { label: 'Settle', command: `/sessions/${session.id}/settle` },
            awaitsBank && { label: 'Fail', command: `/sessions/${session.id}/fail-delayed` },
            paid &&
              left > 0 &&
              !blocked && { label: 'Refund', command: '/refunds', fields: { charge: id }, inputs: field('refund') },
            paid &&
              !contested && {
                label: 'Dispute',
                command: `/charges/${id}/dispute`,
                inputs: html`${disputeKind(id)}${field('dispute')}`,
              },
            paid && !reviewed && { label: 'Review', command: `/charges/${id}/review` },
            paid && !warned && { label: 'Fraud warning', command: `/charges/${id}/early-fraud-warning` },
          ]),
        ],
      };
    }),
  });
}

const disputeKind = (
  id: string,
): Html => html`<label class="unseen" for="kind-${id}">Kind of dispute of payment ${id}</label>
<select id="kind-${id}" name="status"><option value="needs_response">chargeback</option><option value="warning_needs_response">inquiry</option><option value="prevented">prevented</option></select>`;

export function refundSection({ store }: World): Html {
  return section({
    id: 'refunds',
    title: 'Refunds',
    empty: 'None yet.',
    columns: ['Refund', 'Created', 'Amount', 'State', 'Actions'],
    rows: newest(store.refunds).map(({ id, created, amount, currency, status, failure_reason }) => {
      const to = (label: string, path: string) => ({ label, command: `/refunds/${id}/${path}` });
      const waits = status === 'pending' || status === 'requires_action';
      const tone = waits ? 'open' : status === 'succeeded' ? 'good' : 'bad';
      return {
        id,
        cells: [
          idCell(id),
          time(created * 1000),
          money(amount, currency),
          html`${state(status ?? '', tone)}${failure_reason !== undefined && state(failure_reason, 'bad')}`,
          buttons(`refund ${id}`, id, [
            waits && to('Succeed', 'succeed'),
            (waits || status === 'succeeded') && to('Fail', 'fail'),
            waits && to('Cancel', 'cancel'),
          ]),
        ],
      };
    }),
  });
}

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

export function payoutSection(world: World): Html {
  const currencies = [...new Set([...world.store.balanceTransactions].map(({ currency }) => currency))];
  const ready = currencies
    .map((currency) => ({ currency, sum: availableIn(world, currency).reduce((sum, { net }) => sum + net, 0) }))
    .filter(({ sum }) => sum !== 0);
  return section({
    id: 'payouts',
    title: 'Payouts',
    intro: html`<p>${
      ready.length === 0
        ? 'Nothing is available to pay out yet. Money becomes available two days after it moved; advance the clock.'
        : html`Available: ${ready.map(({ currency, sum }) => html`${money(sum, currency)} `)}`
    }</p>${
      ready.length > 0 &&
      buttons(
        'available funds',
        'payouts',
        ready.map(({ currency }) => ({
          label: `Pay out ${currency.toUpperCase()}`,
          command: '/payouts',
          fields: { currency },
        })),
      )
    }`,
    empty: 'None yet.',
    columns: ['Payout', 'Created', 'Amount', 'State', 'Actions'],
    rows: newest(world.store.payouts).map((payout) => {
      const { id, created, amount, currency, status } = payout;
      const to = (label: string, path: string) => ({ label, command: `/payouts/${id}/${path}` });
      return {
        id,
        cells: [
          idCell(id),
          time(created * 1000),
          money(amount, currency),
          html`${state(status, toneOf(status))}${state(`reconciliation ${payout.reconciliation_status}`)}`,
          buttons(`payout ${id}`, id, [
            status === 'pending' && to('Mark paid', 'pay'),
            (status === 'pending' || status === 'paid') && to('Fail', 'fail'),
            status === 'pending' && to('Cancel', 'cancel'),
            payout.reconciliation_status === 'in_progress' && to('Reconcile', 'reconcile'),
          ]),
        ],
      };
    }),
  });
}

const toneOf = (status: Stripe.Payout['status']) =>
  status === 'pending' ? 'open' : status === 'paid' ? 'good' : 'bad';
