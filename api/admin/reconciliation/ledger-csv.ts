import { z } from 'zod';
import { type ExportedEntry, exportLedger } from '../../../store/reconciliation/export';
import type { ApiDeps } from '../../deps';
import { type Columns, sendCsv } from '../../http/csv';
import { type Route, route } from '../../http/route';
import { Period, periodOf } from '../fields';

/** `GET /admin/ledger.csv` */
export const ledgerCsvRoutes = ({ tableDb, log }: Pick<ApiDeps, 'tableDb' | 'log'>): Route[] => [
  route({
    method: 'get',
    path: '/admin/ledger.csv',
    tag: 'Staff',
    summary: 'Stripe’s balance transactions with their orders, as a table for spreadsheets, oldest first',
    description:
      'As the sweeps have recorded them. CSV as of `/admin/orders.csv`. `amount` is in `currency`, what was charged, refunded or disputed; `settled` and `fee` are in `settledCurrency`, the balance’s own. Money that leaves is negative. What was settled elsewhere never moved at Stripe and is not here.',
    query: z.strictObject(Period),
    answers: {
      200: {
        description: 'Every balance transaction of the period.',
        contentType: 'text/csv',
        headers: { 'Content-Disposition': 'The file name.' },
      },
    },
    handle: async ({ query, req, res }) => {
      const pages = exportLedger(tableDb, periodOf(query));
      return sendCsv(log, { req, res }, { filename: 'ledger.csv', columns: COLUMNS, pages });
    },
  }),
];

const COLUMNS: Columns<ExportedEntry> = [
  ['id', ({ id }) => id],
  ['at', ({ at }) => at],
  ['category', ({ category }) => category],
  ['type', ({ type }) => type],
  ['source', ({ source }) => source],
  ['paymentIntentId', ({ paymentIntentId }) => paymentIntentId],
  ['sessionId', ({ sessionId }) => sessionId],
  ['number', ({ number }) => number],
  ['currency', ({ currency }) => currency],
  ['amount', ({ amount }) => amount],
  ['settledCurrency', ({ settledCurrency }) => settledCurrency],
  ['settled', ({ settled }) => settled],
  ['fee', ({ fee }) => fee],
];
