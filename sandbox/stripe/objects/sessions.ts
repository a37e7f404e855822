/**
 * Checkout Sessions. The states a session can be in, and what moves it there (nothing else does):
 *
 * | status   | payment_status      | PaymentIntent                      | caused by                                  |
 * | -------- | ------------------- | ---------------------------------- | ------------------------------------------ |
 * | open     | unpaid              | none                               | create                                     |
 * | open     | unpaid              | requires_payment_method (declined) | Pay, declined; 3-D Secure failed           |
 * | open     | unpaid              | requires_action                    | Pay with a card that needs 3-D Secure      |
 * | complete | paid                | succeeded                          | Pay; 3-D Secure passed                     |
 * | complete | no_payment_required | none                               | Pay when the total is 0                    |
 * | complete | unpaid              | processing                         | Pay by bank debit                          |
 * | complete | paid                | succeeded                          | the debit settles                          |
 * | complete | unpaid              | requires_payment_method            | the debit fails; the voucher expires       |
 * | complete | unpaid              | requires_action                    | Pay by voucher, which nobody has paid yet  |
 * | complete | unpaid              | requires_capture                   | Pay by card, with manual capture           |
 * | complete | unpaid              | canceled                           | no capture in seven days, or a cancel      |
 * | complete | no_payment_required | none, as it takes no payment       | the same page, in setup mode               |
 * | expired  | unpaid              | none, or canceled                  | its time, or an expire request, while open |
 * | expired  | unpaid              | requires_action                    | the same, while 3-D Secure is under way    |
 * | expired  | unpaid / paid       | canceled / succeeded               | that 3-D Secure then fails / passes        |
 *
 * Stripe does not document the last two rows; here the test decides. `payments.ts` has what Pay does, `bank.ts` what
 * the bank does.
 */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { newId, newSessionId, randomText } from '../store/ids';
import type { SessionDetail } from '../store/records';
import { idOf } from '../store/store';
import { emit } from '../webhooks/events';
import type { World } from '../world';
import { totalsOf } from './totals';

const DAY = 24 * 60 * 60;
const RECOVERABLE_FOR = 30 * DAY;

export type Session = Stripe.Checkout.Session;

export function sessionNamed({ store }: World, id: string): Session {
  const session = store.sessions.get(id);
  if (session === undefined) throw noSuch('checkout.session', id);
  return session;
}

export function detailOf({ store }: World, id: string): SessionDetail {
  const detail = store.sessionDetails.get(id);
  if (detail === undefined) throw new Error(`session ${id} has no detail`);
  return detail;
}

/** Stores a session and its detail, with the totals that follow from the detail. */
export function keepSession(world: World, session: Session, detail: SessionDetail): Session {
  const totals = totalsOf(world, detail);
  world.store.sessionDetails.put({ ...detail, lines: totals.lines });
  return world.store.sessions.put({
    ...session,
    ...(session.mode === 'payment' && { amount_subtotal: totals.subtotal, amount_total: totals.total }),
    shipping_cost: totals.shippingCost,
    total_details:
      session.mode === 'setup'
        ? null
        : { amount_discount: totals.discount, amount_shipping: totals.shipping, amount_tax: totals.tax },
  });
}

/** Makes a session expire by itself when its time is up. */
export function watchExpiry(world: World, { id, expires_at }: Session): void {
  world.clock.at(expires_at * 1000, () => {
    if (world.store.sessions.get(id)?.status === 'open') world.store.transaction(() => expireSession(world, id));
  });
}

/** @throws Refusal in Stripe's words unless it is open */
export function expireSession(world: World, id: string): Session {
  const session = sessionNamed(world, id);
  if (session.status !== 'open')
    throw invalid(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    );
  const intent = world.store.paymentIntents.get(idOf(session.payment_intent) ?? '');
  if (intent !== undefined && intent.status !== 'requires_action') cancelIntent(world, intent);
  const expired = world.store.sessions.put({
    ...session,
    status: 'expired',
    url: null,
    ...offerRecovery(world, session),
  });
  emit(world, 'checkout.session.expired', expired);
  return expired;
}

export function cancelIntent(world: World, intent: Stripe.PaymentIntent): void {
  const canceled = world.store.paymentIntents.put({
    ...intent,
    status: 'canceled',
    canceled_at: world.clock.seconds(),
    cancellation_reason: 'automatic',
    next_action: null,
  });
  emit(world, 'payment_intent.canceled', canceled);
}

/** A copy of an expired session, opened at its recovery address: a new session that the shop did not create. */
export function recoverSession(world: World, token: string): Session | null {
  const [detail] = world.store.sessionDetails.by('recovery', token);
  if (detail === undefined) return null;
  const expired = sessionNamed(world, detail.id);
  const until = expired.after_expiration?.recovery?.expires_at ?? 0;
  if (until < world.clock.seconds()) return null;
  const id = newSessionId();
  const created = world.clock.seconds();
  const copy: Session = {
    ...expired,
    id,
    created,
    expires_at: created + DAY,
    status: 'open',
    payment_status: 'unpaid',
    payment_intent: null,
    recovered_from: expired.id,
    url: payAddress(world, id),
    after_expiration: expired.after_expiration && {
      recovery: expired.after_expiration.recovery && {
        ...expired.after_expiration.recovery,
        expires_at: null,
        url: null,
      },
    },
  };
  const lines = detail.lines.map((line) => ({ ...line, id: newId('li') }));
  const kept = keepSession(world, copy, { ...detail, id, lines, recovery: null, buyer: null });
  world.store.afterwards(() => watchExpiry(world, kept));
  return kept;
}

export const payAddress = (world: World, id: string): string => `${world.publicUrl}/pay/${id}`;

/** Where the shopper goes after paying. */
export const successAddress = ({ id, success_url }: Session): string => withSessionId(success_url ?? '', id);

/** Where the shopper goes after turning back, or null if the session names no such place. */
export const cancelAddress = ({ id, cancel_url }: Session): string | null =>
  cancel_url && withSessionId(cancel_url, id);

const withSessionId = (url: string, id: string): string => url.replaceAll('{CHECKOUT_SESSION_ID}', id);

function offerRecovery(world: World, session: Session): Pick<Session, 'after_expiration'> {
  const recovery = session.after_expiration?.recovery;
  if (!recovery?.enabled) return { after_expiration: session.after_expiration };
  const token = randomText(32);
  world.store.sessionDetails.patch(session.id, { recovery: { token } });
  const url = `${world.publicUrl}/recover/${token}`;
  return { after_expiration: { recovery: { ...recovery, url, expires_at: world.clock.seconds() + RECOVERABLE_FOR } } };
}
