import { whyNot } from '../../domain/actions';
import type { SessionId } from '../../domain/ids';
import { firstKey, RETURN_REQUEST_MAILS, type Resendable } from '../../domain/mail';
import { type ParcelLine, type ReturnableItem, unitsInWords } from '../../domain/parcel';
import { type AskedReturn, type FollowedReturn, followed, returnable, whyNotAsked } from '../../domain/return-requests';
import { SHOPPER } from '../../domain/shopper-rules';
import type { OrderReturn, ReturnRequest } from '../../prisma/generated/client';
import { isErased } from '../customers/erased';
import type { Db, Tx } from '../database';
import { keepMailRequest } from '../mails/requests';
import { changeOrder, type LockedOrder, lockKnownOrder } from './records';

/** A request as the database's functions tell of it (`return_requests_of`). */
export interface RequestColumns {
  id: string;
  at: string;
  items: ParcelLine[];
  declined: boolean;
}

export const toAsked = (request: RequestColumns): AskedReturn => ({ ...request, at: Date.parse(request.at) });

/** A request with everything that is kept of it. */
export interface ReturnRequestView extends AskedReturn {
  /** As the shopper gave it; null if they gave none, or it is erased. */
  reason: string | null;
  answer: { at: Date; actor: string; note: string | null } | null;
}

/** What an order's rows say of its requests to return, oldest first. */
export function returnRequestsOf(order: {
  items: readonly ReturnableItem[];
  returns: readonly Pick<OrderReturn, 'at' | 'items'>[];
  returnRequests: readonly ReturnRequest[];
}): FollowedReturn<ReturnRequestView>[] {
  const returns = order.returns.map(({ at, items }) => ({ at: at.getTime(), items: items as ParcelLine[] }));
  return followed(order.returnRequests.map(toView), { items: order.items, returns });
}

const toView = ({ id, at, items, reason, ...row }: ReturnRequest): ReturnRequestView => ({
  ...{ id, at: at.getTime(), items: items as ParcelLine[], reason, declined: row.declinedAt !== null },
  answer:
    row.declinedAt && row.declinedBy !== null
      ? { at: row.declinedAt, actor: row.declinedBy, note: row.declinedNote }
      : null,
});

/** Oldest first, as `returnRequestsOf` wants them. */
export const IN_TIME = [{ at: 'asc' }, { id: 'asc' }] as const;

export interface NewReturnRequest {
  sessionId: SessionId;
  /** Made with the form: the same id again is the same request. */
  id: string;
  items: ParcelLine[];
  reason: string | null;
  at: Date;
}

/** A mail that is due now. */
export interface DueMail {
  template: Resendable;
  /** Of its request. */
  key: string;
}

/** What came of a request, and the mails that are due for it. A repeat is due none. */
export type ReturnAsked = { outcome: 'recorded'; mails: DueMail[] } | { outcome: 'refused'; reason: string };

/**
 * Records what the shopper wants to return, before they hear so, in one transaction under the order's lock: the request
 * and the mails that are due. Nothing else follows by itself.
 */
export async function recordReturnRequest(db: Db, asked: NewReturnRequest): Promise<ReturnAsked> {
  const { sessionId, id, items, at } = asked;
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const requests = await requestsOf(tx, order);
    if (requests.some((one) => one.id === id)) return { outcome: 'recorded', mails: [] };
    const left = returnable(order.items, requests);
    const { status, withdrawn } = order;
    const erased = await isErased(tx, sessionId);
    const facts = { status, withdrawn, erased, nothingToAsk: left.length === 0 };
    const refusal = whyNot('ask to return as the shopper', facts) ?? whyNotAsked(left, items);
    if (refusal !== null) return { outcome: 'refused', reason: refusal };
    await tx.returnRequest.create({ data: { sessionId, id, at, items: [...items], reason: asked.reason } });
    const units = unitsInWords(items);
    const message = `The customer asks to return ${units}`;
    await changeOrder(tx, order, at, {}, { type: 'return', message, actor: SHOPPER, key: `return-request/${id}` });
    return { outcome: 'recorded', mails: await keepMails(tx, RETURN_REQUEST_MAILS, { sessionId, id, at }) };
  });
}

export interface Declining {
  sessionId: SessionId;
  id: string;
  /** What the customer is told. */
  note: string;
  actor: string;
  at: Date;
}

/**
 * Records that staff do not take back what the shopper asked to return, and the mail that tells them. The same note
 * again is a repeat. Null: the order has no such request.
 */
export async function declineReturnRequest(
  db: Db,
  { sessionId, id, note, actor, at }: Declining,
): Promise<ReturnAsked | null> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const request = (await requestsOf(tx, order)).find((one) => one.id === id);
    if (request === undefined) return null;
    if (request.answer?.note === note) return { outcome: 'recorded', mails: [] };
    const erased = await isErased(tx, sessionId);
    const refusal = whyNot('decline a return', { status: order.status, erased, returnRequest: request.state });
    if (refusal !== null) return { outcome: 'refused', reason: refusal };
    const where = { sessionId_id: { sessionId, id } };
    await tx.returnRequest.update({ where, data: { declinedAt: at, declinedBy: actor, declinedNote: note } });
    const units = unitsInWords(request.awaited);
    const event = { type: 'return', message: `Declined to take back ${units}`, actor, note };
    await changeOrder(tx, order, at, {}, { ...event, key: `return-request/${id}/declined` });
    return { outcome: 'recorded', mails: await keepMails(tx, ['return_request_declined'], { sessionId, id, at }) };
  });
}

async function requestsOf(tx: Tx, { sessionId, items }: LockedOrder): Promise<FollowedReturn<ReturnRequestView>[]> {
  const returnRequests = await tx.returnRequest.findMany({ where: { sessionId }, orderBy: [...IN_TIME] });
  const returns = await tx.orderReturn.findMany({ where: { sessionId }, orderBy: [...IN_TIME] });
  return returnRequestsOf({ items, returns, returnRequests });
}

async function keepMails(
  tx: Tx,
  templates: readonly Resendable[],
  { sessionId, id, at }: { sessionId: SessionId; id: string; at: Date },
): Promise<DueMail[]> {
  const mails = templates.map((template) => ({ template, key: firstKey(template, id) }));
  for (const mail of mails) await keepMailRequest(tx, { ...mail, sessionId, ref: id, at });
  return mails;
}

/** Removes what shopper and staff wrote from an order's requests. */
export async function forgetReturnRequests(tx: Tx, sessionId: SessionId): Promise<void> {
  await tx.returnRequest.updateMany({ where: { sessionId }, data: { reason: null, declinedNote: null } });
}
