/** Vouchers: the payment page shows a number, with which the buyer pays in a shop or at a bank, days later or never. */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { randomText } from '../store/ids';
import { emit } from '../webhooks/events';
import type { World } from '../world';
import { type VoucherType, voucherOf } from './payment-methods';
import { schedule } from './schedule';
import type { Session } from './sessions';

const PAYABLE_FOR = 3 * 24 * 60 * 60;

/** Issues the voucher that the session offers. @throws Refusal when it offers none */
export function issueVoucher(world: World, session: Session, intent: Stripe.PaymentIntent): void {
  const type = voucherOf(session);
  if (type === undefined) throw invalid('This Checkout Session offers no voucher.', { param: 'method' });
  const url = `${world.publicUrl}/vouchers/${randomText(24)}`;
  const issued = world.store.paymentIntents.put({
    ...intent,
    status: 'requires_action',
    last_payment_error: null,
    next_action: NEXT_ACTION[type](url, world.clock.seconds() + PAYABLE_FOR),
  });
  schedule(world, session.id, 'voucher_expires', PAYABLE_FOR);
  emit(world, 'payment_intent.requires_action', issued);
}

/**
 * Each in the words of its own
 * (https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action).
 */
const NEXT_ACTION: Record<VoucherType, (url: string, until: number) => Stripe.PaymentIntent.NextAction> = {
  boleto: (url, expires_at) => ({
    type: 'boleto_display_details',
    boleto_display_details: {
      expires_at,
      hosted_voucher_url: url,
      number: '01010101010101010101010101010101010101010101010',
      pdf: `${url}/pdf`,
    },
  }),
  konbini: (url, expires_at) => ({
    type: 'konbini_display_details',
    konbini_display_details: {
      expires_at,
      hosted_voucher_url: url,
      stores: {
        familymart: { confirmation_number: '12345678901', payment_code: '123456' },
        lawson: { confirmation_number: '12345678901', payment_code: '123456' },
        ministop: { confirmation_number: '12345678901', payment_code: '123456' },
        seicomart: { confirmation_number: '12345678901', payment_code: '123456' },
      },
    },
  }),
  multibanco: (url, expires_at) => ({
    type: 'multibanco_display_details',
    multibanco_display_details: { entity: '11249', expires_at, hosted_voucher_url: url, reference: '123456789' },
  }),
  oxxo: (url, expires_after) => ({
    type: 'oxxo_display_details',
    oxxo_display_details: { expires_after, hosted_voucher_url: url, number: '012345678901234567890123456789' },
  }),
};
