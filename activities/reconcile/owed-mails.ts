import type { SessionId } from '../../domain/ids';
import { readFollowersOwing, readOwedMails } from '../../store/mails/owed';
import { ordersPaidSince, ordersReturnedSince, ordersUnpaidSince } from '../../store/reconciliation/unfinished';
import type { Deps } from '../deps';
import { eachApart } from './apart';
import { followAgain, followerOf } from './followers';
import type { PageRequest } from './page';
import { resumeOrders } from './repairs';

/** How long a run tries to send a mail. It can be lost at any time until then. */
const TRIED_MS = 86_400_000;
/** How many orders are compared with their mails at a time. */
const BATCH = 1_000;

/** Those of these orders that owe a mail: an order can end before its mails go out, and its run can die in between. */
export async function ordersOwing({ db }: Pick<Deps, 'db'>, orders: SessionId[]): Promise<SessionId[]> {
  const owing = new Set<SessionId>();
  for (let from = 0; from < orders.length; from += BATCH)
    for (const { sessionId } of await readOwedMails(db, orders.slice(from, from + BATCH))) owing.add(sessionId);
  return [...owing];
}

/**
 * Starts the runs again that owe a mail and that Temporal no longer knows, because its store was lost: of orders that
 * were paid or got goods back since the last sweep, and of refunds, disputes and notices since then. A wide sweep also
 * looks at the day before, for a mail may have been tried for that long, and at orders that ended unpaid. Returns how
 * many orders were started.
 */
export async function sendForgottenMails(
  deps: Deps,
  { id, window }: Pick<PageRequest, 'id' | 'window'>,
): Promise<number> {
  const since = new Date(window.wide ? window.runsSince - TRIED_MS : window.runsSince);
  const followers = await readFollowersOwing(deps.db, since);
  await followAgain(
    deps,
    id,
    followers.flatMap((one) => followerOf(one) ?? []),
  );
  const paid = await ordersPaidSince(deps.db, since);
  const returned = await ordersReturnedSince(deps.db, since);
  const unpaid = window.wide ? await ordersUnpaidSince(deps.db, since) : [];
  const orders = await ordersOwing(deps, [...new Set([...paid, ...returned, ...unpaid])]);
  return resumeOrders(deps, id, await forgotten(deps, orders));
}

/** The orders whose run Temporal does not know. */
async function forgotten(deps: Deps, orders: SessionId[]): Promise<SessionId[]> {
  const absent: SessionId[] = [];
  await eachApart(deps, {
    items: orders,
    referenceOf: String,
    async work(order) {
      if ((await deps.runs.stateOf(order)) === 'absent') absent.push(order);
    },
  });
  return absent;
}
