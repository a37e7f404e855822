import type Stripe from 'stripe';
import { expectObject } from '../../platform/stripe';
import { type Asked, missingCharges, missingRefunds } from '../../store/reconciliation/differences';
import { keepEntries } from '../../store/reconciliation/ledger';
import { rememberLookup } from '../../store/reconciliation/lookups';
import type { Scope } from '../../store/reconciliation/scope';
import { found } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { apart } from './apart';
import { entryOf, type Transaction } from './ledger-entries';

/** The limits of what is asked. */
interface Looks {
  /** How many more times Stripe may be asked. */
  left: number;
  /** Asks again for what was last asked for before this time; null: only for what was never asked for. */
  askAgainBefore: Date | null;
}

/** Reads by id what Stripe's list of balance transactions lacks. */
export const missingAtStripe = (deps: Deps) => {
  const { db, stripe, clock } = deps;

  /**
   * Handles what the orders and refunds of a scope say was paid or given back but the ledger lacks: it may have moved
   * before the list began, or its balance transaction may be late.
   * @returns false if some are left because the requests to Stripe are used up
   */
  return async (scope: Scope, looks: Looks): Promise<boolean> => {
    if (scope.orders.length === 0 && scope.refunds.length === 0) return true;
    for (const { sessionId, paymentIntentId, ...asked } of await missingCharges(db, scope)) {
      if (paymentIntentId === null || !isDue(asked, looks)) continue;
      if (looks.left-- <= 0) return false;
      await ask(sessionId, () => chargeOf(paymentIntentId));
    }
    for (const { reference, ...asked } of await missingRefunds(db, scope)) {
      if (!isDue(asked, looks)) continue;
      if (looks.left-- <= 0) return false;
      await ask(reference, () => found(stripe.refunds.retrieve(reference, { expand: ['balance_transaction'] })));
    }
    return true;
  };

  /** Asks Stripe once. A request that fails counts as asked, so that this sweep goes on to the next thing. */
  async function ask(reference: string, read: () => Promise<Stripe.Charge | Stripe.Refund | null>): Promise<void> {
    if (await apart(deps, reference, async () => keep(reference, await read()))) return;
    await rememberLookup(db, { reference, late: false, at: new Date(clock.now()) });
  }

  async function chargeOf(paymentIntent: string): Promise<Stripe.Charge | null> {
    const intent = await found(
      stripe.paymentIntents.retrieve(paymentIntent, { expand: ['latest_charge.balance_transaction'] }),
    );
    return intent && (expectObject(intent, 'payment_intent').latest_charge as Stripe.Charge | null);
  }

  /** Stores the balance transaction of a charge or refund if there is one, and remembers that Stripe was asked. */
  async function keep(reference: string, source: Stripe.Charge | Stripe.Refund | null): Promise<void> {
    const { balance_transaction: transaction = null, status } = source ?? {};
    const isListed = typeof transaction === 'object' && transaction !== null;
    if (isListed) await keepEntries(db, [entryOf({ ...transaction, source: source as Transaction['source'] })]);
    const late = !isListed && status === 'succeeded';
    await rememberLookup(db, { reference, late, at: new Date(clock.now()) });
  }
};

const isDue = ({ askedAt }: Pick<Asked, 'askedAt'>, { askAgainBefore }: Looks): boolean =>
  askedAt === null || (askAgainBefore !== null && askedAt < askAgainBefore);
