import type { Address } from '../../domain/address';
import { asBought } from '../../domain/bundle';
import { senderName } from '../../domain/email';
import { knownLocale, type Language, languageOf } from '../../domain/locale';
import { postalLines } from '../../domain/postal-address';
import { isCounted, isResolved } from '../../domain/refund';
import type { MailFacts, OrderFacts, Quantity, ShipmentFacts } from '../../emails/facts';
import { downloadUrl, orderPageUrl, recoveryUrl, staffOrderUrl, unsubscribeUrl } from '../../platform/links';
import { workflowUrl } from '../../platform/temporal-ui';
import type { OrderForMail } from '../../store/mails/order';
import { hasFile } from '../../store/orders/downloads';
import type { Deps } from '../deps';
import type { MailRequest } from './request';

type About = Pick<MailRequest, 'step' | 'ref'>;

/** The facts that a mail about an order is made from, with its links. */
export function factsOf(
  { env, temporalUi }: Pick<Deps, 'env' | 'temporalUi'>,
  order: OrderForMail,
  about: About,
): MailFacts {
  const { sessionId, number } = order;
  const email = order.customer?.email ?? null;
  return {
    shop: senderName(env.EMAIL_FROM),
    step: about.step ?? null,
    ref: about.ref ?? null,
    order: { ...orderFacts(env, order), attention: attentionOf(order, about) },
    links: {
      order: orderPageUrl(env, sessionId),
      storefront: env.STOREFRONT_URL,
      unsubscribe: email && unsubscribeUrl(env, email),
      admin: `${env.ADMIN_URL}/admin/orders/${number}`,
      staff: staffOrderUrl(env, number),
      workflow: temporalUi && workflowUrl(temporalUi, sessionId),
      dispute: (id) => `${env.ADMIN_URL}/admin/disputes/${id}`,
    },
  };
}

/**
 * What a mail to staff is about: the call that it names, else what the order shows that it needs. Another call may be
 * shown before it: that is then named too.
 */
function attentionOf({ attention, calls }: OrderForMail, about: About): OrderFacts['attention'] {
  const named = calls.find(({ step, subject }) => step === about.step && subject === about.ref);
  if (named === undefined) return attention && { ...attention, behind: null };
  const { step, reason, since } = named;
  const behind = attention === null || attention.step === step ? null : attention.step;
  return { step, reason, since: new Date(since), behind };
}

function orderFacts(env: Deps['env'], order: OrderForMail): Omit<OrderFacts, 'attention'> {
  const { items, bundles, recoverableUntil, customer, grants, refunds, attention: _, calls: __, ...facts } = order;
  const { withdrawal, shipments, licenceKeys } = order;
  const locale = knownLocale(order.locale);
  const bought = items.filter(({ quantity }) => quantity > 0);
  return {
    ...facts,
    locale,
    items: bought,
    bought: asBought(bought, bundles),
    // The amount chosen for a pay-what-you-want product is in the item.
    subtotal: items.reduce((sum, { total }) => sum + total, 0),
    invoiceUrl: customer?.invoiceUrl ?? null,
    shipTo: items.some(({ kind }) => kind === 'PHYSICAL') ? addressLines(customer, languageOf(locale)) : null,
    licenceKeys: licenceKeys.map(({ sku, key }) => ({ name: nameOf(items, sku), key })),
    downloads: grants.filter(hasFile).map(({ id, sku, expiresAt, allowed, used }) => ({
      name: nameOf(items, sku),
      url: downloadUrl(env, id),
      expiresAt,
      remaining: allowed - used,
    })),
    shipments: shipmentFacts(order),
    returns: order.returns.map(({ id, items: lines, refundKey }) => ({
      ...{ id, items: lines.map(({ sku, quantity }) => ({ name: nameOf(items, sku), quantity })) },
      refund: refundOfReturn(refunds, refundKey),
    })),
    returnRequests: order.returnRequests.map(({ items: lines, ...request }) => ({
      ...{ ...request, items: lines.map(({ sku, quantity }) => ({ name: nameOf(items, sku), quantity })) },
    })),
    refunds: refunds.map(({ key, stripeId, ...refund }) => ({ ...refund, id: stripeId ?? key })),
    withdrawal: withdrawal && {
      ...withdrawal,
      begun: grants
        .filter(({ sku, used }) => used > 0 || licenceKeys.some((key) => key.sku === sku))
        .map(({ sku }) => nameOf(items, sku)),
      shipped: shipments.length > 0,
    },
    recovery: recoverableUntil && { url: recoveryUrl(env, 'recover', order.sessionId), until: recoverableUntil },
  };
}

/** Null also for a refund that was refused, did not go through, or was resolved by staff. */
function refundOfReturn(refunds: OrderForMail['refunds'], refundKey: string | null): number | null {
  const { status = 'refused', amount = null } = refunds.find(({ key }) => key === refundKey) ?? {};
  return status === 'requested' || (isCounted(status) && !isResolved(status)) ? amount : null;
}

/**
 * Every parcel, with what was still to come when it left. So a mail that is sent late describes the day of its parcel,
 * not today.
 */
function shipmentFacts({ items, shipments }: OrderForMail): ShipmentFacts[] {
  const unsent = new Map(
    items
      .filter(({ kind }) => kind === 'PHYSICAL')
      .map(({ sku, quantity, replaced, restocked }) => [sku, quantity + replaced - restocked] as const),
  );
  return shipments.map((shipment) => {
    const parcel = shipment.items;
    for (const { sku, quantity } of parcel) unsent.set(sku, (unsent.get(sku) ?? 0) - quantity);
    const named = (lines: { sku: string; quantity: number }[]): Quantity[] =>
      lines.filter(({ quantity }) => quantity > 0).map(({ sku, quantity }) => ({ name: nameOf(items, sku), quantity }));
    return {
      ...identityOf(shipment),
      items: named(parcel),
      toCome: named([...unsent].map(([sku, quantity]) => ({ sku, quantity }))),
    };
  });
}

const identityOf = ({ id, carrier, trackingNumber, trackingUrl }: OrderForMail['shipments'][number]) => ({
  ...{ id, carrier, trackingNumber },
  // A person typed it, and it becomes a link in a customer's mail.
  trackingUrl: trackingUrl && /^https?:\/\//i.test(trackingUrl) && URL.canParse(trackingUrl) ? trackingUrl : null,
});

const nameOf = (items: OrderForMail['items'], sku: string): string =>
  items.find((item) => item.sku === sku)?.name ?? sku;

/** Name and address in lines, as they are written in their country; its name is in the language of the mail. */
export function addressLines(
  customer: { name: string | null; address: Address | null } | null,
  language: Language,
): string[] | null {
  if (!customer?.address) return null;
  const { name, address } = customer;
  return postalLines({ name, address }, (country) => countryName(country, language));
}

const namesIn = (language: Language) => new Intl.DisplayNames([language], { type: 'region' });

const COUNTRIES: Record<Language, Intl.DisplayNames> = { en: namesIn('en'), de: namesIn('de') };

const countryName = (code: string, language: Language): string =>
  /^[A-Z]{2}$/.test(code) ? (COUNTRIES[language].of(code) ?? code) : code;
