/** The sections of the control page about payments and their refunds. */
import { isChargedBack, isClosed } from '../objects/disputes';
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
      const blocked = isChargedBack({ store }, charge);
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
<select id="kind-${id}" name="status"><option value="needs_response">chargeback</option><option value="warning_needs_response">inquiry</option><option value="prevented">prevented</option><option value="lost">lost from the start</option></select>`;

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
