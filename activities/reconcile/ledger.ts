import type Stripe from 'stripe';
import { disputeId, isDisputeId, isRefundId, isSessionId, refundId } from '../../domain/ids';
import { expectList, expectObject } from '../../platform/stripe';
import {
  disputesOff,
  missingCharges,
  missingRefunds,
  refundsOff,
  type Span,
  strangeCharges,
} from '../../store/reconciliation/differences';
import { keepEntries, traceEntry } from '../../store/reconciliation/ledger';
import { payoutsToRead } from '../../store/reconciliation/payouts';
import { found } from '../checkout/payment-owner';
import { noteStray } from '../checkout/take-up';
import type { Deps } from '../deps';
import { entryOf, type Transaction } from './ledger-entries';
import { PAGE, type PageRead, type PageRequest, seconds } from './page';
import { keepPayout } from './payouts';
import { repair } from './repairs';
import { differing } from './sessions';

/** Activities that store Stripe's balance transactions and wake what they concern. */
export const ledger = (deps: Deps) => {
  const { db, stripe, starter, clock } = deps;

  return {
    /**
     * Stores a page of balance transactions. After the last page, wakes each order that does not know about money
     * that moved for it: by its session for a charge, by its workflow for a refund or dispute. What the list lacks is
     * read by id.
     */
    async readBalance(page: PageRequest): Promise<PageRead> {
      const { window, cursor } = page;
      const list = expectList(
        await stripe.balanceTransactions.list({
          created: { gte: seconds(window.ledgerSince), lte: seconds(window.until) },
          expand: ['data.source'],
          limit: PAGE,
          ...(cursor && { starting_after: cursor }),
        }),
      );
      await keepEntries(db, list.data.map(entryOf));
      const last = list.data.at(-1);
      if (list.has_more && last) return { checked: list.data.length, woken: 0, cursor: last.id };
      return { checked: list.data.length, woken: await follow(page), cursor: null };
    },
  };

  async function follow({ id, window }: PageRequest): Promise<number> {
    const span = { since: new Date(window.ledgerSince), until: new Date(window.until) };
    await lookForMissing(span);
    await readPayouts(span);
    return (await findSessions(id, span)) + (await tellFollowers(id, span));
  }

  /** Handles charges without an order: asks Stripe, once, for the session of each, and wakes that session's order. */
  async function findSessions(id: string, span: Span): Promise<number> {
    for (const charge of await strangeCharges(db, span))
      if (charge.tracedAt === null) await trace(charge.id, charge.paymentIntentId);
    const sessions = (await strangeCharges(db, span)).flatMap(({ sessionId }) =>
      sessionId && isSessionId(sessionId) ? [{ sessionId, mode: 'payment', paid: true, failed: false }] : [],
    );
    const differences = await differing(deps, sessions);
    await repair(deps, id, differences);
    return differences.length;
  }

  async function trace(entry: string, paymentIntent: string | null): Promise<void> {
    const session = paymentIntent
      ? expectList(await stripe.checkout.sessions.list({ payment_intent: paymentIntent, limit: 1 })).data[0]
      : undefined;
    // A session that sells no goods, a subscription for example, never gets an order.
    if (session && session.mode !== 'payment') await noteStray(deps, session);
    await traceEntry(db, { id: entry, sessionId: session?.id ?? null, at: new Date(clock.now()) });
  }

  /** Handles refunds and disputes whose recorded amount is not what moved. */
  async function tellFollowers(id: string, span: Span): Promise<number> {
    const refunds = (await refundsOff(db, span)).filter(({ reference }) => isRefundId(reference));
    for (const { reference, sessionId, version } of refunds)
      await repair(deps, id, [{ sessionId, version, action: 'refund_recorded' }], () =>
        starter.refund(refundId(reference)),
      );
    const disputes = (await disputesOff(db, span)).filter(({ reference }) => isDisputeId(reference));
    for (const { reference, sessionId, version } of disputes)
      await repair(deps, id, [{ sessionId, version, action: 'dispute_recorded' }], () =>
        starter.dispute(disputeId(reference)),
      );
    return refunds.length + disputes.length;
  }

  /** Handles what orders say was paid or refunded but the list lacks: it may have moved before the list began. */
  async function lookForMissing(span: Span): Promise<void> {
    for (const { paymentIntentId } of await missingCharges(db, span)) {
      if (paymentIntentId === null) continue;
      const expand = ['latest_charge.balance_transaction'];
      const intent = await found(stripe.paymentIntents.retrieve(paymentIntentId, { expand }));
      const charge = intent && (expectObject(intent, 'payment_intent').latest_charge as Stripe.Charge | null);
      await keepFrom(charge, charge?.balance_transaction);
    }
    for (const { reference } of await missingRefunds(db, span)) {
      const refund = await found(stripe.refunds.retrieve(reference, { expand: ['balance_transaction'] }));
      await keepFrom(refund, refund?.balance_transaction);
    }
  }

  async function keepFrom(source: Stripe.Charge | Stripe.Refund | null, transaction: unknown): Promise<void> {
    if (source === null || typeof transaction !== 'object' || transaction === null) return;
    await keepEntries(db, [entryOf({ ...(transaction as Transaction), source: source as Transaction['source'] })]);
  }

  /** Handles payouts that are not known yet, and those that did not add up when they were last read. */
  async function readPayouts(span: Span): Promise<void> {
    for (const id of await payoutsToRead(db, span)) {
      const payout = await found(stripe.payouts.retrieve(id));
      if (payout) await keepPayout(deps, expectObject(payout, 'payout'));
    }
  }
};
