import { z } from 'zod';
import type { Address } from '../../../domain/address';
import { type ExportedOrder, exportOrders } from '../../../store/orders/export';
import type { ApiDeps } from '../../deps';
import { type Columns, sendCsv } from '../../http/csv';
import { type Route, route } from '../../http/route';
import { Period, periodOf } from '../fields';
import { Filters, filterOf } from './list';

const Asked = Filters.extend({
  ...Period,
  personal: z
    .enum(['true', ''])
    .optional()
    .meta({ description: 'Adds who bought, and where it is sent. Without it no column says who anybody is.' }),
});

/** `GET /admin/orders.csv` */
export const orderCsvRoutes = ({ tableDb, log }: Pick<ApiDeps, 'tableDb' | 'log'>): Route[] => [
  route({
    method: 'get',
    path: '/admin/orders.csv',
    tag: 'Staff',
    summary: 'Orders as a table for spreadsheets, newest first',
    description:
      'CSV (RFC 4180, UTF-8), streamed, with a row of names first. Amounts are in the smallest unit of `currency`. A text that a spreadsheet would take for a formula begins with an apostrophe. A table that breaks off is not complete: ask again.',
    query: Asked,
    answers: {
      200: {
        description: 'Every order that matches.',
        contentType: 'text/csv',
        headers: { 'Content-Disposition': 'The file name.' },
      },
    },
    handle: async ({ query: { personal, since, until, ...filters }, actor, req, res }) => {
      const asked = { filter: { ...filterOf(filters), ...periodOf({ since, until }) }, personal: personal === 'true' };
      if (asked.personal && req.method === 'GET') log.info({ actor }, 'orders were exported with personal data');
      const columns = asked.personal ? [...ORDER, ...CUSTOMER] : ORDER;
      return sendCsv(log, { req, res }, { filename: 'orders.csv', columns, pages: exportOrders(tableDb, asked) });
    },
  }),
];

const ORDER: Columns<ExportedOrder> = [
  ['number', ({ number }) => number],
  ['sessionId', ({ sessionId }) => sessionId],
  ['createdAt', ({ createdAt }) => createdAt],
  ['paidAt', ({ paidAt }) => paidAt],
  ['shippedAt', ({ shippedAt }) => shippedAt],
  ['status', ({ status }) => status],
  ['paymentStatus', ({ paymentStatus }) => paymentStatus],
  ['currency', ({ currency }) => currency],
  ['subtotal', ({ subtotal }) => subtotal],
  ['discount', ({ discount }) => discount],
  ['shipping', ({ shipping }) => shipping],
  ['tax', ({ tax }) => tax],
  ['taxIncluded', ({ taxIncluded }) => taxIncluded],
  ['total', ({ total }) => total],
  ['refunded', ({ refunded }) => refunded],
  ['lost', ({ lost }) => lost],
  ['items', ({ items }) => items.map(({ sku, quantity }) => `${quantity} ${sku}`).join('; ')],
  ['paymentIntentId', ({ paymentIntentId }) => paymentIntentId],
  ['attention', ({ attention }) => attention?.step ?? null],
  ['disputed', ({ disputed }) => disputed],
  ['hold', ({ hold }) => hold],
  ['withdrawn', ({ withdrawn }) => withdrawn],
  ['returnRequested', ({ returnRequested }) => returnRequested],
];

const inAddress = (field: keyof Address): Columns<ExportedOrder>[number] => [
  field,
  ({ customer }) => customer?.address?.[field] ?? null,
];

const CUSTOMER: Columns<ExportedOrder> = [
  ['email', ({ customer }) => customer?.email ?? null],
  ['name', ({ customer }) => customer?.name ?? null],
  ['userId', ({ customer }) => customer?.userId ?? null],
  ...(['line1', 'line2', 'city', 'state', 'postal_code', 'country'] as const).map(inAddress),
];
