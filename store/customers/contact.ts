import { whyNot } from '../../domain/actions';
import type { Address } from '../../domain/address';
import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';
import { changeOrder, isDigital, lockKnownOrder, NO_ATTENTION, readUnreached } from '../orders/records';
import { isErased } from './erased';

export interface ContactCorrection {
  sessionId: SessionId;
  /** Identifies the request: a repeat changes nothing. */
  key: string;
  /** Null: no change. */
  email: string | null;
  /** The whole address; null: no change. */
  address: Address | null;
  actor: string;
  at: Date;
}

/**
 * Corrects a customer's e-mail or postal address, under the order's lock, so that a parcel leaves either before or with
 * the new address. The correction stays, whatever Stripe says later. The timeline says what was corrected, not to what.
 * @returns why it is too late, in words; null if it was corrected
 */
export async function correctContact(
  db: Db,
  { sessionId, key, email, address, actor, at }: ContactCorrection,
): Promise<string | null> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if ((await tx.timelineEntry.count({ where: { sessionId, key } })) > 0) return null;
    const facts = {
      status: order.status,
      erased: await isErased(tx, sessionId),
      anythingShipped: order.items.some(({ shipped }) => shipped > 0),
      digital: isDigital(order.items),
      unreached: (await readUnreached(tx, sessionId))?.reason ?? null,
    };
    const refusal = whyNot('correct e-mail', facts) ?? (address && whyNot('correct address', facts));
    if (refusal !== null) return refusal;
    const corrected = {
      ...(email !== null && { email: email.toLowerCase(), emailByStaff: true }),
      ...(address && { address: { ...address }, addressByStaff: true }),
    };
    await tx.customer.upsert({ where: { sessionId }, create: { sessionId, ...corrected }, update: corrected });
    const what = [...(email === null ? [] : ['e-mail address']), ...(address ? ['postal address'] : [])];
    const message = `Corrected the ${what.join(' and the ')}`;
    // Says anew why the customer is not reached: no mail has reached the corrected address yet.
    const attention = order.attentionStep === 'contact' ? NO_ATTENTION : {};
    await changeOrder(tx, order, at, attention, { type: 'contact', message, actor, key });
    return null;
  });
}
