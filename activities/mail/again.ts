import type { SessionId } from '../../domain/ids';
import type { Resendable } from '../../domain/mail';
import { isReversed } from '../../domain/refund';
import { TEMPLATES } from '../../emails';
import { type OrderForMail, readOrderForMail } from '../../store/mails/order';
import { note } from '../../store/orders/records';
import type { Deps } from '../deps';
import type { MailRequest } from './request';

/** The result of a request to send a mail again. */
export type Again = { outcome: 'send'; mail: MailRequest } | { outcome: 'refused'; reason: string };

export interface MailAgain {
  sessionId: SessionId;
  template: Resendable;
  /** The key of the request by staff. Each key sends one mail. */
  key: string;
}

/** Activities that send a mail again, if a customer never got it or their address was corrected. */
export const emailAgain = (deps: Deps) => ({
  /** The mail that is meant, about the order as it is now, or why there is none. Adds the request to the timeline. */
  async pickMail({ sessionId, template, key }: MailAgain): Promise<Again> {
    const order = await readOrderForMail(deps.db, sessionId);
    if (!order) return { outcome: 'refused', reason: 'The order is not written yet' };
    const { title, audience } = TEMPLATES[template];
    const at = new Date(deps.clock.now());
    const found = MAKES_SENSE[template](order, at);
    if (!found)
      return { outcome: 'refused', reason: `${title}: it is not true of the order, which is ${order.status}` };
    if (audience === 'customer' && !order.customer?.email)
      return {
        outcome: 'refused',
        reason: order.customer?.erased ? 'The customer is erased' : 'No e-mail address is known',
      };
    const asked = { type: 'mail', message: `${title} asked for again`, actor: 'staff', key: `mail/again/${key}` };
    await note(deps.db, sessionId, at, asked);
    return { outcome: 'send', mail: { template, ...found, again: key } };
  },
});

/** The parcel or refund that a mail is about, which is the latest one; null if the mail would not be true now. */
type Which = (order: OrderForMail, now: Date) => Pick<MailRequest, 'ref'> | null;

const MAKES_SENSE: Record<Resendable, Which> = {
  order_confirmation: (order) => itself(isBought(order)),
  payment_processing: ({ paymentStatus }) => itself(paymentStatus === 'PROCESSING'),
  payment_failed: ({ paymentStatus }) => itself(paymentStatus === 'FAILED'),
  checkout_expired: ({ status, paymentStatus, recoverableUntil }, now) =>
    itself(status === 'EXPIRED' && paymentStatus === 'UNPAID' && recoverableUntil !== null && recoverableUntil > now),
  order_shipped: ({ shipments }) => about(shipments.at(-1)?.id),
  order_refunded: (order) => about(lastRefund(order, (status) => !isReversed(status))),
  refund_failed: (order) => about(lastRefund(order, isReversed)),
  order_received: (order) => itself(isBought(order)),
  attention_needed: ({ attention }) => itself(attention !== null),
};

const itself = (isTrue: boolean) => (isTrue ? {} : null);

const about = (ref: string | null | undefined) => (ref ? { ref } : null);

const isBought = ({ status }: OrderForMail): boolean =>
  status === 'PAID' || status === 'PREPARING' || status === 'SHIPPED' || status === 'COMPLETED';

/** Stripe's id of the latest refund. A refund that Stripe has not answered has no mail yet. */
const lastRefund = ({ refunds }: OrderForMail, is: (status: string) => boolean): string | null | undefined =>
  refunds.filter(({ stripeId, status }) => stripeId !== null && is(status)).at(-1)?.stripeId;
