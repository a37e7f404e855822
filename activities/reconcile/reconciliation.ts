import {
  amountOff,
  closedWithMoney,
  disputeOff,
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
  payoutsOff,
  refundSumsOff,
  refundsOff,
  type Span,
  strangeCharges,
} from '../../store/reconciliation/differences';
import {
  countOpen,
  countUnreported,
  openFoundBySweeps,
  recordComparison,
} from '../../store/reconciliation/discrepancies';
import type { Deps } from '../deps';

/** Activities that compare Stripe's balance with the orders. */
export const reconciliation = ({ db, clock }: Deps) => ({
  /**
   * Records each difference once, and resolves those that are gone. Returns how many are open, and how many of them
   * have not been reported to staff.
   */
  async compareLedger({
    id,
    window,
  }: {
    id: string;
    window: SweepWindow;
  }): Promise<{ discrepancies: number; news: number }> {
    const openBefore = await openFoundBySweeps(db);
    const of = [...new Set(openBefore.map(({ reference }) => reference))];
    const found = await differences(db, { since: new Date(window.ledgerSince), until: new Date(window.until), of });
    await recordComparison(db, { sweepId: id, found, openBefore, at: new Date(clock.now()) });
    return { discrepancies: await countOpen(db), news: await countUnreported(db) };
  },
});

/** All differences, as sentences for staff. */
async function differences(db: Db, span: Span): Promise<Discrepancy[]> {
  return [
    ...(await strangeCharges(db, span)).map(strangeCharge),
    ...(await closedOrdersWithMoney(db, span)).map(closedWithMoney),
    ...(await amountsOff(db, span)).map(amountOff),
    ...(await disputesOff(db, span)).map(disputeOff),
    ...(await refundsOff(db, span)).map(refundOff),
    ...(await missingRefunds(db, span)).map(missingRefund),
    ...(await refundSumsOff(db, span)).map(refundSumOff),
    ...(await missingCharges(db, span)).map(missingCharge),
    ...(await payoutsOff(db)).map(payoutOff),
  ];
}
