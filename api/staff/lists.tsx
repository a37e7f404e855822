import { z } from 'zod';
import { isSessionId } from '../../domain/ids';
import { ATTENTION_VIEW, LONG_DAYS } from '../../messages/views';
import { listUrl, type TemporalUi } from '../../platform/temporal-ui';
import type { Db } from '../../store/database';
import { countOrders, listByAttention, listOrders, type OrderFilter } from '../../store/orders/list';
import type { ApiDeps } from '../deps';
import { Cursor, firstOf, pageOf, placeIn, positionIn } from '../http/cursor';
import { type Route, route } from '../http/route';
import { counted, kept } from './counts';
import { OrderRow } from './order-row';
import { staffPage, staffProblemPage } from './page';
import { type StaffSessions, staffPath } from './session';

const PAGE = 50;

const DAY_MS = 86_400_000;

/**
 * What Temporal cannot list, because no search attribute says it, or because the run has ended. docs/deciding/0064
 * tells why the database does.
 * `filter` takes the time of now, in milliseconds since the epoch.
 */
const LISTS = {
  attention: { name: 'Needs attention', filter: () => ({ attention: true }) },
  free: { name: 'Free to be shipped', filter: () => ({ shipping: 'free' }) },
  stopped: { name: 'To be shipped, and stopped', filter: () => ({ shipping: 'stopped' }) },
  held: { name: 'On hold', filter: () => ({ held: true }) },
  returns: { name: 'Asks to return', filter: () => ({ returnRequested: true }) },
  shipped: {
    name: 'Shipped more than ten days ago',
    filter: (now) => ({ shippedBefore: new Date(now - LONG_DAYS * DAY_MS) }),
  },
} as const satisfies Record<string, { name: string; filter: (now: number) => OrderFilter }>;
type ListName = keyof typeof LISTS;
const LIST_NAMES = Object.keys(LISTS) as ListName[];

/** A list of orders, with how many are in it; null while the database does not say. */
export interface CountedList {
  list: ListName;
  name: string;
  count: number | null;
}

/** Counts what is in each list. Every process asks at most once in ten seconds, however many pages show them. */
export const listCounter = ({ db, clock }: Pick<ApiDeps, 'db' | 'clock'>): (() => Promise<CountedList[]>) =>
  kept(clock, (now) =>
    Promise.all(
      LIST_NAMES.map(async (list) => {
        const { name, filter } = LISTS[list];
        return { list, name, count: await counted(countOrders(db, filter(now))) };
      }),
    ),
  );

/** The lists of orders that the finder counts. */
export const staffListRoutes = (deps: ApiDeps, sessions: StaffSessions, ui: TemporalUi | null): Route[] => {
  const { env, db, clock } = deps;
  return [
    route({
      method: 'get',
      path: '/staff/orders',
      tag: 'Staff',
      summary: 'A list of orders, as a page',
      description:
        'For people, without JavaScript: what `GET /admin/orders` lists, newest first. What needs attention, by how long it does.',
      query: z.strictObject({ list: z.enum(LIST_NAMES), cursor: Cursor }),
      answers: { 200: { description: 'The page.', contentType: 'text/html' } },
      page: staffProblemPage(env),
      handle: async ({ query: { list, cursor }, actor, req }) => {
        const { name } = LISTS[list];
        const { shown, nextCursor } = await readPage(db, { list, cursor, now: clock.now() });
        const body = (
          <>
            <section>
              <h1>{name}</h1>
              {shown.length === 0 && <p>None now.</p>}
              <ul className="rows">
                {shown.map((order) => (
                  <OrderRow key={order.sessionId} order={order} env={env} ui={ui} />
                ))}
              </ul>
              {nextCursor && <a href={`${staffPath(env)}/orders?list=${list}&cursor=${nextCursor}`}>More orders</a>}
            </section>
            {list === 'attention' && <OfDisputes ui={ui} />}
            <p>
              <a href={staffPath(env)}>Back to the lists</a>
            </p>
          </>
        );
        const signedIn = { name: actor, formKey: sessions.formKey(req) };
        return { html: staffPage(env, { title: name, signedIn, body }) };
      },
    }),
  ];
};

async function readPage(db: Db, { list, cursor, now }: { list: ListName; cursor: string | undefined; now: number }) {
  const limit = PAGE + 1;
  if (list !== 'attention') {
    const filter = LISTS[list].filter(now);
    return pageOf(await listOrders(db, { filter, after: positionIn(cursor), limit }), PAGE);
  }
  const place = placeIn(cursor, isSessionId);
  const orders = await listByAttention(db, { after: place && { since: place.at, sessionId: place.id }, limit });
  return firstOf(orders, PAGE, ({ attention, createdAt, sessionId }) => ({
    at: attention?.since ?? createdAt,
    id: sessionId,
  }));
}

const OfDisputes = ({ ui }: { ui: TemporalUi | null }) => (
  <p className="hint">
    {'The longest waiting first. Disputes that wait for your answer are under Disputed. '}
    {ui === null ? 'The Temporal UI' : <a href={listUrl(ui, ATTENTION_VIEW)}>The Temporal UI</a>}
    {' lists both, but no order that has ended.'}
  </p>
);
