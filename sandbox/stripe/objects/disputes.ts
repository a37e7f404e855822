/**
 * `/v1/disputes`: a buyer takes a charge back through their bank. An inquiry (`warning_…`) asks first and takes no money; a prevented
 * one was settled by the card network. What the bank does next is the test's to say; here it only follows from the evidence texts that
 * Stripe's test mode knows (https://docs.stripe.com/testing#evidence).
 */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { changedMetadata, flag, group, metadata, oneOf, text } from '../http/params';
import { type Route, route } from '../http/route';
import { newId } from '../store/ids';
import { emit } from '../webhooks/events';
import type { World } from '../world';
import { moveMoney, transactionShown } from './balance';
import { chargeNamed } from './charges';
import { type AskedEvidence, evidenceShape, filedWith, noEvidence } from './dispute-evidence';
import { happenLater } from './later';
import { previousOf } from './products';
import { settleRadar } from './radar';

const DAY = 24 * 60 * 60;
const DUE_AFTER = 7 * DAY;
const FEE = 2000;
/** Seconds until test mode's bank has read the evidence. */
const BANK_READS_FOR = 60;

export const disputeRoutes: Route[] = [
  route('GET', '/v1/disputes', { ...pagingByTime, charge: text(), payment_intent: text() }, ({ world, params }) => {
    const { charge, payment_intent } = params;
    const found = page(world.store.disputes, params, {
      url: '/v1/disputes',
      what: 'dispute',
      ...(charge !== undefined && { only: { index: 'charge' as const, key: charge } }),
      ...(payment_intent !== undefined && { only: { index: 'payment_intent' as const, key: payment_intent } }),
    });
    return { ...found, data: found.data.map((dispute) => shown(world, dispute)) };
  }),
  route('GET', '/v1/disputes/:id', {}, ({ world, id }) => shown(world, disputeNamed(world, id))),
  route(
    'POST',
    '/v1/disputes/:id',
    {
      evidence: group(evidenceShape),
      intended_submission_method: oneOf('manual', 'prefer_manual', 'prefer_smart_disputes', 'smart_disputes'),
      metadata,
      submit: flag,
    },
    ({ world, id, params }) => respond(world, id, params),
  ),
  route('POST', '/v1/disputes/:id/close', {}, ({ world, id }) => closeDispute(world, id, 'lost')),
];

export function disputeNamed({ store }: World, id: string): Stripe.Dispute {
  const dispute = store.disputes.get(id);
  if (dispute === undefined) throw noSuch('dispute', id);
  return dispute;
}

/** With its transactions as they are now. */
function shown(world: World, dispute: Stripe.Dispute): Stripe.Dispute {
  const balance_transactions = dispute.balance_transactions.map((each) => transactionShown(world, each));
  return { ...dispute, balance_transactions };
}

export interface Opening {
  reason?: string | undefined;
  amount?: number | undefined;
  /** Also one that Stripe has not told of yet. */
  status?: string | undefined;
  /** Seconds since 1970, or null where the bank takes no answer. */
  due_by?: number | null | undefined;
  /** Whether the bank takes the money at once. */
  withdraw?: boolean | undefined;
}

