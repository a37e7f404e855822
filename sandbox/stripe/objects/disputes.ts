/**
 * Disputes: a buyer takes a charge back through their bank. An inquiry (`warning_…`) asks first and takes no money; a
 * prevented dispute was settled by the card network. A test decides what the bank does next. The exception is the
 * evidence texts of Stripe's test mode, which decide a dispute by themselves (`dispute-response.ts`,
 * https://docs.stripe.com/testing#evidence).
 */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { newId } from '../store/ids';
import { emit, previousOf } from '../webhooks/events';
import type { World } from '../world';
import { moveMoney } from './balance';
import { chargeNamed } from './charges';
import { newEvidence } from './dispute-evidence';
import { settleRadar } from './radar';
import { newEligibility } from './visa-evidence';

const DAY = 24 * 60 * 60;
const DUE_AFTER = 7 * DAY;
const FEE = 2000;

export function disputeNamed({ store }: World, id: string): Stripe.Dispute {
  const dispute = store.disputes.get(id);
  if (dispute === undefined) throw noSuch('dispute', id);
  return dispute;
}

export interface Opening {
  reason?: string | undefined;
  amount?: number | undefined;
  /** May be a status that Stripe does not have yet. */
  status?: string | undefined;
  /** Seconds since 1970, or null if the bank takes no answer, as for a dispute that is born lost. */
  due_by?: number | null | undefined;
  /** Whether the bank withdraws the money at once. */
  withdraw?: boolean | undefined;
}

/**
 * A buyer disputes a charge with their bank. A bank debit is charged back without asking: its dispute is born `lost`
 * (https://docs.stripe.com/payments/sepa-debit#disputed-payments).
 */
