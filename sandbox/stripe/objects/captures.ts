/** Manual capture: a card is only authorised when the shopper pays; somebody captures the money within seven days. */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import type { Buyer } from '../store/records';
import { idOf } from '../store/store';
import { emit } from '../webhooks/events';
import type { World } from '../world';
import { creditCharge } from './balance';
import { AUTHORIZED_FOR, keepCharge } from './charges';
import { withInvoice } from './invoices';
import { schedule } from './schedule';
import type { Session } from './sessions';

/** The bank holds the amount for the shop. */
export function authorize(world: World, session: Session, buyer: Buyer, intent: Stripe.PaymentIntent): void {
  const charge = keepCharge(world, session, intent, buyer, 'authorized');
  const held = world.store.paymentIntents.put({
    ...intent,
    status: 'requires_capture',
    amount_capturable: intent.amount,
    latest_charge: charge.id,
    last_payment_error: null,
    next_action: null,
  });
  schedule(world, held.id, 'authorization_lapses', AUTHORIZED_FOR);
  emit(world, 'charge.succeeded', charge);
  emit(world, 'payment_intent.amount_capturable_updated', held);
}

/** The shop takes the money that is held for it. @throws Refusal when none is */
export function captureIntent(world: World, intent: Stripe.PaymentIntent): Stripe.PaymentIntent {
  const held = world.store.charges.get(idOf(intent.latest_charge) ?? '');
  if (intent.status !== 'requires_capture' || held === undefined)
    throw invalid(
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
      { code: 'payment_intent_unexpected_state' },
    );
  const charge = world.store.charges.put({
    ...held,
    captured: true,
    amount_captured: held.amount,
    balance_transaction: creditCharge(world, held),
  });
  const paid = world.store.paymentIntents.put({
    ...intent,
    status: 'succeeded',
    amount_capturable: 0,
    amount_received: intent.amount,
  });
  for (const { id } of world.store.sessions.by('payment_intent', intent.id))
    withInvoice(world, world.store.sessions.patch(id, { payment_status: 'paid' }));
  emit(world, 'charge.captured', charge);
  emit(world, 'payment_intent.succeeded', paid);
  return paid;
}
