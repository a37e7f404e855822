import type { Db } from '../../../store/database';
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
} from '../../../store/reconciliation/differences';
import { countUnreported } from '../../../store/reconciliation/discrepancies';
import { keepEntries, readLedgerDays } from '../../../store/reconciliation/ledger';
import { payoutsToRead } from '../../../store/reconciliation/payouts';
import { readScope } from '../../../store/reconciliation/scope';
import { compare } from '../compare';
import { before, DAY, expect, HOUR, type Probe, type Visit } from './probe';

/** As much as a wide sweep compares. */
const spanOf = ({ shop }: Visit) => ({ since: before(shop.now, DAY + HOUR), until: shop.now });

/** What a sweep asks of the ledger. */
export const LEDGER: Probe[] = [
  {
    name: 'keep a page of entries',
    run: (db, { turn, at }) =>
      keepEntries(
        db,
        Array.from({ length: 100 }, (_, index) => ({
          ...{ id: `txn_visit_${turn}_${index}`, at, category: 'other' as const, type: 'adjustment', source: null },
          ...{ paymentIntentId: null, currency: 'eur', amount: 0, settledCurrency: 'eur', settled: 0, fee: 0 },
        })),
      ),
  },
  { name: 'payouts to read', run: (db, visit) => payoutsToRead(db, { ...spanOf(visit), all: true, limit: 50 }) },
  {
    name: 'compare 25 hours with the orders',
    run: async (db, visit) => {
      const { open, pages } = await compare(db, { id: visit.checkoutId, ...spanOf(visit) });
      expect(
        open === 0 && pages.length >= 5,
        `${open} differences on ${pages.length} pages of a history that is right`,
      );
    },
  },
  ...Object.entries({
    strangeCharges,
    closedOrdersWithMoney,
    amountsOff,
    disputesOff,
    refundsOff,
    refundSumsOff,
    ordersGivenTooMuch,
  }).map(([name, query]) => onPage(`a page of entries: ${name}`, null, query)),
  onPage('a page of orders: missingCharges', '[1]', missingCharges),
  onPage('a page of refunds: missingRefunds', '[2]', missingRefunds),
  { name: 'payouts that differ', run: async (db) => expect((await payoutsOff(db)).length === 0, 'none') },
  { name: 'count what is not reported', run: (db) => countUnreported(db) },
  {
    name: 'the sums of two days',
    run: async (db, { shop }) => expect((await readLedgerDays(db, shop.now)).length > 0, 'sums'),
  },
];

/** One question of a page: reading the page is part of it. */
function onPage(
  name: string,
  cursor: string | null,
  query: (db: Db, scope: Awaited<ReturnType<typeof readScope>>['scope']) => Promise<unknown[]>,
): Probe {
  return {
    name,
    run: async (db, visit) => {
      const { scope } = await readScope(db, spanOf(visit), cursor);
      expect(scope.entries.length + scope.orders.length + scope.refunds.length > 0, 'a page');
      expect((await query(db, scope)).length === 0, 'nothing that differs');
    },
  };
}
