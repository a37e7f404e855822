import { LANGUAGES, type Language } from '../../domain/locale';
import { CAPTURE, type MailStep } from '../../domain/mail';
import { compose, TEMPLATES, type Template } from '../../emails';
import { writeAccountAlarm } from '../../emails/account-alarm';
import { writeBackInStock } from '../../emails/back-in-stock';
import type { OrderFacts, WithdrawalFacts } from '../../emails/facts';
import { writeLowStock } from '../../emails/low-stock';
import { writeNotForSale } from '../../emails/not-for-sale';
import { writeReport } from '../../emails/reconciliation-report';
import type { Composed } from '../../emails/rendered';
import { ASKED, DECLINED, sampleFacts, THINGS, type Things } from './sample-order';

/** A mail on sample data, in the languages that its template has. */
export interface Sample {
  template: string;
  /** What makes this case of the template another than the rest. */
  name: string;
  audience: 'customer' | 'staff';
  languages: readonly Language[];
  compose(language: Language): Composed;
}

interface Case {
  /** The id of what the mail is about. */
  ref?: string;
  step?: MailStep;
  /** How the order differs from the sample order. */
  order?(things: Things): Partial<OrderFacts>;
}

const downloadsAlone = ({ notes }: Things): Partial<OrderFacts> => ({
  ...{ items: [notes], shipTo: null, subtotal: 900, discount: 0, shipping: 0 },
  ...{ tax: 144, taxIncluded: 144, total: 900 },
});

const withdrawn = (change: Partial<WithdrawalFacts>): Partial<OrderFacts> => ({
  withdrawal: {
    ...{ at: new Date('2026-12-02T08:15:00Z'), name: 'Ada Lovelace' },
    ...{ undone: false, late: false, begun: [], shipped: false, ...change },
  },
});

const refunded = (status: string, reason: string, earlier = 0): Case => ({
  ref: 're_1',
  order: () => ({ refunds: [{ id: 're_1', amount: 2000, status, reason }], refunded: 2000 + earlier }),
});

/** What each template has to say, case by case. The first one is the usual. */
export const CASES: Record<Template, Record<string, Case>> = {
  order_confirmation: {
    'goods-and-a-download': {},
    'goods-with-an-invoice': {
      order: ({ tray, lamp }) => ({
        ...{ items: [tray, lamp], downloads: [], subtotal: 21900 },
        invoiceUrl: 'https://invoice.stripe.example/i/acct_1/live_a1',
      }),
    },
    'a-download': { order: downloadsAlone },
    free: { order: (things) => ({ ...downloadsAlone(things), discount: 900, tax: 0, taxIncluded: 0, total: 0 }) },
  },
  order_shipped: {
    'a-part': { ref: 'parcel-1' },
    'all-of-it': {
      ref: 'parcel-2',
      order: ({ tray, lamp }) => ({
        shipments: [
          {
            ...{ id: 'parcel-2', carrier: 'Hermes', trackingNumber: '14123456789', trackingUrl: null },
            ...{ items: [tray, lamp].map(({ name, quantity }) => ({ name, quantity })), toCome: [] },
          },
        ],
      }),
    },
  },
  return_received: {
    refunded: { ref: 'return-1' },
    'not-refunded': {
      ref: 'return-1',
      order: ({ tray: { name } }) => ({ returns: [{ id: 'return-1', items: [{ name, quantity: 1 }], refund: null }] }),
    },
  },
  order_refunded: {
    initiated: refunded('pending', 'damaged'),
    'needs-bank-details': refunded('requires_action', 'out_of_stock'),
    done: refunded('succeeded', 'requested_by_customer', 3000),
  },
  payment_processing: {
    'a-transfer': { order: () => ({ paymentStatus: 'PROCESSING' }) },
    'a-voucher': {
      order: (things) => ({
        ...downloadsAlone(things),
        paymentStatus: 'PROCESSING',
        voucher: {
          ...{ url: 'https://pay.example/v/1', reference: '11249 123456789', expiresAt: '2026-12-04T23:59:00.000Z' },
          stores: [{ name: 'FamilyMart', paymentCode: '123456', confirmationNumber: '12345678901' }],
        },
      }),
    },
  },
  payment_failed: { usual: { order: () => ({ paymentStatus: 'FAILED' }) } },
  checkout_expired: {
    abandoned: { order: () => ({ paymentStatus: 'UNPAID' }) },
    'card-declined': { order: () => ({ paymentStatus: 'UNPAID', declined: true }) },
  },
  refund_failed: { usual: { ref: 're_failed' } },
  withdrawal_received: {
    'after-shipping': {},
    'nothing-delivered': { order: () => withdrawn({ undone: true }) },
    'late-with-a-download': { order: ({ notes }) => withdrawn({ late: true, begun: [notes.name] }) },
  },
  return_request_received: { usual: { ref: ASKED } },
  return_request_declined: { usual: { ref: DECLINED } },
  order_received: { usual: {} },
  attention_needed: {
    'a-step': {},
    'a-capture': {
      step: CAPTURE,
      order: () => ({ status: 'PENDING', captureBefore: new Date('2026-12-04T23:59:00Z') }),
    },
  },
  dispute_opened: { usual: { ref: 'du_1' } },
  dispute_deadline: { usual: { ref: 'du_1' } },
  return_request_notice: { usual: { ref: ASKED } },
  withdrawal_notice: {
    'after-shipping': {},
    'nothing-delivered': { order: () => withdrawn({ undone: true }) },
  },
};

