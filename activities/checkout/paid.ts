import type Stripe from 'stripe';
import { sessionId } from '../../domain/ids';
import type { KnownPayment } from '../../domain/order-snapshot';
import { amountsOf, type SessionFacts } from '../../domain/verdict';
import { voucherOf } from '../../domain/voucher';
import { type ConfirmedPayment, confirmPayment, keepUnpaid, type Payment } from '../../store/orders/payment';
import type { Deps } from '../deps';
import { customerOf, emailOf } from './customers';
import { type AskedCheckout, type FoundLine, paymentIntentOf, type Session } from './session';

/** A session as it was read: the object, the fields that decide, and what was requested. */
export interface ReadSession {
  session: Session;
  facts: SessionFacts & { lines: FoundLine[] };
  asked: AskedCheckout;
}

/**
 * Writes what Stripe says about the payment to the order: the amounts, the customer, and the shipping address. Safe to
 * repeat; an erased customer stays erased.
 * @returns since when it is processing, and what is known of the payment now
 */
export async function writePayment(
  { db, clock }: Deps,
  { session, facts, asked }: ReadSession,
  outcome: ConfirmedPayment['outcome'],
): Promise<{ processingSince: Date | null; payment: KnownPayment }> {
  const payment = paymentOf(session, facts);
  const { total, paymentIntentId } = payment;
  const { processingSince } = await confirmPayment(db, {
    ...{ sessionId: sessionId(session.id), outcome, payment },
    chosen: chosenAmounts(facts.lines, asked),
    customer: customerOf(session),
    at: new Date(clock.now()),
  });
  return { processingSince, payment: { total, ...(paymentIntentId !== null && { paymentIntentId }) } };
}

/**
 * Records that a delayed payment is on its way.
 * @returns the end of its stock's time, in milliseconds since the epoch, counted from when the payment was first seen;
 * and what is known of the payment now
 */
export async function writeProcessing(
  deps: Deps,
  read: ReadSession,
): Promise<{ stockUntil: number; payment: KnownPayment }> {
  const { processingSince, payment } = await writePayment(deps, read, 'processing');
  if (processingSince === null) throw new Error('a processing payment was written without its time');
  return { stockUntil: processingSince.getTime() + deps.env.ASYNC_PAYMENT_TTL_SECONDS * 1000, payment };
}

/** Records the shopper's address of a session that closed unpaid, and whether a card was declined. */
export async function writeClosed({ db, clock }: Deps, session: Session): Promise<void> {
  const declined = paymentIntentOf(session)?.last_payment_error != null;
  const email = emailOf(session);
  if (!declined && email === null) return;
  await keepUnpaid(db, { sessionId: sessionId(session.id), email, declined, at: new Date(clock.now()) });
}

function paymentOf(session: Session, facts: SessionFacts): Payment {
  const intent = paymentIntentOf(session);
  const { subtotal: _asked, ...amounts } = amountsOf(facts);
  const presentment = session.presentment_details;
  return {
    ...amounts,
    presentmentAmount: presentment?.presentment_amount ?? null,
    presentmentCurrency: presentment?.presentment_currency ?? null,
    paymentIntentId: intent?.id ?? null,
    chargeId: chargeIdOf(intent),
    voucher: voucherOf(intent?.next_action),
    captureBefore: captureBefore(intent),
  };
}

/**
 * The end of an authorisation that nobody has captured yet, after which Stripe cancels it: as Stripe says, else seven
 * days after it was given (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method). Null where nothing is to
 * be captured.
 */
export function captureBefore(intent: Stripe.PaymentIntent | null): Date | null {
  if (intent?.status !== 'requires_capture') return null;
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  const given = charge?.payment_method_details?.card?.capture_before;
  return new Date((given ?? (charge?.created ?? intent.created) + AUTHORIZED_SECONDS) * 1000);
}

const AUTHORIZED_SECONDS = 7 * 86_400;

/** The amount that the shopper chose for a pay-what-you-want product becomes the price of the item. */
const chosenAmounts = (lines: FoundLine[], asked: AskedCheckout): ConfirmedPayment['chosen'] =>
  asked.lines.flatMap(({ sku, minimum }) => {
    const line = minimum === null ? undefined : lines.find((one) => one.sku === sku);
    if (!line) return [];
    return [{ sku, unitAmount: Math.floor(line.amount_subtotal / line.quantity), total: line.amount_subtotal }];
  });

const chargeIdOf = (intent: Stripe.PaymentIntent | null): string | null => {
  const charge = intent?.latest_charge;
  return typeof charge === 'string' ? charge : (charge?.id ?? null);
};
