/** Paying on a test's order: what it says, and what a shopper who does not say would have filled in. */

import { currency, flag, group, integer, oneOf, type Read, required, text } from '../http/params';
import { GOOD_CARD } from '../objects/cards';
import { addressOf, addressShape } from '../objects/customers';
import type { Attempt } from '../objects/payments';
import type { Session } from '../objects/sessions';
import type { World } from '../world';

export const payShape = {
  card: text(),
  method: oneOf('bank_debit', 'card'),
  email: text(),
  name: text(),
  phone: text(),
  address: group(addressShape),
  customAmount: integer({ min: 0 }),
  promotionCode: text(),
  shippingOption: integer({ min: 0 }),
  tax: integer({ min: 0 }),
  presentment: group({ amount: required(integer()), currency: required(currency) }),
  wait: flag,
};

type AskedPay = Read<typeof payShape>;

export function attemptOf(world: World, session: Session, asked: AskedPay): Attempt {
  const name = asked.name ?? 'Robin Sandbox';
  const collects = session.shipping_address_collection;
  const typed =
    asked.address ?? (collects ? { ...SOMEWHERE, country: collects.allowed_countries[0] ?? 'DE' } : undefined);
  const address = addressOf(typed);
  return {
    buyer: {
      email: asked.email ?? session.customer_details?.email ?? 'shopper@example.com',
      name,
      phone: asked.phone ?? (session.phone_number_collection?.enabled ? '+4930123456' : null),
      billingAddress: address,
      shipping: collects && address ? { name, address } : null,
      payWith: asked.method === 'bank_debit' ? 'bank_debit' : cardPayment(world, asked.card ?? GOOD_CARD.number),
    },
    customAmount: asked.customAmount,
    promotionCode: asked.promotionCode,
    shippingOption: asked.shippingOption,
    tax: asked.tax,
    presentment: asked.presentment,
  };
}

const SOMEWHERE = { line1: 'Teststraße 1', city: 'Berlin', postal_code: '10115' };

function cardPayment(world: World, card: string) {
  return {
    card: card.replaceAll(/[\s-]/g, ''),
    expiryMonth: 12,
    expiryYear: new Date(world.clock.now()).getUTCFullYear() + 3,
  };
}