/** Composes a case; a sample that is not true is a mistake. */
export function composeCase(template: Template, { ref, step, order }: Case, language: Language): Composed {
  const facts = sampleFacts(order?.(THINGS[language]), ref ?? null, language);
  const composed = compose(template, { ...facts, step: step ?? null });
  if (!composed) throw new Error(`The sample of ${template} is not true.`);
  return composed;
}

/** To who waits for a product, in their language. */
const backInStock = (language: Language): Composed =>
  writeBackInStock({
    ...{ shop: SHOP, storefront: 'https://shop.example', language },
    name: THINGS[language].tray.name,
  });

/** Mails to staff that are not about an order. */
const REPORTS: Record<string, () => Composed> = {
  account_alarm: () =>
    writeAccountAlarm({
      shop: SHOP,
      alarms: [{ cause: 'stripe_key', subject: '', since: new Date('2026-12-01T09:30:00Z') }],
    }),
  low_stock: () =>
    writeLowStock({
      ...{ shop: SHOP, products: `${ADMIN}/products` },
      low: [{ sku: 'TRAY', name: 'Walnut desk tray', onHand: 2, below: 5 }],
    }),
  not_for_sale: () => writeNotForSale({ shop: SHOP, products: `${ADMIN}/products`, skus: ['TRAY'] }),
  reconciliation_report: () =>
    writeReport({
      ...{ shop: SHOP, address: `${ADMIN}/reconciliations/latest`, count: 1 },
      discrepancies: [{ kind: 'amount_differs', reference: '1001', detail: 'Stripe has €266.46, the order €228.00' }],
      days: [
        {
          ...{ day: '2026-12-01', currency: 'eur', captured: 26646, refunded: 0, disputed: 0, fees: 412, paidOut: 0 },
          ...{ leftOut: 0, ordersCaptured: 22800, ordersRefunded: 0 },
        },
      ],
    }),
};

const SHOP = 'Field & Fern';
const ADMIN = 'https://api.shop.example/admin';

/** Every template there is, case by case. */
export const SAMPLES: readonly Sample[] = [
  ...(Object.keys(CASES) as Template[]).flatMap((template) =>
    Object.entries(CASES[template]).map(([name, one]): Sample => {
      const { audience } = TEMPLATES[template];
      const languages = audience === 'staff' ? (['en'] as const) : LANGUAGES;
      return { template, name, audience, languages, compose: (language) => composeCase(template, one, language) };
    }),
  ),
  ...[
    {
      template: 'back_in_stock',
      name: 'usual',
      audience: 'customer',
      languages: LANGUAGES,
      compose: backInStock,
    } as const,
  ],
  ...Object.entries(REPORTS).map(
    ([template, write]): Sample => ({
      ...{ template, name: 'usual', languages: ['en'] },
      audience: 'staff',
      compose: write,
    }),
  ),
];