export function openDispute(world: World, chargeId: string, opening: Opening): Stripe.Dispute {
  const { reason = 'fraudulent', amount, status = 'needs_response', withdraw = takesMoney(status) } = opening;
  const charge = chargeNamed(world, chargeId);
  if (charge.status !== 'succeeded') throw invalid(`Charge ${charge.id} has not succeeded; it cannot be disputed.`);
  const created = world.clock.seconds();
  const enhanced = newEligibility(world, charge, { reason, status });
  const dispute = world.store.disputes.put({
    id: newId('du'),
    object: 'dispute',
    amount: amount ?? charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created,
    currency: charge.currency,
    enhanced_eligibility_types: enhanced.types,
    evidence: { ...newEvidence(charge), enhanced_evidence: enhanced.evidence },
    evidence_details: {
      due_by: opening.due_by === undefined ? (isOver(status) ? null : created + DUE_AFTER) : opening.due_by,
      enhanced_eligibility: enhanced.eligibility,
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: isRefundable(status),
    livemode: false,
    metadata: {},
    network_reason_code: '10.4',
    payment_intent: charge.payment_intent,
    payment_method_details: {
      type: 'card',
      card: { brand: 'visa', case_type: caseOf(status), network: 'visa', network_reason_code: '10.4' },
    },
    reason,
    status,
  });
  world.store.charges.put({ ...charge, disputed: true });
  emit(world, 'charge.dispute.created', dispute);
  settleRadar(world, charge.id, 'disputed');
  const opened = withdraw ? withdrawFunds(world, dispute.id) : dispute;
  if (status === 'lost') emit(world, 'charge.dispute.closed', opened);
  return opened;
}

/** The bank changes the status or the due date: an inquiry becomes a chargeback, a lost dispute an appeal. */
export function updateDispute(
  world: World,
  id: string,
  { status, due_by }: { status?: string | undefined; due_by?: number | null | undefined },
): Stripe.Dispute {
  const before = disputeNamed(world, id);
  return keepChanged(world, before, {
    ...before,
    ...(status !== undefined && { status, is_charge_refundable: isRefundable(status) }),
    ...(due_by !== undefined && { evidence_details: { ...before.evidence_details, due_by } }),
  });
}

/** The bank decides. `won` gives the money back to the shop if it was withdrawn. */
export function closeDispute(
  world: World,
  id: string,
  status: 'lost' | 'prevented' | 'warning_closed' | 'won',
): Stripe.Dispute {
  const before = disputeNamed(world, id);
  if (isClosed(before)) throw invalid(`This dispute is already closed: ${before.status}.`);
  const closed = world.store.disputes.put({ ...before, status, is_charge_refundable: isRefundable(status) });
  emit(world, 'charge.dispute.closed', closed, previousOf(before, closed));
  return status === 'won' && withdrawn(closed) > 0 ? reinstateFunds(world, id) : closed;
}

/** The bank withdraws the money, plus a fee unless the dispute was prevented. */
export function withdrawFunds(world: World, id: string): Stripe.Dispute {
  const dispute = disputeNamed(world, id);
  if (withdrawn(dispute) > 0) throw invalid('The funds of this dispute are withdrawn already.');
  const fee = dispute.status === 'prevented' ? 0 : FEE;
  return moveDisputed(world, dispute, -dispute.amount, fee, 'charge.dispute.funds_withdrawn');
}

/**
 * The bank gives the money back but keeps the fee; a part of it if the dispute was for more than was still owed. Then
 * the dispute stays `lost`.
 */
export function reinstateFunds(world: World, id: string, amount?: number): Stripe.Dispute {
  const dispute = disputeNamed(world, id);
  const held = withdrawn(dispute);
  if (held === 0) throw invalid('No funds of this dispute are withdrawn.');
  if (amount !== undefined && amount > held) throw invalid(`Only ${held} of this dispute is withdrawn.`);
  return moveDisputed(world, dispute, amount ?? held, 0, 'charge.dispute.funds_reinstated');
}

/**
 * Whether a charge cannot be refunded: the bank has yet to decide a dispute, or lost disputes took all that was not
 * refunded. An inquiry can still be answered with a refund. Stripe does not count what a lost dispute took as refunded,
 * so after a partial loss the caller must know how much is left.
 */
export function isChargedBack({ store }: Pick<World, 'store'>, charge: Stripe.Charge): boolean {
  const disputes = store.disputes.by('charge', charge.id);
  const lost = disputes.reduce((sum, each) => sum + takenBy(each), 0);
  return (
    disputes.some((each) => !each.is_charge_refundable && !isClosed(each)) ||
    (lost > 0 && lost >= charge.amount_captured - charge.amount_refunded)
  );
}

/** What a dispute took for good. A lost one costs its amount even before the money moves. */
function takenBy(dispute: Stripe.Dispute): number {
  if (dispute.status === 'lost' && dispute.balance_transactions.length === 0) return dispute.amount;
  return ['lost', 'prevented'].includes(dispute.status) ? withdrawn(dispute) : 0;
}

/** Stores a dispute that has changed, and records the event. */
export function keepChanged(world: World, before: Stripe.Dispute, after: Stripe.Dispute): Stripe.Dispute {
  const kept = world.store.disputes.put(after);
  emit(world, 'charge.dispute.updated', kept, previousOf(before, kept));
  return kept;
}

const isInquiry = (status: string) => status.startsWith('warning_');
const takesMoney = (status: string) => !isInquiry(status) && status !== 'prevented';
const isOver = (status: string) => ['lost', 'prevented', 'warning_closed', 'won'].includes(status);
export const isClosed = ({ status }: Stripe.Dispute) => isOver(status);

/** An inquiry can still be answered with a refund, and a won dispute is over. */
const isRefundable = (status: string) => isInquiry(status) || status === 'won';

const caseOf = (status: string) =>
  isInquiry(status) ? 'inquiry' : status === 'prevented' ? 'resolution' : 'chargeback';

/** The amount the bank holds now. */
const withdrawn = ({ balance_transactions }: Stripe.Dispute) =>
  -balance_transactions.reduce((sum, { amount }) => sum + amount, 0);

function moveDisputed(
  world: World,
  dispute: Stripe.Dispute,
  amount: number,
  fee: number,
  type: 'charge.dispute.funds_reinstated' | 'charge.dispute.funds_withdrawn',
): Stripe.Dispute {
  const moved = moveMoney(world, {
    source: dispute.id,
    amount,
    currency: dispute.currency,
    type: 'adjustment',
    category: amount < 0 ? 'dispute' : 'dispute_reversal',
    description: `Chargeback ${amount < 0 ? 'withdrawal' : 'reversal'} for ${dispute.charge}`,
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
