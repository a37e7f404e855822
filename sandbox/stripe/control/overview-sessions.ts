/** The section of the control page about Checkout Sessions: what the shopper does, and their bank. */
import type Stripe from 'stripe';
import { bankDebitOf, voucherOf } from '../objects/payment-methods';
import { detailOf, type Session } from '../objects/sessions';
import { type Html, html } from '../pages/html';
import { idOf } from '../store/store';
import type { World } from '../world';
import { type Button, buttons, idCell, money, newest, section, state, time } from './html';

export function sessionSection(world: World): Html {
  return section({
    id: 'sessions',
    title: 'Checkout Sessions',
    empty: 'None yet. Check out in the shop to create one.',
    columns: ['Session', 'Created', 'Items', 'Total', 'State', 'Actions'],
    rows: newest(world.store.sessions).map((session) => {
      const intent = world.store.paymentIntents.get(idOf(session.payment_intent) ?? '');
      return {
        id: session.id,
        cells: [
          idCell(session.id),
          time(session.created * 1000),
          html`${itemsOf(world, session)}<br><span class="small-print">${session.customer_details?.email}${session.url && html` <a href="${session.url}">payment page</a>`}</span>`,
          money(session.amount_total ?? 0, session.currency ?? ''),
          stateOf(session, intent),
          buttons(`session ${session.id}`, session.id, actionsOf(session, intent)),
        ],
      };
    }),
  });
}

const LONGEST = 60;

function itemsOf(world: World, { id }: Session): string {
  const words = detailOf(world, id).lines.map(({ quantity, description }) => `${quantity ?? 1} × ${description}`);
  const all = words.join(', ');
  return all.length <= LONGEST ? all : `${all.slice(0, LONGEST)}…`;
}

function stateOf({ status, payment_status }: Session, intent: Stripe.PaymentIntent | undefined): Html {
  const paid = payment_status !== 'unpaid' ? 'good' : status === 'expired' ? 'over' : 'open';
  return html`${state(status ?? '', status === 'open' ? 'open' : 'over')}${status !== 'open' && state(payment_status, paid)}${
    intent && intent.status !== 'succeeded' && state(intent.status, intent.status === 'processing' ? 'open' : 'over')
  }`;
}

function actionsOf(session: Session, intent: Stripe.PaymentIntent | undefined): (Button | false)[] {
  const to = (label: string, path: string, fields?: Record<string, string>): Button => ({
    label,
    command: `/sessions/${session.id}/${path}`,
    ...(fields && { fields }),
  });
  const open = session.status === 'open';
  const asking = session.status !== 'complete' && intent?.status === 'requires_action';
  const waiting = ['processing', 'requires_action'].includes(intent?.status ?? '');
  const processing = session.status === 'complete' && waiting;
  const held = intent?.status === 'requires_capture';
  return [
    open && !asking && to('Pay', 'pay'),
    open && !asking && bankDebitOf(session) !== undefined && to('Pay by debit', 'pay', { method: 'bank_debit' }),
    open && !asking && voucherOf(session) !== undefined && to('Pay by voucher', 'pay', { method: 'voucher' }),
    open && !asking && to('Decline', 'decline'),
    open && !asking && to('Start 3-D Secure', 'three-d-secure/start'),
    asking && to('Pass 3-D Secure', 'three-d-secure/succeed'),
    asking && to('Fail 3-D Secure', 'three-d-secure/fail'),
    processing && to('Settle', 'settle'),
    processing && to('Fail', 'fail-delayed'),
    held && to('Capture', 'capture'),
    held && to('Cancel the capture', 'cancel-capture'),
    open && to('Expire', 'expire'),
    session.status === 'expired' && Boolean(session.after_expiration?.recovery?.url) && to('Recover', 'recover'),
  ];
}
