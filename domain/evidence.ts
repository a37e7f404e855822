import { day, moment } from './dates';
import { formatMoney } from './money';

/**
 * The text fields of Stripe's dispute evidence; the other fields take files
 * (https://docs.stripe.com/api/disputes/update).
 */
export const EVIDENCE_FIELDS = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_tracking_number',
  'uncategorized_text',
] as const;
export type EvidenceField = (typeof EVIDENCE_FIELDS)[number];

/** The evidence that answers a dispute. It is personal data: it stays in the database and is sent only to Stripe. */
export type Evidence = Partial<Record<EvidenceField, string>>;

/** Stripe's limits in characters: for one field, and for all fields together. */
export const LONGEST_FIELD = 20_000;
export const LONGEST_EVIDENCE = 150_000;

/** The length of all fields together, in characters. */
export const lengthOf = (evidence: Evidence): number =>
  Object.values(evidence).reduce((sum, text) => sum + text.length, 0);

/** What Holdfast knows about an order that can serve as evidence. */
export interface EvidenceFacts {
  number: string;
  currency: string;
  total: number;
  refunded: number;
  orderedAt: Date;
  paidAt: Date | null;
  customer: { name: string | null; email: string | null; userId: string | null; address: string[] } | null;
  items: { name: string; sku: string; quantity: number; total: number; digital: boolean }[];
  shipments: { carrier: string; trackingNumber: string; items: string[]; shippedAt: Date; deliveredAt: Date | null }[];
  /** What came back, in the order in which it came. */
  returns: { items: string[]; at: Date }[];
  downloads: { name: string; used: number; allowed: number; lastUseAt: Date | null }[];
  /** As far as the bank may see them; null where one was erased. */
  licenceKeys: { name: string; key: string | null; issuedAt: Date }[];
  mails: { title: string; sentAt: Date }[];
}

/** Maps the facts to Stripe's evidence fields. Leaves out what is unknown, and cuts each field to Stripe's limit. */
export function gatherEvidence(facts: EvidenceFacts): Evidence {
  const { customer, shipments, items, downloads, licenceKeys, paidAt } = facts;
  const onlyDigital = items.every(({ digital }) => digital);
  const fields: Evidence = {
    customer_name: customer?.name ?? '',
    customer_email_address: customer?.email ?? '',
    product_description: items.map((item) => describeItem(facts, item)).join('\n'),
    shipping_address: shipments.length > 0 ? (customer?.address ?? []).join('\n') : '',
    shipping_carrier: list(shipments.map(({ carrier }) => carrier)),
    shipping_tracking_number: list(shipments.map(({ trackingNumber }) => trackingNumber)),
    shipping_date: list(shipments.map(({ shippedAt }) => day(shippedAt))),
    service_date: onlyDigital && paidAt ? day(paidAt) : '',
    access_activity_log: [...licenceKeys.map(describeKey), ...downloads.map(describeDownload)].join('\n'),
    uncategorized_text: story(facts),
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, text]) => (text === '' ? [] : [[field, cut(text)]])),
  ) as Evidence;
}

/** The story of the order, for a reader at the bank who knows nothing about it. */
function story(facts: EvidenceFacts): string {
  const {
    number,
    currency,
    total,
    refunded,
    orderedAt,
    paidAt,
    customer,
    items,
    shipments,
    returns,
    downloads,
    licenceKeys,
    mails,
  } = facts;
  const paid = paidAt ? `, paid on ${moment(paidAt)}` : '';
  return [
    `Order ${number} was placed on ${moment(orderedAt)}${paid}: ${formatMoney({ amount: total, currency })}.`,
    ...(customer?.userId ? [`The customer was signed in to the account ${customer.userId}.`] : []),
    ...part('What was bought', items, (item) => describeItem(facts, item)),
    ...part('What was shipped', shipments, describeShipment),
    ...part('What came back', returns, (returned) => `${returned.items.join(', ')}: received on ${day(returned.at)}`),
    ...part('Licence keys', licenceKeys, describeKey),
    ...part('What was downloaded', downloads, describeDownload),
    ...part('Messages to the customer', mails, ({ title, sentAt }) => `${title}, sent on ${moment(sentAt)}`),
    ...(refunded > 0 ? ['', `Refunded so far: ${formatMoney({ amount: refunded, currency })}.`] : []),
  ].join('\n');
}

const part = <T>(title: string, of: T[], describe: (one: T) => string): string[] =>
  of.length === 0 ? [] : ['', `${title}:`, ...of.map((one) => `- ${describe(one)}`)];

/** Says that something was delivered only if it was. */
function describeItem(
  { currency, downloads, licenceKeys }: EvidenceFacts,
  { name, sku, quantity, total, digital }: EvidenceFacts['items'][number],
): string {
  const isOfIt = (one: { name: string }) => one.name === name;
  const how = !digital
    ? 'physical goods'
    : licenceKeys.some(isOfIt)
      ? 'delivered as licence keys'
      : downloads.some(isOfIt)
        ? 'delivered as a download'
        : 'a download';
  return `${quantity} × ${name} (${sku}), ${formatMoney({ amount: total, currency })}, ${how}`;
}

function describeShipment(shipment: EvidenceFacts['shipments'][number]): string {
  const { carrier, trackingNumber, items, shippedAt, deliveredAt } = shipment;
  const arrived = deliveredAt ? `, delivered on ${day(deliveredAt)}` : '';
  return `${items.join(', ')}: shipped on ${day(shippedAt)} with ${carrier}, tracking number ${trackingNumber}${arrived}`;
}

const describeDownload = ({ name, used, allowed, lastUseAt }: EvidenceFacts['downloads'][number]): string =>
  lastUseAt === null
    ? `${name}: made available, not downloaded`
    : `${name}: downloaded ${used} of ${allowed} times, last on ${moment(lastUseAt)}`;

const describeKey = ({ name, key, issuedAt }: EvidenceFacts['licenceKeys'][number]): string =>
  `${name}: licence key${key === null ? '' : ` ${key}`} issued on ${moment(issuedAt)}`;

/** Joins carriers or tracking numbers with commas, each once. */
const list = (of: string[]): string => [...new Set(of)].join(', ');

/** Cuts a text to Stripe's limit, never inside a character. */
const cut = (text: string): string =>
  text.length <= LONGEST_FIELD ? text : `${text.slice(0, LONGEST_FIELD - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
