import { disputeId, isDisputeId, isRefundId, isSessionId, refundId } from '../../domain/ids';
import type { SweepWindow } from '../../domain/sweep';
import { expectList, expectObject } from '../../platform/stripe';
import { disputesOff, refundsOff, strangeCharges } from '../../store/reconciliation/differences';
import { keepEntries, traceEntry } from '../../store/reconciliation/ledger';
import { payoutsToRead } from '../../store/reconciliation/payouts';
import { readScope, type Scope, type Span } from '../../store/reconciliation/scope';
import { atWork } from '../at-work';
import { found } from '../checkout/payment-owner';
import { isElsewhere, noteStray } from '../checkout/take-up';
import type { Deps } from '../deps';
import { apart } from './apart';
import { entryOf, type Transaction } from './ledger-entries';
import { missingAtStripe } from './missing';
import { PAGE, type PageRead, type PageRequest, seconds } from './page';
import { keepPayout } from './payouts';
import { repair } from './repairs';
import { differing } from './sessions';

/** The most objects that one call asks Stripe for, and the most pages of the ledger that it looks at. */
const LOOKS = 100;
const PAGES = 40;
/** The most payouts that one sweep reads. The next sweep begins with those that were read longest ago. */
const PAYOUTS = 50;

/** Comes before the cursor once Stripe's list has been read to its end. */
const FOLLOW = 'follow:';

/** Activities that store Stripe's balance transactions and wake what they concern. */
export const ledger = (deps: Deps) => {
  const { db, stripe, starter, clock } = deps;
  const lookFor = missingAtStripe(deps);

  return {
    /**
     * Stores a page of balance transactions. After the last page, wakes each order that does not know about money
     * that moved for it: by its session for a charge, by its workflow for a refund or dispute. What the list lacks is
     * read by id. That goes page by page too, however much moved and however much is missing.
     */
    async readBalance(page: PageRequest): Promise<PageRead> {
      const { window, cursor } = page;
      if (cursor?.startsWith(FOLLOW)) return { checked: 0, ...(await follow(page, cursor.slice(FOLLOW.length))) };
      const list = expectList(
        await stripe.balanceTransactions.list({
          created: { gte: seconds(window.ledgerSince), lte: seconds(window.until) },
          expand: ['data.source'],
          limit: PAGE,
          ...(cursor && { starting_after: cursor }),
        }),
      );
      await keep(list.data);
      const checked = list.data.length;
      const last = list.data.at(-1);
      if (list.has_more && last) return { checked, woken: 0, cursor: last.id };
      await readPayouts(spanOf(window), window.wide);
      return { checked, ...(await follow(page, '')) };
    },
  };

  /** Stores transactions; where one of them cannot be stored, all the others. */
  async function keep(transactions: Transaction[]): Promise<void> {
    try {
      await keepEntries(db, transactions.map(entryOf));
    } catch {
      for (const transaction of transactions)
        await apart(deps, transaction.id, () => keepEntries(db, [entryOf(transaction)]));
    }
  }

  /** Handles some pages of the ledger. Stripe is asked for each thing once in a sweep, so that a long page goes on. */
  async function follow({ id, window }: PageRequest, from: string): Promise<Omit<PageRead, 'checked'>> {
    const span = spanOf(window);
    const looks = { left: LOOKS, askAgainBefore: window.wide ? span.until : null };
    let woken = 0;
    let cursor = from;
    for (let pages = 0; pages < PAGES; pages++) {
      atWork();
      const { scope, next } = await readScope(db, span, cursor === '' ? null : cursor);
      if (!(await lookFor(scope, looks)) || !(await traceStrange(scope, looks))) break;
      woken += (await wakeSessions(id, scope)) + (await wakeFollowers(id, scope));
      if (next === null) return { woken, cursor: null };
      cursor = next;
    }
    return { woken, cursor: `${FOLLOW}${cursor}` };
  }

  /** Asks Stripe, once, for the session of each charge without an order. False: some are left. */
  async function traceStrange(scope: Scope, looks: { left: number }): Promise<boolean> {
    if (scope.entries.length === 0) return true;
    for (const { id, paymentIntentId, tracedAt } of await strangeCharges(db, scope)) {
      if (tracedAt !== null) continue;
      if (looks.left-- <= 0) return false;
      if (await apart(deps, id, () => trace(id, paymentIntentId))) continue;
      await traceEntry(db, { id, sessionId: null, at: new Date(clock.now()) });
    }
    return true;
  }

  async function trace(entry: string, paymentIntent: string | null): Promise<void> {
    const session = paymentIntent
      ? expectList(await stripe.checkout.sessions.list({ payment_intent: paymentIntent, limit: 1 })).data[0]
      : undefined;
    // A session that sells no goods, a subscription for example, or that another installation made never gets an order.
    if (session && (session.mode !== 'payment' || (await isElsewhere(deps, session)))) await noteStray(deps, session);
    await traceEntry(db, { id: entry, sessionId: session?.id ?? null, at: new Date(clock.now()) });
  }

  /** Wakes the order of each charge that has none. */
  async function wakeSessions(id: string, scope: Scope): Promise<number> {
    if (scope.entries.length === 0) return 0;
    const sessions = (await strangeCharges(db, scope)).flatMap(({ sessionId }) =>
      sessionId && isSessionId(sessionId)
        ? [{ sessionId, mode: 'payment', elsewhere: false, paid: true, failed: false }]
        : [],
    );
    const differences = await differing(deps, sessions);
    await repair(deps, id, differences);
    return differences.length;
  }

  /** Wakes the workflows of refunds and disputes whose recorded amount is not what moved. */
  async function wakeFollowers(id: string, scope: Scope): Promise<number> {
    if (scope.entries.length === 0) return 0;
    const refunds = (await refundsOff(db, scope)).filter(({ reference }) => isRefundId(reference));
    for (const { reference, sessionId, version } of refunds)
      await repair(deps, id, [{ sessionId, version, action: 'refund_recorded' }], () =>
        starter.refund(refundId(reference)),
      );
    const disputes = (await disputesOff(db, scope)).filter(({ reference }) => isDisputeId(reference));
    for (const { reference, sessionId, version } of disputes)
      await repair(deps, id, [{ sessionId, version, action: 'dispute_recorded' }], () =>
        starter.dispute(disputeId(reference)),
      );
    return refunds.length + disputes.length;
  }

  /** Reads payouts that are not known yet and, in a wide sweep, those that are not known to add up. */
  async function readPayouts(span: Span, all: boolean): Promise<void> {
    for (const id of await payoutsToRead(db, { ...span, all, limit: PAYOUTS })) {
      atWork();
      await apart(deps, id, async () => {
        const payout = await found(stripe.payouts.retrieve(id));
        if (payout) await keepPayout(deps, expectObject(payout, 'payout'));
      });
    }
  }
};

const spanOf = ({ ledgerSince, until }: SweepWindow): Span => ({
  since: new Date(ledgerSince),
  until: new Date(until),
});