/** A buyer goes to their bank. */
export function openDispute(world: World, chargeId: string, opening: Opening): Stripe.Dispute {
  const { reason = 'fraudulent', amount, status = 'needs_response', withdraw = takesMoney(status) } = opening;
  const charge = chargeNamed(world, chargeId);
  if (charge.status !== 'succeeded') throw invalid(`Charge ${charge.id} has not succeeded; it cannot be disputed.`);
  const created = world.clock.seconds();
  const dispute = world.store.disputes.put({
    id: newId('du'),
    object: 'dispute',
    amount: amount ?? charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(charge),
    evidence_details: {
      due_by: opening.due_by === undefined ? created + DUE_AFTER : opening.due_by,
      enhanced_eligibility: {},
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
  return withdraw ? withdrawFunds(world, dispute.id) : dispute;
}

/** The bank changes its mind, or what it waits for: an inquiry becomes a chargeback, a lost dispute an appeal. */
export function updateDispute(
  world: World,
  id: string,
  { status, due_by }: { status?: string | undefined; due_by?: number | null | undefined },
): Stripe.Dispute {
  const before = disputeNamed(world, id);
  return changed(world, before, {
    ...before,
    ...(status !== undefined && { status, is_charge_refundable: isRefundable(status) }),
    ...(due_by !== undefined && { evidence_details: { ...before.evidence_details, due_by } }),
  });
}

/** The bank decides: `won` gives the money back to the shop, where it was taken. */
export function closeDispute(
  world: World,
  id: string,
  status: 'lost' | 'prevented' | 'warning_closed' | 'won',
): Stripe.Dispute {
  const before = disputeNamed(world, id);
  if (isClosed(before)) throw invalid(`This dispute is already closed: ${before.status}.`);
  const closed = world.store.disputes.put({ ...before, status, is_charge_refundable: isRefundable(status) });
  emit(world, 'charge.dispute.closed', closed, previousOf(before, closed));
  return status === 'won' && taken(closed) > 0 ? reinstateFunds(world, id) : closed;
}

/** The bank takes the money back, and a fee unless the dispute was prevented. */
export function withdrawFunds(world: World, id: string): Stripe.Dispute {
  const dispute = disputeNamed(world, id);
  if (taken(dispute) > 0) throw invalid('The funds of this dispute are withdrawn already.');
  const fee = dispute.status === 'prevented' ? 0 : FEE;
  return moveDisputed(world, dispute, -dispute.amount, fee, 'charge.dispute.funds_withdrawn');
}

/** The bank gives the money back; the fee stays with it. */
export function reinstateFunds(world: World, id: string): Stripe.Dispute {
  const dispute = disputeNamed(world, id);
  if (taken(dispute) === 0) throw invalid('No funds of this dispute are withdrawn.');
  return moveDisputed(world, dispute, taken(dispute), 0, 'charge.dispute.funds_reinstated');
}

/** The shop's answer: kept as a draft, or sent to the bank for good. */
function respond(
  world: World,
  id: string,
  asked: {
    evidence?: AskedEvidence | undefined;
    intended_submission_method?: Stripe.Dispute.IntendedSubmissionMethod | undefined;
    metadata?: Record<string, string> | null | undefined;
    submit?: boolean | undefined;
  },
): Stripe.Dispute {
  const before = disputeNamed(world, id);
  const submits = asked.evidence === undefined ? asked.submit === true : asked.submit !== false;
  if ((asked.evidence !== undefined || submits) && !before.status.endsWith('needs_response')) throw notNow(before);
  const evidence = filedWith(before.evidence, asked.evidence ?? {});
  const details = before.evidence_details;
  const after = changed(world, before, {
    ...before,
    evidence,
    ...(asked.intended_submission_method && { intended_submission_method: asked.intended_submission_method }),
    metadata: changedMetadata(before.metadata, asked.metadata),
    evidence_details: { ...details, has_evidence: details.has_evidence || asked.evidence !== undefined },
    ...(submits && {
      status: before.status.replace('needs_response', 'under_review'),
      evidence_details: {
        ...details,
        has_evidence: true,
        past_due: (details.due_by ?? 0) > 0 && world.clock.seconds() > (details.due_by ?? 0),
        submission_count: details.submission_count + 1,
        submission_method: 'manual',
      },
    }),
  });
  const outcome = OUTCOMES[evidence.uncategorized_text ?? ''];
  if (submits && outcome !== undefined) happenLater(world, id, outcome, BANK_READS_FOR);
  return after;
}

const OUTCOMES: Record<string, 'dispute_lost' | 'dispute_won'> = {
  winning_evidence: 'dispute_won',
  losing_evidence: 'dispute_lost',
};

function notNow({ id, status, evidence_details }: Stripe.Dispute) {
  return invalid(
    evidence_details.submission_count > 0 && status.endsWith('under_review')
      ? `The evidence of dispute ${id} has been submitted already; it can be submitted once.`
      : `Dispute ${id} takes no evidence: its status is \`${status}\`.`,
    { param: 'evidence' },
  );
}

function changed(world: World, before: Stripe.Dispute, after: Stripe.Dispute): Stripe.Dispute {
  const kept = world.store.disputes.put(after);
  emit(world, 'charge.dispute.updated', kept, previousOf(before, kept));
  return kept;
}

const isInquiry = (status: string) => status.startsWith('warning_');
const takesMoney = (status: string) => !isInquiry(status) && status !== 'prevented';
export const isClosed = ({ status }: Stripe.Dispute) => ['lost', 'prevented', 'warning_closed', 'won'].includes(status);

/** An inquiry can still be answered with a refund, and a dispute that was won is over. */
const isRefundable = (status: string) => isInquiry(status) || status === 'won';

const caseOf = (status: string) =>
  isInquiry(status) ? 'inquiry' : status === 'prevented' ? 'resolution' : 'chargeback';

/** What the bank holds of it now. */
const taken = ({ balance_transactions }: Stripe.Dispute) =>
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
