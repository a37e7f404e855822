/**
 * `/v1/payouts`: the balance on its way to the shop's bank account. An automatic payout takes every balance transaction that has become
 * available; once Stripe has reconciled it, `GET /v1/balance_transactions?payout=` lists them, and the payout's own among them.
 */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { range, text } from '../http/params';
import { type Route, route } from '../http/route';
import { newId } from '../store/ids';
import { idOf } from '../store/store';
import { emit } from '../webhooks/events';
import type { World } from '../world';
import { moveMoney } from './balance';
import { previousOf } from './products';

const ARRIVES_AFTER = 2 * 24 * 60 * 60;

export const payoutRoutes: Route[] = [
  route(
    'GET',
    '/v1/payouts',
    { ...pagingByTime, arrival_date: range, destination: text(), status: text() },
    ({ world, params: { arrival_date = {}, destination, status, ...params } }) => {
      const { gt = -1, gte = 0, lt = Infinity, lte = Infinity } = arrival_date;
      return page(world.store.payouts, params, {
        url: '/v1/payouts',
        what: 'payout',
        where: (payout) =>
          (status === undefined || payout.status === status) &&
          (destination === undefined || payout.destination === destination) &&
          payout.arrival_date > gt &&
          payout.arrival_date >= gte &&
          payout.arrival_date < lt &&
          payout.arrival_date <= lte,
      });
    },
  ),
  route('GET', '/v1/payouts/:id', {}, ({ world, id }) => payoutNamed(world, id)),
];

interface Asked {
  currency: string;
  /** Another sum than the transactions add up to, as if Stripe's books were wrong; of a manual payout what the shop asked for. */
  amount?: number | undefined;
  automatic?: boolean | undefined;
}

/** Sends what is available to the bank. @throws Refusal when there is nothing to send */
export function createPayout(world: World, { currency, amount, automatic = true }: Asked): Stripe.Payout {
  const available = availableIn(world, currency);
  const sum = available.reduce((total, { net }) => total + net, 0);
  if (automatic && available.length === 0) throw invalid(`There is nothing to pay out in ${currency} yet.`);
  if (!automatic && (amount === undefined || amount > sum))
    throw invalid('You have insufficient funds in your Stripe account for this transfer.', {
      code: 'balance_insufficient',
    });
  const id = newId('po');
  const created = world.clock.seconds();
  const sent = amount ?? sum;
  const payout = world.store.payouts.put({
    id,
    object: 'payout',
    amount: sent,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: created + ARRIVES_AFTER,
    automatic,
    balance_transaction: moveMoney(world, {
      source: id,
      amount: -sent,
      currency,
      type: 'payout',
      category: 'payout',
      description: 'STRIPE PAYOUT',
      atOnce: true,
    }),
    created,
    currency,
    description: automatic ? 'STRIPE PAYOUT' : null,
    destination: `ba_sandbox_${currency}`,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: {},
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: automatic ? 'in_progress' : 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'pending',
    trace_id: { status: 'pending', value: null },
    type: 'bank_account',
  });
  settle(world, idOf(payout.balance_transaction) ?? '', id);
  if (automatic) for (const transaction of available) settle(world, transaction.id, id);
  emit(world, 'payout.created', payout);
  return payout;
}

/** Where a payout may go from each status; one that seemed paid may still come back. */
const ENDS: Record<string, string[]> = {
  pending: ['paid', 'failed', 'canceled'],
  in_transit: ['paid', 'failed'],
  paid: ['failed'],
};

/** The bank says what became of it; when it did not arrive, the money is in the balance again. */
export function finishPayout(
  world: World,
  id: string,
  status: 'canceled' | 'failed' | 'paid',
  failure_code = 'account_closed',
): Stripe.Payout {
  const before = payoutNamed(world, id);
  if (!ENDS[before.status]?.includes(status))
    throw invalid(`A payout with a status of \`${before.status}\` cannot become \`${status}\`.`);
  const after = world.store.payouts.put({
    ...before,
    status,
    trace_id:
      status === 'paid' ? { status: 'supported', value: `TRACE${id.slice(-8).toUpperCase()}` } : before.trace_id,
    ...(status !== 'paid' && {
      failure_balance_transaction: moveMoney(world, {
        source: id,
        amount: before.amount,
        currency: before.currency,
        type: status === 'failed' ? 'payout_failure' : 'payout_cancel',
        category: 'payout_reversal',
        description: status === 'failed' ? 'PAYOUT FAILURE' : 'PAYOUT CANCELED',
        atOnce: true,
      }),
    }),
    ...(status === 'failed' && { failure_code, failure_message: FAILURES[failure_code] ?? 'The payout failed.' }),
  });
  emit(world, `payout.${status}`, after, previousOf(before, after));
  return after;
}

/** Stripe has found out which transactions it pays. */
export function reconcilePayout(world: World, id: string): Stripe.Payout {
  const before = payoutNamed(world, id);
  if (before.reconciliation_status !== 'in_progress')
    throw invalid(`The reconciliation of this payout is \`${before.reconciliation_status}\`, not \`in_progress\`.`);
  const after = world.store.payouts.put({ ...before, reconciliation_status: 'completed' });
  emit(world, 'payout.reconciliation_completed', after, previousOf(before, after));
  return after;
}

const FAILURES: Record<string, string> = {
  account_closed: 'The bank account has been closed.',
  could_not_process: 'The bank could not process this payout.',
  no_account: 'The bank account details on file are probably incorrect.',
};

function payoutNamed({ store }: World, id: string): Stripe.Payout {
  const payout = store.payouts.get(id);
  if (payout === undefined) throw noSuch('payout', id);
  return payout;
}

/** What has become available and no automatic payout has taken yet. A manual payout, being one of them, takes its own amount off. */
export function availableIn({ store, clock }: World, currency: string): Stripe.BalanceTransaction[] {
  return [...store.balanceTransactions].filter(
    (transaction) =>
      transaction.currency === currency &&
      transaction.available_on <= clock.seconds() &&
      !isSettled(store.settlements.get(transaction.id)?.payout),
  );

  function isSettled(payout: string | undefined): boolean {
    return payout !== undefined && store.payouts.get(payout)?.automatic !== false;
  }
}

function settle({ store }: World, id: string, payout: string): void {
  store.settlements.put({ id, payout });
}
