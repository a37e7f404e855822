/** What the shopper's bank decides after Pay was pressed: about 3-D Secure at once, about a bank debit days later. */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { idOf } from '../store/store';
import { emit } from '../webhooks/events';
import type { World } from '../world';
import { creditCharge } from './balance';
import { chargeNamed } from './charges';
import { intentNamed } from './payment-intents';
import { methodOf, type Outcome, succeed } from './payments';
import { cancelIntent, detailOf, type Session, sessionNamed } from './sessions';

const NOT_AUTHENTICATED =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
const DEBIT_FAILED = 'The bank account has insufficient funds.';

/** The bank answers a 3-D Secure step under way, even if the session has expired meanwhile. */
export function authenticate(world: World, id: string, passed: boolean): Outcome {
  const session = sessionNamed(world, id);
  const intent = intentOfSession(world, session, 'requires_action');
  const detail = detailOf(world, id);
  if (passed) return succeed(world, session, detail, intent);
  const failed = world.store.paymentIntents.put({
    ...intent,
    status: 'requires_payment_method',
    next_action: null,
    payment_method: null,
    last_payment_error: {
      code: 'payment_intent_authentication_failure',
      doc_url: 'https://stripe.com/docs/error-codes/payment-intent-authentication-failure',
      message: NOT_AUTHENTICATED,
      type: 'invalid_request_error',
      ...methodOf(world, intent),
    },
  });
  emit(world, 'payment_intent.payment_failed', failed);
  if (session.status === 'expired') cancelIntent(world, failed);
  return { outcome: 'declined', session, message: NOT_AUTHENTICATED };
}

/** The money of the bank debit arrives, days later. */
export function settleDebit(world: World, id: string): Session {
  const session = sessionNamed(world, id);
  const intent = intentOfSession(world, session, 'processing');
  const pending = chargeNamed(world, idOf(intent.latest_charge) ?? '');
  const charge = world.store.charges.put({
    ...pending,
    status: 'succeeded',
    paid: true,
    balance_transaction: creditCharge(world, pending),
  });
  const paid = world.store.paymentIntents.put({
    ...intent,
    status: 'succeeded',
    amount_received: intent.amount,
    processing: null,
  });
  const settled = world.store.sessions.put({ ...session, payment_status: 'paid' });
  emit(world, 'charge.succeeded', charge);
  emit(world, 'payment_intent.succeeded', paid);
  emit(world, 'checkout.session.async_payment_succeeded', settled);
  return settled;
}

/** The bank refuses the debit, days later. */
export function failDebit(world: World, id: string): Session {
  const session = sessionNamed(world, id);
  const intent = intentOfSession(world, session, 'processing');
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
  const failed = world.store.paymentIntents.put({
    ...intent,
    status: 'requires_payment_method',
    processing: null,
    payment_method: null,
    last_payment_error: {
      charge: charge.id,
      code: 'payment_intent_payment_attempt_failed',
      message: DEBIT_FAILED,
      type: 'card_error',
      ...methodOf(world, intent),
    },
  });
  emit(world, 'charge.failed', charge);
  emit(world, 'payment_intent.payment_failed', failed);
  emit(world, 'checkout.session.async_payment_failed', session);
  return session;
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
