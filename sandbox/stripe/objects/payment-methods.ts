/** How a shopper pays: by card, or by the bank debit of the currency, which settles days later. */
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

/** The payment methods a session offers: cards and the currency's bank debit, narrowed by the request. */
export function paymentMethodTypesOf(
  currency: string,
  allowed: string[] | undefined,
  excluded: string[] = [],
): string[] {
  const debit = BANK_DEBITS[currency];
  const offered = ['card', ...(debit === undefined ? [] : [debit])];
  const types = offered.filter((type) => (allowed === undefined || allowed.includes(type)) && !excluded.includes(type));
  if (types.length === 0)
    throw invalid('No valid payment method types for this Checkout Session.', {
      param: 'allowed_payment_method_types',
    });
  return types;
}

export const bankDebitOf = (session: { payment_method_types: string[] }): string | undefined =>
  session.payment_method_types.find((type) => type !== 'card');

export function keepPaymentMethod(world: World, buyer: Buyer, bankDebit: string | undefined): Stripe.PaymentMethod {
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
    ...(buyer.payWith === 'bank_debit'
      ? { type: bankDebit ?? '' }
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

/** A charge's `payment_method_details`. */
export function chargedWith(
  buyer: Buyer,
  amount: number,
  bankDebit: string | undefined,
): Stripe.Charge.PaymentMethodDetails {
  if (buyer.payWith === 'bank_debit') {
    const type = bankDebit ?? '';
    return { type, [type]: { country: 'DE', fingerprint: randomText(16), last4: '3000', mandate: newId('mandate') } };
  }
  const { brand, checks, country, exp_month, exp_year, fingerprint, funding, last4 } = cardDetails(buyer.payWith);
  return {
    type: 'card',
    card: {
      amount_authorized: amount,
      authorization_code: null,
      brand,
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
