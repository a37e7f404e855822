import {
  amountOff,
  closedWithMoney,
  disputeOff,
  givenTooMuch,
  isOnlyLate,
  missingCharge,
  missingRefund,
  payoutOff,
  refundOff,
  refundSumOff,
  strangeCharge,
} from '../../domain/differences';
import type { Discrepancy } from '../../domain/discrepancy';
import type { SweepWindow } from '../../domain/sweep';
import type { Db } from '../../store/database';
import {
  amountsOff,
  closedOrdersWithMoney,
  disputesOff,
  missingCharges,
  missingRefunds,
  ordersGivenTooMuch,
  payoutsOff,
  refundSumsOff,
  refundsOff,
  strangeCharges,
} from '../../store/reconciliation/differences';
import { countOpen, countUnreported, endComparison, recordDifferences } from '../../store/reconciliation/discrepancies';
import { forgetLookups } from '../../store/reconciliation/lookups';
import { readScope, type Scope } from '../../store/reconciliation/scope';
import { atWork } from '../at-work';
import type { Deps } from '../deps';

/** Activities that compare Stripe's balance with the orders. */
export const reconciliation = ({ db, clock }: Deps) => ({
  /**
   * Compares page by page, so that it holds little in memory however much moved and however much differs. Records each
   * difference once, and resolves those that are gone. Returns how many are open, and how many of them have not been
   * reported to staff.
   */
  async compareLedger({
    id,
    window,
  }: {
    id: string;
    window: SweepWindow;
  }): Promise<{ discrepancies: number; news: number }> {
    const span = { since: new Date(window.ledgerSince), until: new Date(window.until) };
    const record = (found: Discrepancy[]) => recordDifferences(db, { sweepId: id, found, at: new Date(clock.now()) });
    for (let cursor: string | null = null; ; ) {
      atWork();
      const page = await readScope(db, span, cursor);
      await record(await differencesIn(db, page.scope, new Date(clock.now())));
      cursor = page.next;
      if (cursor === null) break;
    }
    await record((await payoutsOff(db)).map(payoutOff));
    await endComparison(db, { sweepId: id, began: span.until, at: new Date(clock.now()) });
    return { discrepancies: await countOpen(db), news: await countUnreported(db) };
  },
});

/** The differences on one page, as sentences for staff. */
async function differencesIn(db: Db, scope: Scope, now: Date): Promise<Discrepancy[]> {
  return [...(await differencesOfEntries(db, scope)), ...(await missingIn(db, scope, now))];
}

async function differencesOfEntries(db: Db, scope: Scope): Promise<Discrepancy[]> {
  if (scope.entries.length === 0) return [];
  return [
    ...(await strangeCharges(db, scope)).map(strangeCharge),
    ...(await closedOrdersWithMoney(db, scope)).map(closedWithMoney),
    ...(await amountsOff(db, scope)).map(amountOff),
    ...(await disputesOff(db, scope)).map(disputeOff),
    ...(await refundsOff(db, scope)).map(refundOff),
    ...(await refundSumsOff(db, scope)).map(refundSumOff),
    ...(await ordersGivenTooMuch(db, scope)).map(givenTooMuch),
  ];
}

/** What is recorded here but moved no money at Stripe. Forgets that Stripe was asked for what is no longer missing. */
async function missingIn(db: Db, scope: Scope, now: Date): Promise<Discrepancy[]> {
  if (scope.orders.length === 0 && scope.refunds.length === 0) return [];
  const charges = await missingCharges(db, scope);
  const refunds = await missingRefunds(db, scope);
  const missing = new Set([...charges.map(({ sessionId }) => sessionId), ...refunds.map(({ reference }) => reference)]);
  await forgetLookups(
    db,
    [...scope.orders, ...scope.refunds].filter((reference) => !missing.has(reference)),
  );
  return [
    ...charges.filter((charge) => !isOnlyLate(charge, now)).map(missingCharge),
    ...refunds.filter((refund) => !isOnlyLate(refund, now)).map(missingRefund),
  ];
}
