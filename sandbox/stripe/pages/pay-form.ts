/** Reads and checks the payment page's form. */

import { parseAmount } from '../objects/amounts';
import { cardOf } from '../objects/cards';
import type { Choices } from '../objects/choices';
import { addressOf } from '../objects/customers';
import { bankDebitOf, voucherOf } from '../objects/payment-methods';
import type { Attempt } from '../objects/payments';
import type { Session } from '../objects/sessions';
import type { Buyer } from '../store/records';
import type { World } from '../world';

/** The form's fields as typed, by name. */
export type Typed = Record<string, string>;
/** The error message of each invalid field, by name. */
export type Problems = Record<string, string>;

/** Stripe asks for a billing address where tax depends on it. */
export const collectsAddress = (session: Session): boolean =>
  session.shipping_address_collection !== null ||
  session.billing_address_collection === 'required' ||
  session.automatic_tax.enabled;

export function typedIn(body: unknown): Typed {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value).trim()]));
}

/** @returns the attempt to pay, or the problems to correct first */
export function readPayForm(world: World, session: Session, typed: Typed, free: boolean): Attempt | Problems {
  const problems: Problems = {};
  const need = (name: string, message: string, isGood = (value: string) => value !== '') => {
    if (!isGood(typed[name] ?? '')) problems[name] = message;
  };
  const later = delayedMethod(session, typed);
  need('email', 'Enter your e-mail address.', (value) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value));
  if (later === null && !free) {
    need('cardNumber', 'Enter your card number.', (value) => /^[\d\s-]{12,23}$/.test(value));
    need('cardExpiry', 'Enter an expiry date (MM / YY) that is not in the past.', (value) =>
      isAhead(value, world.clock.now()),
    );
    need('cardCvc', 'Enter the security code, 3 or 4 digits.', (value) => /^\d{3,4}$/.test(value));
  }
  need('billingName', 'Enter your name.');
  if (session.phone_number_collection?.enabled) need('phone', 'Enter your phone number.');
  if (collectsAddress(session)) {
    need('line1', 'Enter your street and house number.');
    need('city', 'Enter your city.');
    need('postal_code', 'Enter your postal code.');
    need('country', 'Choose your country.');
  }
  if (typed.customAmount !== undefined)
    need('customAmount', 'Enter an amount.', (value) => parseAmount(value, session.currency ?? '') !== undefined);
  if (session.consent_collection?.terms_of_service === 'required')
    need('terms', 'Accept the terms of service to go on.');
  if (Object.keys(problems).length > 0) return problems;

  const address = addressOf(collectsAddress(session) ? typed : null);
  const buyer: Buyer = {
    email: typed.email ?? '',
    name: typed.billingName ?? '',
    phone: typed.phone || null,
    billingAddress: address,
    shipping: session.shipping_address_collection && address ? { name: typed.billingName ?? '', address } : null,
    payWith: later ?? cardPayment(typed),
  };
  return { buyer, ...choicesOf(session, typed) };
}

/** What is chosen so far. The field of a code is there only where codes are allowed. */
export const choicesOf = (session: Session, typed: Typed): Choices => ({
  promotionCode: typed.promotionCode,
  ...(typed.customAmount !== undefined && { customAmount: parseAmount(typed.customAmount, session.currency ?? '') }),
  ...(typed.shippingOption !== undefined && { shippingOption: Number(typed.shippingOption) }),
});

/** The chosen method, if it is one that settles later and that the session offers. */
export function delayedMethod(session: Session, { method }: Typed): 'bank_debit' | 'voucher' | null {
  if (method === 'bank_debit' && bankDebitOf(session) !== undefined) return method;
  return method === 'voucher' && voucherOf(session) !== undefined ? method : null;
}

export function isAttempt(read: Attempt | Problems): read is Attempt {
  return typeof read.buyer === 'object';
}

function cardPayment(typed: Typed): Exclude<Buyer['payWith'], string> {
  const { month, year } = expiryOf(typed.cardExpiry ?? '') ?? { month: 12, year: 2099 };
  return { card: cardOf(typed.cardNumber ?? '').number, expiryMonth: month, expiryYear: year };
}

function isAhead(typed: string, now: number): boolean {
  const expiry = expiryOf(typed);
  return expiry !== undefined && Date.UTC(expiry.year, expiry.month) > now;
}

function expiryOf(typed: string): { month: number; year: number } | undefined {
  const found = /^(\d{1,2})\s*\/?\s*(\d{2}|\d{4})$/.exec(typed);
  const month = Number(found?.[1]);
  const year = Number(found?.[2]);
  if (found === null || month < 1 || month > 12) return undefined;
  return { month, year: year < 100 ? 2000 + year : year };
}
