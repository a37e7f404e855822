/**
 * What happens when the shopper presses Pay. The states are listed in `sessions.ts`; `bank.ts` has what the bank
 * decides later.
 */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { newId } from '../store/ids';
import type { Buyer, SessionDetail, StoredEvent } from '../store/records';
import { idOf } from '../store/store';
import { emit } from '../webhooks/events';
import type { World } from '../world';
import { authorize } from './captures';
import { cardOf, type Decline } from './cards';
import { keepCharge } from './charges';
import { applyChoices, type Choices } from './choices';
import { redeem } from './coupons';
import { createCustomer } from './customers';
import { withInvoice } from './invoices';
import { intentOf } from './payment-intents';
import { bankDebitOf, billingDetailsOf, delayedTypeOf, keepPaymentMethod } from './payment-methods';
import { schedule } from './schedule';
import { refuseTooSmall } from './session-create';
import { NO_CUSTOMER_DETAILS } from './session-object';
import type { Session } from './sessions';
import { totalsOf } from './totals';
import { issueVoucher } from './vouchers';

/** What the shopper filled in on the payment page. */
export interface Attempt extends Choices {
  buyer: Buyer;
}

export type Outcome =
  | { outcome: 'authenticate'; session: Session }
  | { outcome: 'complete'; session: Session; event: StoredEvent | null }
  | { outcome: 'declined'; session: Session; message: string };

/** The shopper presses Pay. @throws Refusal if the session is not open or the input is invalid */
export function pay(world: World, id: string, attempt: Attempt): Outcome {
  const { buyer } = attempt;
  const country = (buyer.shipping?.address ?? buyer.billingAddress)?.country ?? null;
  const { session, detail } = applyChoices(world, id, attempt, { buyer, country });
  const { total, lines } = totalsOf(world, detail);
  refuseTooSmall(total, lines);
  if (total === 0) return complete(world, session, detail, 'no_payment_required');

  const method = keepPaymentMethod(world, buyer, delayedTypeOf(session, buyer));
  const intent = world.store.paymentIntents.put({
    ...intentOf(world, session, total),
    payment_method: method.id,
    next_action: null,
    shipping: buyer.shipping && { ...buyer.shipping, carrier: null, phone: buyer.phone, tracking_number: null },
    ...(session.presentment_details && { presentment_details: session.presentment_details }),
  });
  const confirmed = world.store.sessions.patch(session.id, { payment_intent: intent.id });

  if (buyer.payWith === 'bank_debit') return startDebit(world, confirmed, detail, intent);
  if (buyer.payWith === 'voucher') {
    issueVoucher(world, confirmed, intent);
    return complete(world, confirmed, detail, 'unpaid');
  }
  const { onPay } = cardOf(buyer.payWith.card);
  if (onPay === 'pay') return succeed(world, confirmed, detail, intent);
  if (onPay === 'authenticate') return startAuthentication(world, confirmed, intent);
  return decline(world, confirmed, buyer, intent, onPay);
}

/** The payment succeeds. */
export function succeed(world: World, session: Session, detail: SessionDetail, intent: Stripe.PaymentIntent): Outcome {
  const buyer = detail.buyer as Buyer;
  if (intent.capture_method === 'manual' && session.status === 'open') {
    authorize(world, session, buyer, intent);
    return complete(world, session, detail, 'unpaid');
  }
  const charge = keepCharge(world, session, intent, buyer, 'succeeded');
  const paid = world.store.paymentIntents.put({
    ...intent,
    status: 'succeeded',
    amount_received: intent.amount,
    latest_charge: charge.id,
    last_payment_error: null,
    next_action: null,
  });
  const disputed = typeof buyer.payWith === 'string' ? undefined : cardOf(buyer.payWith.card).disputed;
  if (disputed !== undefined) schedule(world, charge.id, 'dispute', disputed.after);
  emit(world, 'charge.succeeded', charge);
  emit(world, 'payment_intent.succeeded', paid);
  if (session.status === 'open') return complete(world, session, detail, 'paid');
  // The session expired while the bank was asking: the money arrives all the same, and no session event reports it.
  const late = world.store.sessions.put({ ...session, payment_status: 'paid', ...buyerDetails(session, buyer) });
  return { outcome: 'complete', session: late, event: null };
}

