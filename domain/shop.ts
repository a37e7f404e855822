import type { Money } from './money';

/** What every checkout of the shop offers. */
export interface ShopSettings {
  /** The countries that goods are shipped to. Empty: everywhere there is a rate for, or everywhere at all. */
  shipTo: string[];
  /** Empty: shipping costs nothing, and Stripe offers no choice of it. */
  shippingRates: ShippingRate[];
  automaticTax: boolean;
  promotionCodes: boolean;
  invoices: boolean;
  phone: boolean;
  /** The terms of service, which shoppers then have to accept. */
  termsUrl?: string | undefined;
  /** Whether a checkout that ends unpaid is followed by a mail with a link back to its cart. Absent: it is. */
  recoveryMails?: boolean | undefined;
}

export type ShippingRate = OwnRate | StripeRate;

/** A shipping rate that each checkout makes at Stripe for itself. */
export interface OwnRate {
  /** As the shopper sees it. Rates of one name are steps of weight: the first step that is enough is offered. */
  name: string;
  countries: string[];
  /** One a currency. */
  prices: Money[];
  /** The heaviest cart it is for, in grams. Absent: any. */
  maxWeight?: number | undefined;
  /** How many working days the delivery takes, from and to. */
  days?: [number, number] | undefined;
}

/** A shipping rate that is kept at Stripe. */
export interface StripeRate {
  stripeShippingRateId: string;
  countries: string[];
  /**
   * The currencies that it has a price in at Stripe, as read when the settings were saved. Null: what answers in
   * Stripe's place does not say, so it is offered in every currency.
   */
  currencies: string[] | null;
}

const ALL_OFF: ShopSettings = {
  shipTo: [],
  shippingRates: [],
  automaticTax: false,
  promotionCodes: false,
  invoices: false,
  phone: false,
};

/** Settings as they were saved; what is missing is off, except for the recovery mails. */
export const settingsOf = (saved: Partial<ShopSettings> | null | undefined): ShopSettings => ({ ...ALL_OFF, ...saved });

export const sendsRecoveryMails = ({ recoveryMails = true }: ShopSettings): boolean => recoveryMails;

/** What may come on top of the prices of a cart, on Stripe's page. */
export const addedAtCheckout = ({
  shippingRates,
  automaticTax,
}: ShopSettings): { shipping: boolean; tax: boolean } => ({
  shipping: shippingRates.some((rate) => !isOwnRate(rate) || rate.prices.some(({ amount }) => amount > 0)),
  tax: automaticTax,
});

export const isOwnRate = (rate: ShippingRate): rate is OwnRate => 'name' in rate;
