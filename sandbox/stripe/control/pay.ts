/** Paying through the control API: the parameters, and what a shopper would have filled in where they are absent. */
import { currency, flag, group, integer, oneOf, type Read, required, text } from '../http/params';
import { GOOD_CARD } from '../objects/cards';
import { addressOf, addressShape } from '../objects/customers';
import type { Attempt } from '../objects/payments';
import type { Session } from '../objects/sessions';
import type { World } from '../world';

export const payShape = {
  card: text(),
  method: oneOf('bank_debit', 'card', 'voucher'),
  email: text(),
  name: text(),
  phone: text(),
  address: group(addressShape),
  customAmount: integer({ min: 0 }),
  promotionCode: text(),
  shippingOption: integer({ min: 0 }),
  tax: integer({ min: 0 }),
  presentment: group({ amount: required(integer()), currency: required(currency) }),
  entersBalanceLater: flag,
  /** Refunds of this payment wait until the buyer has told Stripe their bank details. */
  refundsAskForBank: flag,
  wait: flag,
};

type PayParams = Read<typeof payShape>;

export function attemptOf(world: World, session: Session, params: PayParams): Attempt {
  const name = params.name ?? 'Robin Sandbox';
  const collects = session.shipping_address_collection;
  const typed =
    params.address ??
    (collects || session.automatic_tax.enabled
      ? { ...SOMEWHERE, country: countryOf(collects?.allowed_countries) }
      : undefined);
  const address = addressOf(typed);
  return {
    buyer: {
      email: params.email ?? session.customer_details?.email ?? 'shopper@example.com',
      name,
      phone: params.phone ?? (session.phone_number_collection?.enabled ? '+4930123456' : null),
      billingAddress: address,
      shipping: collects && address ? { name, address } : null,
      entersBalanceLater: params.entersBalanceLater,
      payWith:
        params.method === 'bank_debit' || params.method === 'voucher'
          ? params.method
          : cardPayment(world, params.card ?? GOOD_CARD.number),
      refundsAskForBank: params.refundsAskForBank,
    },
    customAmount: params.customAmount,
    promotionCode: params.promotionCode,
    shippingOption: params.shippingOption,
    tax: params.tax,
    presentment: params.presentment,
  };
}

const SOMEWHERE = { line1: 'Teststraße 1', city: 'Berlin', postal_code: '10115' };

const countryOf = (allowed: readonly string[] = ['DE']): string =>
  allowed.includes('DE') ? 'DE' : (allowed[0] ?? 'DE');

function cardPayment(world: World, card: string) {
  return {
    card: card.replaceAll(/[\s-]/g, ''),
    expiryMonth: 12,
    expiryYear: new Date(world.clock.now()).getUTCFullYear() + 3,
  };
}