function startDebit(world: World, session: Session, detail: SessionDetail, intent: Stripe.PaymentIntent): Outcome {
  if (bankDebitOf(session) === undefined)
    throw invalid('This Checkout Session offers no bank debit.', { param: 'method' });
  const charge = keepCharge(world, session, intent, detail.buyer as Buyer, 'pending');
  const processing = world.store.paymentIntents.put({
    ...intent,
    status: 'processing',
    latest_charge: charge.id,
    last_payment_error: null,
    processing: null,
  });
  emit(world, 'charge.pending', charge);
  emit(world, 'payment_intent.processing', processing);
  return complete(world, session, detail, 'unpaid');
}

function startAuthentication(world: World, session: Session, intent: Stripe.PaymentIntent): Outcome {
  const url = `${world.publicUrl}/pay/${session.id}/authenticate`;
  const asking = world.store.paymentIntents.put({
    ...intent,
    status: 'requires_action',
    next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: session.success_url, url } },
  });
  emit(world, 'payment_intent.requires_action', asking);
  return { outcome: 'authenticate', session };
}

function decline(world: World, session: Session, buyer: Buyer, intent: Stripe.PaymentIntent, why: Decline): Outcome {
  const charge = keepCharge(world, session, intent, buyer, why);
  emit(world, 'charge.failed', charge);
  failAttempt(
    world,
    { ...intent, latest_charge: charge.id },
    {
      charge: charge.id,
      code: why.code,
      ...(why.declineCode !== null && { decline_code: why.declineCode }),
      doc_url: `https://stripe.com/docs/error-codes/${why.code.replaceAll('_', '-')}`,
      message: why.message,
      type: 'card_error',
    },
  );
  return { outcome: 'declined', session, message: why.message };
}

/** An attempt to pay has failed: the PaymentIntent can take another payment method. */
export function failAttempt(
  world: World,
  intent: Stripe.PaymentIntent,
  error: Stripe.PaymentIntent.LastPaymentError,
): Stripe.PaymentIntent {
  const failed = world.store.paymentIntents.put({
    ...intent,
    status: 'requires_payment_method',
    next_action: null,
    processing: null,
    payment_method: null,
    last_payment_error: { ...error, ...methodOf(world, intent) },
  });
  emit(world, 'payment_intent.payment_failed', failed);
  return failed;
}

function complete(
  world: World,
  session: Session,
  detail: SessionDetail,
  payment_status: 'no_payment_required' | 'paid' | 'unpaid',
): Outcome {
  redeem(world, detail.discount);
  const kept = world.store.sessions.put({
    ...session,
    status: 'complete',
    payment_status,
    ...(session.mode === 'setup' && { setup_intent: newId('seti') }),
    url: null,
    customer: session.customer ?? customerOf(world, session, detail.buyer as Buyer),
    ...buyerDetails(session, detail.buyer as Buyer),
    ...(session.consent_collection?.terms_of_service === 'required' && {
      consent: { promotions: null, terms_of_service: 'accepted' },
    }),
  });
  const completed = payment_status === 'paid' ? withInvoice(world, kept) : kept;
  return { outcome: 'complete', session: completed, event: emit(world, 'checkout.session.completed', completed) };
}

/**
 * The id of a new customer if the session creates one for every buyer, or an invoice, which is somebody's; otherwise
 * null: the buyer stays a guest.
 */
function customerOf(world: World, session: Session, { email, name, phone }: Buyer): string | null {
  const needed = session.customer_creation === 'always' || session.invoice_creation?.enabled;
  return needed ? createCustomer(world, { email, name, phone }).id : null;
}

function buyerDetails(session: Session, buyer: Buyer): Pick<Session, 'collected_information' | 'customer_details'> {
  const { address, email, name, phone } = billingDetailsOf(buyer);
  return {
    customer_details: { ...NO_CUSTOMER_DETAILS, address: address ?? null, email, name, phone },
    collected_information: session.shipping_address_collection
      ? { business_name: null, individual_name: null, shipping_details: buyer.shipping }
      : session.collected_information,
  };
}

function methodOf({ store }: World, intent: Stripe.PaymentIntent): { payment_method?: Stripe.PaymentMethod } {
  const method = store.paymentMethods.get(idOf(intent.payment_method) ?? '');
  return method === undefined ? {} : { payment_method: method };
}
