/**
 * `/v1/payouts`: transfers of the balance to the shop's bank account. An automatic payout includes every balance
 * transaction that has become available. Once Stripe has reconciled it, `GET /v1/balance_transactions?payout=` lists
 * them, together with the payout's own.
 */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { range, text } from '../http/params';
import { type Route, route } from '../http/route';
import { newId } from '../store/ids';
import { idOf } from '../store/store';
import { emit, previousOf } from '../webhooks/events';
import type { World } from '../world';
import { moveMoney } from './balance';

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

interface PayoutInput {
  currency: string;
  /**
   * Overrides the sum of the transactions, as if Stripe had made a mistake; for a manual payout, the amount the shop
   * asked for.
   */
  amount?: number | undefined;
  automatic?: boolean | undefined;
  /** What Stripe keeps back of an automatic payout, for a minimum balance. The next payout has it. */
  keepBack?: number | undefined;
}

/** Pays the available balance out to the bank. @throws Refusal when nothing is available */
export function createPayout(
  world: World,
  { currency, amount, automatic = true, keepBack = 0 }: PayoutInput,
): Stripe.Payout {
  if (keepBack > 0) holdBack(world, currency, -keepBack, 'payout_minimum_balance_hold');
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
  if (keepBack > 0) holdBack(world, currency, keepBack, 'payout_minimum_balance_release');
  if (automatic) for (const transaction of available) settle(world, transaction.id, id);
  emit(world, 'payout.created', payout);
  return payout;
}

function holdBack(
  world: World,
  currency: string,
  amount: number,
  type: 'payout_minimum_balance_hold' | 'payout_minimum_balance_release',
): void {
  const description = type.replaceAll('_', ' ').toUpperCase();
  moveMoney(world, { source: null, amount, currency, type, category: type, description, atOnce: true });
}

/** The statuses a payout may move to. Even a paid one may still come back. */
const TRANSITIONS: Record<string, string[]> = {
  pending: ['paid', 'failed', 'canceled'],
  in_transit: ['paid', 'failed'],
  paid: ['failed'],
};

/** The bank reports the outcome. If the payout did not arrive, its money is back in the balance. */
export function finishPayout(
  world: World,
  id: string,
  status: 'canceled' | 'failed' | 'paid',
  failure_code = 'account_closed',
): Stripe.Payout {
  const before = payoutNamed(world, id);
  if (!TRANSITIONS[before.status]?.includes(status))
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

/** Stripe has worked out which transactions the payout pays. */
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

/**
 * The available transactions that no automatic payout includes yet. A manual payout is one of them and lowers the sum
 * by its amount.
 */
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
