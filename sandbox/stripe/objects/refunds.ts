/** `/v1/refunds`: full or partial. A refund that has succeeded may still fail. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import { integer, oneOf, text, unsupported } from '../http/params';
import { type Route, route } from '../http/route';
import { newId } from '../store/ids';
import { idOf } from '../store/store';
import { emit, previousOf } from '../webhooks/events';
import type { World } from '../world';
import { moveMoney } from './balance';
import { ASKS_FOR_BANK_DETAILS, BANK_DEBIT_REFUND, type RefundBehaviour, refundBehaviourOf } from './cards';
import { chargeNamed } from './charges';
import { settleRadar } from './radar';
import { type RefundOf, refundable } from './refundable';
import { schedule } from './schedule';

export const refundShape = {
  amount: integer({ min: 1 }),
  charge: text(),
  currency: unsupported,
  customer: unsupported,
  instructions_email: unsupported,
  metadata,
  origin: unsupported,
  payment_intent: text(),
  reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
  refund_application_fee: unsupported,
  reverse_transfer: unsupported,
};

export const refundRoutes: Route[] = [
  route('POST', '/v1/refunds', refundShape, ({ world, params }) => createRefund(world, params)),
  route('GET', '/v1/refunds', { ...pagingByTime, charge: text(), payment_intent: text() }, ({ world, params }) => {
    const { charge, payment_intent } = params;
    return page(world.store.refunds, params, {
      url: '/v1/refunds',
      what: 'refund',
      ...(charge !== undefined && { only: { index: 'charge' as const, key: charge } }),
      ...(payment_intent !== undefined && { only: { index: 'payment_intent' as const, key: payment_intent } }),
    });
  }),
  route('GET', '/v1/refunds/:id', {}, ({ world, id }) => refundNamed(world, id)),
  route('POST', '/v1/refunds/:id', { metadata }, ({ world, id, params }) => {
    const before = refundNamed(world, id);
    const after = world.store.refunds.put({ ...before, metadata: changedMetadata(before.metadata, params.metadata) });
    emit(world, 'refund.updated', after, previousOf(before, after));
    return after;
  }),
  route('POST', '/v1/refunds/:id/cancel', {}, ({ world, id }) => {
    const refund = refundNamed(world, id);
    if (refund.status !== 'requires_action')
      throw invalid(
        `You can't cancel a refund with a status of \`${refund.status}\`. Only refunds that are \`requires_action\` can be canceled.`,
      );
    return finishRefund(world, id, 'canceled');
  }),
];

function refundNamed({ store }: World, id: string): Stripe.Refund {
  const refund = store.refunds.get(id);
  if (refund === undefined) throw noSuch('refund', id);
  return refund;
}

interface RefundInput extends RefundOf {
  reason?: 'duplicate' | 'fraudulent' | 'requested_by_customer' | undefined;
  metadata?: Record<string, string> | null | undefined;
}

/** Without an amount, refunds all that is left. @throws Refusal in Stripe's words */
export function createRefund(
  world: World,
  input: RefundInput,
  starts?: 'pending' | 'requires_action' | 'succeeded',
): Stripe.Refund {
  const { charge, left, amount } = refundable(world, input);
  const behaviour = behaviourOf(world, charge);
  const status = starts ?? behaviour.starts;
  const id = newId('re');
  const refund = world.store.refunds.put({
    id,
    object: 'refund',
    amount,
    balance_transaction: status === 'requires_action' ? null : debit(world, id, amount, charge),
    charge: charge.id,
    created: world.clock.seconds(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: destinationOf(charge),
    metadata: changedMetadata(null, input.metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    ...(status === 'pending' && { pending_reason: 'processing' as const }),
    ...(status === 'requires_action' && { next_action: bankDetailsAsked(world, charge) }),
    reason: input.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status,
    transfer_reversal: null,
  });
  if (starts === undefined && behaviour.becomes !== null)
    schedule(world, id, behaviour.becomes === 'fails' ? 'refund_fails' : 'refund_succeeds', behaviour.after);
  emit(world, 'refund.created', refund);
  changeRefunded(world, charge, amount, 'charge.refunded');
  if (amount === left) settleRadar(world, charge.id, input.reason === 'fraudulent' ? 'refunded_as_fraud' : 'refunded');
  return refund;
}

/** The statuses a refund may move to. */
const TRANSITIONS: Record<string, string[]> = {
  pending: ['succeeded', 'failed', 'canceled'],
  requires_action: ['succeeded', 'failed', 'canceled'],
  succeeded: ['failed'],
};

/** Ends a refund, or turns a success into a failure. After a failure the money is back with the shop. */
export function finishRefund(
  world: World,
  id: string,
  status: 'canceled' | 'failed' | 'succeeded',
  reason = 'lost_or_stolen_card',
): Stripe.Refund {
  const before = refundNamed(world, id);
  if (!TRANSITIONS[before.status ?? '']?.includes(status))
    throw invalid(`A refund with a status of \`${before.status}\` cannot become \`${status}\`.`);
  const { pending_reason: _over, next_action: _done, ...rest } = before;
  const charge = chargeNamed(world, idOf(before.charge) ?? '');
  const back = status !== 'succeeded';
  const paidOut = before.balance_transaction !== null;
  const after = world.store.refunds.put({
    ...rest,
    status,
    ...(!back && !paidOut && { balance_transaction: debit(world, id, before.amount, charge) }),
    ...(back && paidOut && { failure_balance_transaction: credit(world, before) }),
    ...(status === 'failed' && { failure_reason: reason }),
  });
  if (back) changeRefunded(world, charge, -before.amount, 'charge.updated');
  if (status === 'failed') emit(world, 'refund.failed', after);
  emit(world, 'refund.updated', after, previousOf(before, after));
  emit(world, 'charge.refund.updated', after, previousOf(before, after));
  return after;
}

/**
 * The way the customer paid takes no refund after all: Stripe writes to them for bank details, and the refund waits.
 */
export function askForBankDetails(world: World, id: string): Stripe.Refund {
  const before = refundNamed(world, id);
  if (before.status !== 'pending')
    throw invalid(`A refund with a status of \`${before.status}\` cannot become \`requires_action\`.`);
  const { pending_reason: _over, ...rest } = before;
  const charge = chargeNamed(world, idOf(before.charge) ?? '');
  const next_action = bankDetailsAsked(world, charge);
  const after = world.store.refunds.put({ ...rest, status: 'requires_action', next_action });
  emit(world, 'refund.updated', after, previousOf(before, after));
  emit(world, 'charge.refund.updated', after, previousOf(before, after));
  return after;
}

function behaviourOf({ store }: World, charge: Stripe.Charge): RefundBehaviour {
  const [session] = store.sessions.by('payment_intent', idOf(charge.payment_intent) ?? '');
  const buyer = store.sessionDetails.get(session?.id ?? '')?.buyer;
  if (buyer?.refundsAskForBank) return ASKS_FOR_BANK_DETAILS;
  const payWith = buyer?.payWith;
  return typeof payWith === 'string' ? BANK_DEBIT_REFUND : refundBehaviourOf(payWith?.card ?? '');
}

function changeRefunded(
  world: World,
  charge: Stripe.Charge,
  by: number,
  type: 'charge.refunded' | 'charge.updated',
): void {
  const amount_refunded = charge.amount_refunded + by;
  const after = world.store.charges.put({
    ...charge,
    amount_refunded,
    refunded: amount_refunded === charge.amount_captured,
  });
  emit(world, type, after, previousOf(charge, after));
}

function debit(
  world: World,
  source: string,
  amount: number,
  { currency, payment_method_details }: Stripe.Charge,
): string {
  const type = payment_method_details?.type === 'card' ? 'refund' : 'payment_refund';
  return moveMoney(world, {
    source,
    amount: -amount,
    currency,
    type,
    category: 'refund',
    description: 'REFUND FOR CHARGE',
  });
}

function credit(world: World, { id, amount, currency }: Stripe.Refund): string {
  return moveMoney(world, {
    source: id,
    amount,
    currency,
    type: 'refund_failure',
    category: 'refund_failure',
    description: 'REFUND FAILED',
  });
}

/** Stripe writes to the buyer for their bank details; unanswered, the refund lapses. */
function bankDetailsAsked(world: World, { billing_details, receipt_email }: Stripe.Charge): Stripe.Refund.NextAction {
  const email_sent_at = world.clock.seconds();
  const email_sent_to = billing_details.email ?? receipt_email ?? '';
  const email_sent = { email_sent_at, email_sent_to };
  return { type: 'display_details', display_details: { email_sent, expires_at: email_sent_at + LAPSES_AFTER } };
}

/** In seconds. Stripe does not publish it: some weeks. */
const LAPSES_AFTER = 30 * 86_400;

function destinationOf({ payment_method_details: paid }: Stripe.Charge): Stripe.Refund.DestinationDetails {
  if (paid?.type !== 'card')
    return { type: 'eu_bank_transfer', eu_bank_transfer: { reference: null, reference_status: null } };
  return {
    type: 'card',
    card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
  };
}
