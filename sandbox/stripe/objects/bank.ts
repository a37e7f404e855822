/**
 * What the shopper's bank decides after Pay was pressed: about 3-D Secure at once, about a bank debit days later; and
 * whether a voucher is paid.
 */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import type { Buyer } from '../store/records';
import { idOf } from '../store/store';
import { emit } from '../webhooks/events';
import type { World } from '../world';
import { creditCharge } from './balance';
import { chargeNamed, keepCharge } from './charges';
import { withInvoice } from './invoices';
import { intentNamed } from './payment-intents';
import { failAttempt, type Outcome, succeed } from './payments';
import { cancelIntent, detailOf, type Session, sessionNamed } from './sessions';

const NOT_AUTHENTICATED =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
const DEBIT_FAILED = 'The bank account has insufficient funds.';
const VOUCHER_EXPIRED = 'The voucher was not paid before it expired.';

/** The bank answers a 3-D Secure step under way, even if the session has expired meanwhile. */
export function authenticate(world: World, id: string, passed: boolean): Outcome {
  const session = sessionNamed(world, id);
  const intent = intentOfSession(world, session, 'requires_action');
  if (session.status === 'complete') throw invalid('This Checkout Session waits for a voucher, not for 3-D Secure.');
  const detail = detailOf(world, id);
  if (passed) return succeed(world, session, detail, intent);
  const failed = failAttempt(world, intent, {
    code: 'payment_intent_authentication_failure',
    doc_url: 'https://stripe.com/docs/error-codes/payment-intent-authentication-failure',
    message: NOT_AUTHENTICATED,
    type: 'invalid_request_error',
  });
  if (session.status === 'expired') cancelIntent(world, failed);
  return { outcome: 'declined', session, message: NOT_AUTHENTICATED };
}

/** The money of the bank debit or the voucher arrives, days later. */
export function settleDelayed(world: World, id: string): Session {
  const session = sessionNamed(world, id);
  const intent = delayedIntentOf(world, session);
  const charge = arrived(world, session, intent);
  const paid = world.store.paymentIntents.put({
    ...intent,
    status: 'succeeded',
    amount_received: intent.amount,
    latest_charge: charge.id,
    next_action: null,
    processing: null,
  });
  const settled = withInvoice(world, world.store.sessions.put({ ...session, payment_status: 'paid' }));
  emit(world, 'charge.succeeded', charge);
  emit(world, 'payment_intent.succeeded', paid);
  emit(world, 'checkout.session.async_payment_succeeded', settled);
  return settled;
}

/** A debit has a charge since Pay was pressed; a voucher gets one when it is paid. */
function arrived(world: World, session: Session, intent: Stripe.PaymentIntent): Stripe.Charge {
  const pending = world.store.charges.get(idOf(intent.latest_charge) ?? '');
  if (pending === undefined)
    return keepCharge(world, session, intent, detailOf(world, session.id).buyer as Buyer, 'succeeded');
  const balance_transaction = creditCharge(world, pending);
  return world.store.charges.put({ ...pending, status: 'succeeded', paid: true, balance_transaction });
}

/** The bank refuses the debit, days later, or the voucher expires. */
export function failDelayed(world: World, id: string): Session {
  const session = sessionNamed(world, id);
  const intent = delayedIntentOf(world, session);
  if (intent.status === 'processing') refuseDebit(world, intent);
  else
    failAttempt(world, intent, {
      code: 'payment_intent_payment_attempt_expired',
      message: VOUCHER_EXPIRED,
      type: 'invalid_request_error',
    });
  emit(world, 'checkout.session.async_payment_failed', session);
  return session;
}

function refuseDebit(world: World, intent: Stripe.PaymentIntent): void {
  const pending = chargeNamed(world, idOf(intent.latest_charge) ?? '');
  const charge = world.store.charges.put({
    ...pending,
    status: 'failed',
    paid: false,
    amount_captured: 0,
    captured: false,
    failure_code: 'insufficient_funds',
    failure_message: DEBIT_FAILED,
  });
  emit(world, 'charge.failed', charge);
  failAttempt(world, intent, {
    charge: charge.id,
    code: 'payment_intent_payment_attempt_failed',
    message: DEBIT_FAILED,
    type: 'card_error',
  });
}

/** The PaymentIntent of a debit on its way, or of a voucher that was issued. */
function delayedIntentOf(world: World, session: Session): Stripe.PaymentIntent {
  const voucher = detailOf(world, session.id).buyer?.payWith === 'voucher';
  return intentOfSession(world, session, voucher ? 'requires_action' : 'processing');
}

function intentOfSession(
  world: World,
  session: Session,
  status: 'processing' | 'requires_action',
): Stripe.PaymentIntent {
  const id = idOf(session.payment_intent);
  const intent = id === null ? undefined : intentNamed(world, id);
  if (intent?.status !== status)
    throw invalid(`This Checkout Session's PaymentIntent is \`${intent?.status ?? null}\`, not \`${status}\`.`);
  return intent;
}
