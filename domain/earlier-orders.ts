import type { Address } from './address';

/**
 * Visa’s Compelling Evidence 3.0: two earlier payments by the same card, which nobody disputed, show that the buyer is
 * a customer. The facts come from https://docs.stripe.com/disputes/api/visa-ce3.
 */
export const VISA_CE3 = 'visa_compelling_evidence_3';

/** How old the earlier payments must be on the day of the disputed one. */
const YOUNGEST_DAYS = 120;
const OLDEST_DAYS = 364;
const DAY_MS = 86_400_000;
/** Enough for the bank to know what was bought. */
const LONGEST_DESCRIPTION = 500;

/** The earliest and the latest time of a payment that counts beside one made at `paidAt`. */
export const earlierPeriod = (paidAt: Date): { from: Date; to: Date } => ({
  from: new Date(paidAt.getTime() - OLDEST_DAYS * DAY_MS),
  to: new Date(paidAt.getTime() - YOUNGEST_DAYS * DAY_MS),
});

/** An order with its charge, and all that can show that two orders are of one buyer. */
export interface PaidOrder {
  sessionId: string;
  number: string;
  chargeId: string;
  /** What was bought, one line a product. */
  description: string;
  /** Whether nothing of it was sent by post. */
  digital: boolean;
  /** The address of the computer that it was bought from; null where it was not kept. */
  ip: string | null;
  email: string | null;
  userId: string | null;
  /** Where goods were sent; null where there were none. */
  address: Address | null;
}

/** What decides whether a charge counts, as Stripe has it. */
export interface CardCharge {
  createdAt: Date;
  /** The same for every payment by one card; null for other methods. */
  fingerprint: string | null;
  /** Paid, and neither disputed nor given back in full. */
  sound: boolean;
}

/** What an order and its forerunners have in common, by Stripe's names. The first is a main one, the others are not. */
const IDENTIFIERS = {
  customer_purchase_ip: ({ ip }) => ip,
  customer_email_address: ({ email }) => email?.toLowerCase() ?? null,
  customer_account_id: ({ userId }) => userId,
  shipping_address: ({ address }) => (isComplete(address) ? comparable(address) : null),
} satisfies Record<string, (order: PaidOrder) => string | null>;
export type Identifier = keyof typeof IDENTIFIERS;
const MAIN: Identifier = 'customer_purchase_ip';

/** Two earlier orders, and what shows that the buyer is the same. */
export interface EarlierOrders {
  orders: { sessionId: string; number: string }[];
  identifiers: Identifier[];
  /** Stripe's `visa_compelling_evidence_3`, as it is submitted. Personal data. */
  evidence: VisaEvidence;
}

/** The fields of one payment in Stripe's words. */
type TransactionFields = {
  product_description: string;
  customer_purchase_ip?: string;
  customer_email_address?: string;
  customer_account_id?: string;
  shipping_address?: CompleteAddress;
};
export interface VisaEvidence {
  disputed_transaction: TransactionFields & { merchandise_or_services: 'merchandise' | 'services' };
  prior_undisputed_transactions: (TransactionFields & { charge: string })[];
}

/**
 * Chooses the two earlier orders that have most in common with the disputed one: a pair that Visa takes before one that
 * it does not, then the one with more identifiers, then the later one. Null if there are no two.
 * @param chargeOf the charge of each order, as Stripe has it; orders without one do not count
 */
export function chooseEarlierOrders(
  disputed: PaidOrder,
  earlier: PaidOrder[],
  chargeOf: (order: PaidOrder) => CardCharge | undefined,
): EarlierOrders | null {
  const charge = chargeOf(disputed);
  if (charge?.fingerprint == null) return null;
  const { from, to } = earlierPeriod(charge.createdAt);
  const eligible = earlier
    .flatMap((order) => {
      const { fingerprint, sound, createdAt } = chargeOf(order) ?? { sound: false, fingerprint: null, createdAt: to };
      const counts = sound && fingerprint === charge.fingerprint && from <= createdAt && createdAt <= to;
      return counts ? [{ order, createdAt }] : [];
    })
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
    .map(({ order }) => order);
  const pairs = eligible.flatMap((first, index) => eligible.slice(index + 1).map((second) => [first, second]));
  const ranked = pairs
    .map((orders) => ({ orders, identifiers: inCommon([disputed, ...orders]) }))
    .filter(({ identifiers }) => identifiers.length > 0)
    .sort((a, b) => rank(b.identifiers) - rank(a.identifiers));
  const [best] = ranked;
  return best === undefined ? null : describe(disputed, best.orders, best.identifiers);
}

/** Whether Visa takes it: a main identifier is in common, and another. */
export const isQualifying = (identifiers: readonly Identifier[]): boolean =>
  identifiers.includes(MAIN) && identifiers.length > 1;

const rank = (identifiers: Identifier[]): number => identifiers.length + (isQualifying(identifiers) ? 10 : 0);

const inCommon = (orders: PaidOrder[]): Identifier[] =>
  (Object.keys(IDENTIFIERS) as Identifier[]).filter((name) => {
    const values = new Set(orders.map(IDENTIFIERS[name]));
    return values.size === 1 && !values.has(null) && !values.has('');
  });

function describe(disputed: PaidOrder, earlier: PaidOrder[], identifiers: Identifier[]): EarlierOrders {
  return {
    orders: earlier.map(({ sessionId, number }) => ({ sessionId, number })),
    identifiers,
    evidence: {
      disputed_transaction: {
        ...fieldsOf(disputed, identifiers),
        // To Stripe, a digital product is of one kind with a service.
        merchandise_or_services: disputed.digital ? 'services' : 'merchandise',
      },
      prior_undisputed_transactions: earlier.map((order) => ({
        charge: order.chargeId,
        ...fieldsOf(order, identifiers),
      })),
    },
  };
}

/** Only what all three have in common: another value would tell against it. */
function fieldsOf(
  { description, ip, email, userId, address }: PaidOrder,
  identifiers: Identifier[],
): TransactionFields {
  const has = (name: Identifier) => identifiers.includes(name);
  return {
    product_description: description.slice(0, LONGEST_DESCRIPTION).replace(/[\uD800-\uDBFF]$/, ''),
    ...(ip !== null && has('customer_purchase_ip') && { customer_purchase_ip: ip }),
    ...(email !== null && has('customer_email_address') && { customer_email_address: email }),
    ...(userId !== null && has('customer_account_id') && { customer_account_id: userId }),
    ...(isComplete(address) && has('shipping_address') && { shipping_address: address }),
  };
}

/** An address in which nothing is missing: Stripe says “all fields are required”. */
type CompleteAddress = { [Field in keyof Address]: string };

const isComplete = (address: Address | null): address is CompleteAddress =>
  address !== null && partsOf(address).every((part) => (part ?? '').trim() !== '');

/** An address in a form that does not depend on its writing. */
const comparable = (address: CompleteAddress): string =>
  partsOf(address)
    .map((part) =>
      (part ?? '')
        .toLowerCase()
        .replace(/[\s.,-]+/g, ' ')
        .trim(),
    )
    .join('\n');

const partsOf = ({ line1, line2, city, state, postal_code, country }: Address): (string | null)[] => [
  ...[line1, line2, city, state, postal_code, country],
];
