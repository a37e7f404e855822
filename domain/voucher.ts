/** What a shopper needs to pay a voucher or a bank transfer, days after the checkout. */
export interface Voucher {
  /** The page with the voucher, or with the instructions. */
  url: string | null;
  /** The number to pay with; null where there is none, or each shop has its own. */
  reference: string | null;
  /** The shops where it can be paid, each with its own codes (Konbini). */
  stores: VoucherStore[];
  /** Until when it can be paid, RFC 3339. */
  expiresAt: string | null;
}

export interface VoucherStore {
  name: string;
  paymentCode: string;
  /** Some shops want none. */
  confirmationNumber: string | null;
}

/** The fields that Stripe's descriptions of vouchers and transfers have among them. Times are in seconds. */
interface Details {
  hosted_voucher_url?: string | null;
  hosted_instructions_url?: string | null;
  number?: string | null;
  entity?: string | null;
  reference?: string | null;
  stores?: Record<string, { payment_code: string; confirmation_number?: string } | null>;
  expires_at?: number | null;
  expires_after?: number | null;
}

/**
 * The voucher or transfer that a PaymentIntent waits for, from its `next_action`: Boleto, Konbini, Multibanco, OXXO, a
 * bank transfer, and whatever else Stripe describes in the same way
 * (https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action). Null if it waits for none.
 */
export function voucherOf(nextAction: { type: string } | null | undefined): Voucher | null {
  if (!nextAction) return null;
  const described = (nextAction as Record<string, unknown>)[nextAction.type];
  if (typeof described !== 'object' || described === null) return null;
  const details = described as Details;
  const url = webAddress(details.hosted_voucher_url ?? details.hosted_instructions_url);
  const reference = details.number ?? ([details.entity, details.reference].filter(Boolean).join(' ') || null);
  const stores = storesOf(details);
  if (url === null && reference === null && stores.length === 0) return null;
  const until = details.expires_after ?? details.expires_at ?? null;
  return { url, reference, stores, expiresAt: until === null ? null : new Date(until * 1000).toISOString() };
}

/** A shop that does not take this payment is null at Stripe. */
const storesOf = ({ stores = {} }: Details): VoucherStore[] =>
  Object.entries(stores).flatMap(([key, codes]) =>
    codes
      ? {
          name: STORE_NAMES[key] ?? key,
          paymentCode: codes.payment_code,
          confirmationNumber: codes.confirmation_number ?? null,
        }
      : [],
  );

const STORE_NAMES: Record<string, string> = {
  familymart: 'FamilyMart',
  lawson: 'Lawson',
  ministop: 'Ministop',
  seicomart: 'Seicomart',
};

/** It becomes a link in a mail and on a page. */
const webAddress = (given: string | null | undefined): string | null =>
  given && /^https?:\/\//.test(given) && URL.canParse(given) ? given : null;
