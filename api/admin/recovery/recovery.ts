import { z } from 'zod';
import { type CartCount, countRecovery } from '../../../store/orders/recovery-counts';
import type { ApiDeps } from '../../deps';
import { invalid } from '../../http/parse';
import { type Route, route } from '../../http/route';
import { Money, money, Timestamp, timestamp } from '../../http/schemas';

const DAY_MS = 86_400_000;
/** What is counted where nothing is said, and at most. */
const USUAL_DAYS = 30;
const MOST_DAYS = 366;

const time = z.iso.datetime({ offset: true });
const Query = z.strictObject({
  from: time.optional().meta({ description: `RFC 3339. Default: ${USUAL_DAYS} days before \`to\`.` }),
  to: time.optional().meta({ description: 'RFC 3339, not included. Default: now.' }),
});

const Carts = z.strictObject({
  count: z.int(),
  amounts: z.array(Money).meta({ description: 'One for each currency.' }),
});

const Recovery = z
  .strictObject({
    from: Timestamp,
    to: Timestamp,
    abandoned: Carts.meta({
      description:
        'Checkouts begun in this time whose hold ended unpaid. Those that the shopper gave up are not among them.',
    }),
    mailed: Carts.meta({ description: 'Carts about which a mail was sent in this time.' }),
    recovered: Carts.meta({
      description:
        'Carts whose recovery link, in the mail or on the order’s page, led to a checkout in this time that was paid; the amounts are what was paid.',
    }),
  })
  .meta({ id: 'Recovery' });

/** `GET /admin/recovery`: whether reminding shoppers of their carts is worth it. */
export const recoveryRoutes = ({ db, clock }: Pick<ApiDeps, 'db' | 'clock'>): Route[] => [
  route({
    method: 'get',
    path: '/admin/recovery',
    tag: 'Staff',
    summary: 'How many carts were abandoned, reminded of and recovered',
    description: `Each counts what happened in this time, at most ${MOST_DAYS} days: a cart may be abandoned in one and recovered in the next.`,
    query: Query,
    answers: { 200: { description: 'The counts, with amounts by currency.', schema: Recovery } },
    handle: async ({ query }) => {
      const period = periodOf(query, clock.now());
      const { abandoned, mailed, recovered } = await countRecovery(db, period);
      return {
        body: {
          ...{ from: timestamp(period.from), to: timestamp(period.to) },
          ...{ abandoned: cartsOf(abandoned), mailed: cartsOf(mailed), recovered: cartsOf(recovered) },
        },
      };
    },
  }),
];

function periodOf(query: z.output<typeof Query>, now: number): { from: Date; to: Date } {
  const to = query.to === undefined ? new Date(now) : new Date(query.to);
  const from = query.from === undefined ? new Date(to.getTime() - USUAL_DAYS * DAY_MS) : new Date(query.from);
  const days = (to.getTime() - from.getTime()) / DAY_MS;
  if (days <= 0) throw invalid([{ path: 'from', message: 'must be before `to`' }]);
  if (days > MOST_DAYS) throw invalid([{ path: 'from', message: `must be at most ${MOST_DAYS} days before \`to\`` }]);
  return { from, to };
}

const cartsOf = (counts: CartCount[]): z.input<typeof Carts> => ({
  count: counts.reduce((sum, { count }) => sum + count, 0),
  amounts: counts.map(({ amount, currency }) => money(amount, currency)),
});
