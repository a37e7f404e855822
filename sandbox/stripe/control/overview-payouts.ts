/** The section of the control page about payouts. */
import type Stripe from 'stripe';
import { availableIn } from '../objects/payouts';
import { type Html, html } from '../pages/html';
import type { World } from '../world';
import { buttons, idCell, money, newest, section, state, time } from './html';

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
