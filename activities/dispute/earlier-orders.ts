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

/** The activity has 20 s, of which one call to Stripe may take 12 before this. */
const SEARCH_MS = 6_000;

/** Stripe says so only of Visa's reason 10.4, where it finds two earlier payments by the same card. */
export const takesEarlierOrders = ({ enhanced_eligibility_types }: Stripe.Dispute): boolean =>
  enhanced_eligibility_types?.includes(VISA_CE3) ?? false;

/**
 * Looks for two earlier orders of the customer that prove who bought, and keeps them with the evidence. What cannot be
 * read now is looked for again with the next look at the dispute: nothing else waits for it.
 * @param over ends the search, so that a slow Stripe does not end the activity instead
 * @returns what goes with the evidence now
 */
export async function gatherEarlierOrders(
  deps: Deps,
  { before, ...of }: Disputed & { before: EarlierFacts | undefined },
  over: AbortSignal = AbortSignal.timeout(SEARCH_MS),
): Promise<EarlierFacts | undefined> {
  try {
    const search = searchEarlierOrders(deps, of, over);
    search.catch(() => {}); // it may fail after it is over
    return await Promise.race([search, endOf(over)]);
  } catch (error) {
    deps.log.warn({ err: error, dispute: of.dispute.id }, 'could not look for earlier orders of the customer');
    return before;
  }
}

interface Disputed {
  dispute: Stripe.Dispute;
  sessionId: SessionId;
}

/** Nothing is asked of Stripe, and nothing written, once it is over. */
async function searchEarlierOrders(
  { db, stripe }: Deps,
  { dispute, sessionId }: Disputed,
  over: AbortSignal,
): Promise<EarlierFacts | undefined> {
  const readCharge = async (id: string) => {
    over.throwIfAborted();
    return expectObject(await stripe.charges.retrieve(id), 'charge');
  };
  const disputedCharge = await readCharge(chargeIdOf(dispute));
  const { from, to } = earlierPeriod(new Date(disputedCharge.created * 1000));
  const until = new Date(to.getTime() + CONFIRMED_WITHIN_MS);
  const found = await readEarlierOrders(db, { sessionId, from, to, until });
  const charges = new Map<string, CardCharge>([[disputedCharge.id, toCardCharge(disputedCharge)]]);
  for (const { chargeId } of found?.earlier ?? []) charges.set(chargeId, toCardCharge(await readCharge(chargeId)));
  const chargeOf = ({ chargeId }: PaidOrder) => charges.get(chargeId);
  const chosen = found && chooseEarlierOrders(found.disputed, found.earlier, chargeOf);
  over.throwIfAborted();
  const earlierOrders = await saveEarlierOrders(db, { id: dispute.id as DisputeId, earlierOrders: chosen });
  return earlierOrders ? earlierFactsOf(earlierOrders, null) : undefined;
}

const endOf = (over: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = () => reject(over.reason);
    if (over.aborted) end();
    else over.addEventListener('abort', end, { once: true });
  });

const chargeIdOf = ({ charge }: Stripe.Dispute): string => (typeof charge === 'string' ? charge : charge.id);

const toCardCharge = (charge: Stripe.Charge): CardCharge => ({
  createdAt: new Date(charge.created * 1000),
  fingerprint: charge.payment_method_details?.card?.fingerprint ?? null,
  sound: charge.paid && charge.captured && !charge.disputed && !charge.refunded,
});
