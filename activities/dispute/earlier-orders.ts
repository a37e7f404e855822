import type Stripe from 'stripe';
import {
  type CardCharge,
  chooseEarlierOrders,
  earlierPeriod,
  type PaidOrder,
  VISA_CE3,
} from '../../domain/earlier-orders';
import type { DisputeId, SessionId } from '../../domain/ids';
import { expectObject } from '../../platform/stripe';
import { readEarlierOrders, saveEarlierOrders } from '../../store/disputes/earlier-orders';
import type { Deps } from '../deps';
import { type EarlierFacts, earlierFactsOf } from './recorded';

/** The database knows when a payment was confirmed, which a sweep may have done days after the charge. */
const CONFIRMED_WITHIN_MS = 14 * 86_400_000;

/** Stripe says so only of Visa's reason 10.4, where it finds two earlier payments by the same card. */
export const takesEarlierOrders = ({ enhanced_eligibility_types }: Stripe.Dispute): boolean =>
  enhanced_eligibility_types?.includes(VISA_CE3) ?? false;

/**
 * Looks for two earlier orders of the customer that prove who bought, and keeps them with the evidence. What cannot be
 * read now is looked for again with the next look at the dispute: nothing else waits for it.
 * @returns what goes with the evidence now
 */
export async function gatherEarlierOrders(
  deps: Deps,
  { dispute, sessionId, before }: { dispute: Stripe.Dispute; sessionId: SessionId; before: EarlierFacts | undefined },
): Promise<EarlierFacts | undefined> {
  const id = dispute.id as DisputeId;
  try {
    const disputedCharge = expectObject(await deps.stripe.charges.retrieve(chargeIdOf(dispute)), 'charge');
    const { from, to } = earlierPeriod(new Date(disputedCharge.created * 1000));
    const until = new Date(to.getTime() + CONFIRMED_WITHIN_MS);
    const found = await readEarlierOrders(deps.db, { sessionId, from, to: until });
    const charges = new Map<string, CardCharge>([[disputedCharge.id, toCardCharge(disputedCharge)]]);
    for (const { chargeId } of found?.earlier ?? [])
      charges.set(chargeId, toCardCharge(expectObject(await deps.stripe.charges.retrieve(chargeId), 'charge')));
    const chargeOf = ({ chargeId }: PaidOrder) => charges.get(chargeId);
    const chosen = found && chooseEarlierOrders(found.disputed, found.earlier, chargeOf);
    const earlierOrders = await saveEarlierOrders(deps.db, { id, earlierOrders: chosen });
    return earlierOrders ? earlierFactsOf(earlierOrders, null) : undefined;
  } catch (error) {
    deps.log.warn({ err: error, dispute: id }, 'could not look for earlier orders of the customer');
    return before;
  }
}

const chargeIdOf = ({ charge }: Stripe.Dispute): string => (typeof charge === 'string' ? charge : charge.id);

const toCardCharge = (charge: Stripe.Charge): CardCharge => ({
  createdAt: new Date(charge.created * 1000),
  fingerprint: charge.payment_method_details?.card?.fingerprint ?? null,
  sound: charge.paid && charge.captured && !charge.disputed && !charge.refunded,
});
