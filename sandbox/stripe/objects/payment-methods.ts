/** How a shopper pays: by card, or by the currency's bank debit or voucher, which settle days later. */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { newId, randomText } from '../store/ids';
import type { Buyer } from '../store/records';
import type { World } from '../world';
import { cardOf } from './cards';

type BankDebit = 'acss_debit' | 'au_becs_debit' | 'bacs_debit' | 'sepa_debit' | 'us_bank_account';

const BANK_DEBITS: Record<string, BankDebit> = {
  aud: 'au_becs_debit',
  cad: 'acss_debit',
  eur: 'sepa_debit',
  gbp: 'bacs_debit',
  usd: 'us_bank_account',
};

/** What is paid in cash or by a transfer, with a number from the payment page. */
export type VoucherType = 'boleto' | 'konbini' | 'multibanco' | 'oxxo';

const VOUCHERS: Record<string, VoucherType> = { brl: 'boleto', eur: 'multibanco', jpy: 'konbini', mxn: 'oxxo' };

/**
 * The payment methods a session offers: cards, the currency's bank debit and its voucher, narrowed by the request. The
 * voucher in euros is Portuguese, and offered only where the request allows it.
 */
export function paymentMethodTypesOf(
  currency: string,
  allowed: string[] | undefined,
  excluded: string[] = [],
): string[] {
  const debit = BANK_DEBITS[currency];
  const voucher = VOUCHERS[currency];
  const offered = ['card', debit, currency !== 'eur' || allowed?.includes('multibanco') ? voucher : undefined].filter(
    (type) => type !== undefined,
  );
  const types = offered.filter((type) => (allowed === undefined || allowed.includes(type)) && !excluded.includes(type));
  if (types.length === 0)
    throw invalid('No valid payment method types for this Checkout Session.', {
      param: 'allowed_payment_method_types',
    });
  return types;
}

type Offers = Pick<Stripe.Checkout.Session, 'payment_method_types'>;

export const bankDebitOf = (session: Offers): BankDebit | undefined =>
  Object.values(BANK_DEBITS).find((type) => session.payment_method_types.includes(type));

export const voucherOf = (session: Offers): VoucherType | undefined =>
  Object.values(VOUCHERS).find((type) => session.payment_method_types.includes(type));

/** The type of a payment that is not by card. */
export const delayedTypeOf = (session: Offers, { payWith }: Buyer): string | undefined =>
  payWith === 'voucher' ? voucherOf(session) : bankDebitOf(session);

export function keepPaymentMethod(world: World, buyer: Buyer, delayed: string | undefined): Stripe.PaymentMethod {
  return world.store.paymentMethods.put({
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'limited',
    billing_details: billingDetailsOf(buyer),
    created: world.clock.seconds(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    ...(typeof buyer.payWith === 'string'
      ? { type: delayed ?? '' }
      : { type: 'card', card: cardDetails(buyer.payWith) }),
  });
}

export const billingDetailsOf = (buyer: Buyer): Stripe.Charge.BillingDetails => ({
  address: buyer.billingAddress ?? {
    city: null,
    country: null,
    line1: null,
    line2: null,
    postal_code: null,
    state: null,
  },
  email: buyer.email,
  name: buyer.name,
  phone: buyer.phone,
  tax_id: null,
});

/** A charge's `payment_method_details`. `captureBefore` is set, in seconds, where it was only authorised. */
export function chargedWith(
  buyer: Buyer,
  amount: number,
  delayed: string | undefined,
  captureBefore?: number,
): Stripe.Charge.PaymentMethodDetails {
  if (buyer.payWith === 'voucher') return { type: delayed ?? '' };
  if (buyer.payWith === 'bank_debit') {
    const type = delayed ?? '';
    return { type, [type]: { country: 'DE', fingerprint: randomText(16), last4: '3000', mandate: newId('mandate') } };
  }
  const { brand, checks, country, exp_month, exp_year, fingerprint, funding, last4 } = cardDetails(buyer.payWith);
  return {
    type: 'card',
    card: {
      amount_authorized: amount,
      authorization_code: null,
      brand,
      ...(captureBefore !== undefined && { capture_before: captureBefore }),
      checks,
      country,
      electronic_commerce_indicator: null,
      exp_month,
      exp_year,
      fingerprint: fingerprint ?? null,
      funding,
      installments: null,
      last4,
      mandate: null,
      network: brand,
      network_transaction_id: null,
      regulated_status: 'unregulated',
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}

function cardDetails({ card, expiryMonth, expiryYear }: Exclude<Buyer['payWith'], string>): Stripe.PaymentMethod.Card {
  const { brand, number } = cardOf(card);
  return {
    brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    display_brand: brand,
    exp_month: expiryMonth,
    exp_year: expiryYear,
    fingerprint: `Sandbox${number.slice(-9)}`,
    funding: 'credit',
    generated_from: null,
    last4: number.slice(-4),
    networks: { available: [brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}
