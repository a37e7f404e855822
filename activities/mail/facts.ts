import type { MailFacts, OrderFacts, Quantity, ShipmentFacts } from '../../emails/facts';
import { downloadUrl, recoveryUrl } from '../../platform/links';
import { senderName } from '../../platform/mailer';
import type { Customer, OrderItem, Prisma, Shipment } from '../../prisma/generated/client';
import type { Deps } from '../deps';

const everything = {
  items: { orderBy: { position: 'asc' } },
  customer: true,
  grants: { where: { revokedAt: null } },
  shipments: { orderBy: [{ shippedAt: 'asc' }, { id: 'asc' }] },
  refunds: true,
  disputes: true,
} as const satisfies Prisma.OrderInclude;

export type OrderToTell = Prisma.OrderGetPayload<{ include: typeof everything }>;

/** An order with all that a mail may tell of it; null when it is not in the database (yet). */
export const readOrder = ({ db }: Deps, sessionId: string): Promise<OrderToTell | null> =>
  db.order.findUnique({ where: { sessionId }, include: everything });

/** What a mail about an order is written from, with its links. */
export function factsOf({ env }: Pick<Deps, 'env'>, order: OrderToTell, ref: string | null): MailFacts {
  const { sessionId, number } = order;
  return {
    shop: senderName(env.EMAIL_FROM),
    ref,
    order: orderFacts(env, order),
    links: {
      order: `${env.STOREFRONT_URL}/success?session_id=${encodeURIComponent(sessionId)}`,
      storefront: env.STOREFRONT_URL,
      admin: `${env.PUBLIC_URL}/admin/orders/${number}`,
      dispute: (id) => `${env.PUBLIC_URL}/admin/disputes/${id}`,
    },
  };
}

function orderFacts(env: Deps['env'], order: OrderToTell): OrderFacts {
  const { number, sessionId, status, paymentStatus, currency, items, attentionStep, attentionReason } = order;
  return {
    number,
    sessionId,
    status,
    paymentStatus,
    currency,
    locale: knownLocale(order.locale),
    items: items.map(({ sku, name, kind, quantity, unitAmount, total }) => ({
      ...{ sku, name, kind, quantity },
      unitAmount: Number(unitAmount),
      total: Number(total),
    })),
    // What was chosen for a pay-what-you-want product stands in the item.
    subtotal: items.reduce((sum, { total }) => sum + Number(total), 0),
    discount: Number(order.discount),
    shipping: Number(order.shipping),
    tax: Number(order.tax),
    taxIncluded: Number(order.taxIncluded),
    declined: order.declined,
    total: Number(order.total),
    refunded: Number(order.refunded),
    shipTo: items.some(({ kind }) => kind === 'PHYSICAL') ? addressLines(order.customer) : null,
    downloads: order.grants.map(({ id, sku, expiresAt, allowed, used }) => ({
      name: nameOf(items, sku),
      url: downloadUrl(env, id),
      expiresAt,
      remaining: allowed - used,
    })),
    shipments: shipmentFacts(order),
    refunds: order.refunds.map(({ key, stripeId, amount, status, reason }) => ({
      ...{ id: stripeId ?? key, status, reason },
      amount: amount === null ? null : Number(amount),
    })),
    disputes: order.disputes.map(({ id, status, reason, amount, currency, dueBy, open, submittedAt }) => ({
      ...{ id, status, reason, currency, dueBy, open },
      amount: Number(amount),
      submitted: submittedAt !== null,
    })),
    attention:
      attentionStep && attentionReason && order.attentionSince
        ? { step: attentionStep, reason: attentionReason, since: order.attentionSince }
        : null,
    recovery: order.recoverableUntil && { url: recoveryUrl(env, sessionId), until: order.recoverableUntil },
  };
}

/** Every parcel, with what was still to come when it left: a mail that goes out late tells of its parcel's day, not of today. */
function shipmentFacts({ items, shipments }: OrderToTell): ShipmentFacts[] {
  const unsent = new Map(
    items
      .filter(({ kind }) => kind === 'PHYSICAL')
      .map(({ sku, quantity, restocked }) => [sku, quantity - restocked] as const),
  );
  return shipments.map((shipment) => {
    const parcel = shipment.items as unknown as Parcel;
    for (const { sku, quantity } of parcel) unsent.set(sku, (unsent.get(sku) ?? 0) - quantity);
    const named = (lines: Parcel): Quantity[] =>
      lines.filter(({ quantity }) => quantity > 0).map(({ sku, quantity }) => ({ name: nameOf(items, sku), quantity }));
    return {
      ...identityOf(shipment),
      items: named(parcel),
      toCome: named([...unsent].map(([sku, quantity]) => ({ sku, quantity }))),
    };
  });
}

type Parcel = { sku: string; quantity: number }[];

const identityOf = ({ id, carrier, trackingNumber, trackingUrl }: Shipment) => ({
  ...{ id, carrier, trackingNumber },
  // It came from a person, and becomes a link in a customer's hands.
  trackingUrl: trackingUrl && /^https?:\/\//i.test(trackingUrl) && URL.canParse(trackingUrl) ? trackingUrl : null,
});

const nameOf = (items: OrderItem[], sku: string): string => items.find((item) => item.sku === sku)?.name ?? sku;

/** Name and address in lines, as a letter has them; the country in English, as the mail is. */
export function addressLines(customer: Pick<Customer, 'name' | 'address'> | null): string[] | null {
  const address = customer?.address as Partial<Record<string, string | null>> | null | undefined;
  if (!customer || !address) return null;
  const { line1, line2, city, state, postal_code, country } = address;
  const place = [city, state, postal_code].filter(Boolean).join(' ');
  const lines = [customer.name, line1, line2, place, country && countryName(country)];
  return lines.filter((line): line is string => Boolean(line));
}

const countryName = (code: string): string =>
  /^[A-Z]{2}$/.test(code) ? (new Intl.DisplayNames(['en'], { type: 'region' }).of(code) ?? code) : code;

/** A locale `Intl` can write amounts in; Stripe's `auto`, which names none, and unknown ones are English. */
function knownLocale(locale: string | null): string {
  try {
    return locale && locale !== 'auto' && Intl.NumberFormat.supportedLocalesOf([locale]).length > 0 ? locale : 'en';
  } catch {
    return 'en';
  }
}
