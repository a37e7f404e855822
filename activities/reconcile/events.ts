import type Stripe from 'stripe';
import { inLists, isSubscribed, SUBSCRIBED_EVENTS, SUBSCRIBED_TYPES, type SubscribedEvent } from '../../domain/events';
import { isSessionId, type SessionId } from '../../domain/ids';
import { refundIsNews, type SweepWindow } from '../../domain/sweep';
import { expectList } from '../../platform/stripe';
import { type KnownObject, knownObjects, unpaidOrders } from '../../store/reconciliation/known';
import { idOf } from '../checkout/payment-owner';
import type { Session } from '../checkout/session';
import type { Deps } from '../deps';
import { eachApart } from './apart';
import { type Follower, followAgain } from './followers';
import { PAGE, type PageRead, type PageRequest, seconds } from './page';
import { repair } from './repairs';
import { differing, listed } from './sessions';

/** Activities that find events which no webhook delivered, or whose effect was lost. */
export const sweepEvents = (deps: Deps) => ({
  /**
   * Reads the lists of subscribed events, one page per call if more follow. One query compares a page. Events that the
   * database does not know are handled like webhooks.
   */
  async sweepEvents({ id, window, cursor }: PageRequest): Promise<PageRead> {
    const asked = listsOf(window);
    let [list, after] = cursorOf(cursor);
    let checked = 0;
    let woken = 0;
    for (; list < asked.length; list++) {
      const page = expectList(
        await deps.stripe.events.list({ ...asked[list], limit: PAGE, ...(after && { starting_after: after }) }),
      );
      checked += page.data.length;
      woken += await passOn(deps, id, page.data);
      const last = page.data.at(-1);
      if (page.has_more && last) return { checked, woken, cursor: `${list}:${last.id}` };
      after = null;
    }
    return { checked, woken, cursor: null };
  },
});

/** The lists that a sweep reads: events since the mark, and at times those that Stripe still fails to deliver. */
function listsOf({ eventsSince, undeliveredSince }: SweepWindow): Stripe.EventListParams[] {
  // A captured payment is in the list of sessions.
  const routed = SUBSCRIBED_TYPES.filter((type) => !['nobody', 'payment'].includes(SUBSCRIBED_EVENTS[type]));
  const types = inLists(routed);
  return [
    ...types.map((some) => ({ types: some, created: { gte: seconds(eventsSince) } })),
    ...(undeliveredSince === null
      ? []
      : types.map((some) => ({ types: some, created: { gte: seconds(undeliveredSince) }, delivery_success: false }))),
  ];
}

/** The current list, and the last event that was handled. */
function cursorOf(cursor: string | null): [number, string | null] {
  const [list, after] = (cursor ?? '0').split(':');
  return [Number(list), after ?? null];
}

/** What an event says about its object. The newest event of a page counts. */
interface Told {
  type: SubscribedEvent;
  objectId: string;
  mode: string | null;
  status: string | null;
  paymentIntentId: string | null;
  object: unknown;
}

/** The fields that the objects of subscribed events have in common. */
interface EventObject {
  object: string;
  id?: string;
  mode?: string;
  status?: string | null;
  open?: boolean;
  payment_intent?: string | { id: string } | null;
}

/** Handles events that the database does not know. Returns how many orders they concerned. */
async function passOn(deps: Deps, id: string, events: Stripe.Event[]): Promise<number> {
  const told = [...new Map(events.toReversed().flatMap((event) => entryOf(event))).values()];
  const orders = await passOnOrders(deps, id, told);
  return orders + (await passOnOthers(deps, id, told));
}

function entryOf({ type, account, data }: Stripe.Event): [string, Told][] {
  const object = data.object as EventObject;
  if (!isSubscribed(type) || account || !object.id) return [];
  const paymentIntent = object.object === 'payment_intent' ? object.id : idOf(object.payment_intent);
  const status = object.object === 'review' ? (object.open ? 'open' : 'closed') : (object.status ?? null);
  const told = { type, objectId: object.id, mode: object.mode ?? null, status, paymentIntentId: paymentIntent, object };
  // An event that brings money and one that says that none came are two facts about one session.
  return [[`${SUBSCRIBED_EVENTS[type]}/${object.id}`, told]];
}

/** Events of sessions: completed, paid later, failed, or expired. */
async function passOnOrders(deps: Deps, id: string, told: Told[]): Promise<number> {
  const of = (destination: 'order' | 'running-order') =>
    told.filter(({ type, objectId }) => SUBSCRIBED_EVENTS[type] === destination && isSessionId(objectId));
  const installation = await deps.installation();
  const complete = of('order').map(({ type, objectId, object }) => ({
    sessionId: objectId as SessionId,
    ...listed(object as Session, installation),
    ...(type === 'checkout.session.async_payment_failed' && { paid: false, failed: true }),
  }));
  const differences = await differing(deps, complete);
  await repair(deps, id, differences, ({ sessionId }) =>
    deps.starter.event(of('order').find(({ objectId }) => objectId === sessionId) as Told, { again: true }),
  );

  const expired = of('running-order').map(({ objectId }) => objectId);
  const open = await unpaidOrders(deps.db, expired);
  const closed = open.map((order) => ({ ...order, action: 'closed' as const }));
  await repair(deps, id, closed, ({ sessionId }) =>
    deps.starter.event(of('running-order').find(({ objectId }) => objectId === sessionId) as Told),
  );
  return differences.length + closed.length;
}

/** Events of refunds and disputes, and those that concern only staff. */
async function passOnOthers(deps: Deps, id: string, told: Told[]): Promise<number> {
  const others = told.filter(({ type }) => !SUBSCRIBED_EVENTS[type].endsWith('order'));
  const known = await knownObjects(deps.db, others);
  let orders = 0;
  const seen: Follower[] = [];
  await eachApart(deps, {
    items: others,
    referenceOf: ({ objectId }) => objectId,
    async work(event) {
      const row = known.get(event.objectId);
      if (!row) return;
      const destination = SUBSCRIBED_EVENTS[event.type];
      if (!isNews(event, row)) {
        if (row.order !== null) seen.push({ workflow: workflowOf(destination), id: event.objectId });
        return;
      }
      const action = ACTIONS[destination];
      if (action === undefined || row.order === null) await deps.starter.event(event);
      else {
        orders++;
        await repair(deps, id, [{ ...row.order, action }], () => deps.starter.event(event));
      }
    },
  });
  // What the database knows of may still be unfinished: its run may have died after it wrote, and before it told
  // anybody.
  await followAgain(deps, id, seen);
  return orders;
}

const workflowOf = (destination: string): Follower['workflow'] =>
  destination === 'refund' || destination === 'dispute' ? destination : 'notice';

const ACTIONS: Partial<Record<string, 'refund_recorded' | 'dispute_recorded'>> = {
  refund: 'refund_recorded',
  dispute: 'dispute_recorded',
};

/** Whether the event is new to the database. Events without an order of ours are left to webhooks. */
function isNews({ type, status }: Told, known: KnownObject): boolean {
  switch (SUBSCRIBED_EVENTS[type]) {
    case 'refund':
      return known.order !== null && refundIsNews(status, known.refund);
    case 'dispute':
      return known.order !== null && status !== known.dispute;
    case 'review':
      return known.notice === null ? known.order !== null : status === 'closed' && known.notice === 'open';
    case 'payout':
      return status !== known.payout;
    default:
      return known.notice === null && known.order !== null;
  }
}
