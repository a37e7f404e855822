/** `/v1/disputes`: a buyer takes a charge back through their bank. */
import type Stripe from 'stripe';
import { moveMoney } from './balance';
import { chargeNamed } from './charges';
import { invalid, noSuch } from './errors';
import { emit } from './events';
import { newId } from './ids';
import { page, pagingByTime } from './lists';
import { text } from './params';
import { type Route, route } from './route';
import type { World } from './world';

const DAY = 24 * 60 * 60;
const DUE_AFTER = 7 * DAY;
const FEE = 2000;

export const disputeRoutes: Route[] = [
  route('GET', '/v1/disputes', { ...pagingByTime, charge: text(), payment_intent: text() }, ({ world, params }) => {
    const { charge, payment_intent } = params;
    return page(world.store.disputes, params, {
      url: '/v1/disputes',
      what: 'dispute',
      ...(charge !== undefined && { only: { index: 'charge' as const, key: charge } }),
      ...(payment_intent !== undefined && { only: { index: 'payment_intent' as const, key: payment_intent } }),
    });
  }),
  route('GET', '/v1/disputes/:id', {}, ({ world, id }) => disputeNamed(world, id)),
];

function disputeNamed({ store }: World, id: string): Stripe.Dispute {
  const dispute = store.disputes.get(id);
  if (dispute === undefined) throw noSuch('dispute', id);
  return dispute;
}

/** The bank takes the money back at once, and a fee. */
export function openDispute(
  world: World,
  chargeId: string,
  { reason = 'fraudulent', amount }: { reason?: string | undefined; amount?: number | undefined },
): Stripe.Dispute {
  const charge = chargeNamed(world, chargeId);
  if (charge.status !== 'succeeded') throw invalid(`Charge ${charge.id} has not succeeded; it cannot be disputed.`);
  const id = newId('du');
  const taken = amount ?? charge.amount;
  const dispute = world.store.disputes.put({
    id,
    object: 'dispute',
    amount: taken,
    balance_transactions: [],
    charge: charge.id,
    created: world.clock.seconds(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(charge),
    evidence_details: {
      due_by: world.clock.seconds() + DUE_AFTER,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    network_reason_code: '10.4',
    payment_intent: charge.payment_intent,
    payment_method_details: {
      type: 'card',
      card: { brand: 'visa', case_type: 'chargeback', network: 'visa', network_reason_code: '10.4' },
    },
    reason,
    status: 'needs_response',
  });
  world.store.charges.put({ ...charge, disputed: true });
  emit(world, 'charge.dispute.created', dispute);
  return moveDisputed(world, dispute, -taken, FEE, 'charge.dispute.funds_withdrawn');
}

/** The bank decides: `won` gives the money back to the shop. */
export function closeDispute(world: World, id: string, status: 'lost' | 'warning_closed' | 'won'): Stripe.Dispute {
  const before = disputeNamed(world, id);
  if (['lost', 'warning_closed', 'won'].includes(before.status))
    throw invalid(`This dispute is already closed: ${before.status}.`);
  const closed = world.store.disputes.put({ ...before, status, is_charge_refundable: status === 'won' });
  emit(world, 'charge.dispute.closed', closed);
  return status === 'won' ? moveDisputed(world, closed, before.amount, 0, 'charge.dispute.funds_reinstated') : closed;
}

function moveDisputed(
  world: World,
  dispute: Stripe.Dispute,
  amount: number,
  fee: number,
  type: 'charge.dispute.funds_reinstated' | 'charge.dispute.funds_withdrawn',
): Stripe.Dispute {
  const category = amount < 0 ? 'dispute' : 'dispute_reversal';
  const moved = moveMoney(world, {
    source: dispute.id,
    amount,
    currency: dispute.currency,
    type: 'adjustment',
    category,
    fee,
  });
  const transaction = world.store.balanceTransactions.get(moved) as Stripe.BalanceTransaction;
  const after = world.store.disputes.put({
    ...dispute,
    balance_transactions: [...dispute.balance_transactions, transaction],
  });
  emit(world, type, after);
  return after;
}

const UNKNOWN_EVIDENCE = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const;

function noEvidence({ billing_details }: Stripe.Charge): Stripe.Dispute.Evidence {
  const nothing = Object.fromEntries(UNKNOWN_EVIDENCE.map((field) => [field, null])) as Record<
    (typeof UNKNOWN_EVIDENCE)[number],
    null
  >;
  return {
    ...nothing,
    customer_email_address: billing_details.email,
    customer_name: billing_details.name,
    enhanced_evidence: {},
  };
}
