import type { Language } from '../../domain/locale';
import type { ItemFacts, MailFacts, OrderFacts } from '../../emails/facts';

/** What a shop names, and its customer, by the language of both. */
export interface Things {
  tray: ItemFacts;
  lamp: ItemFacts;
  notes: ItemFacts;
  shipTo: string[];
  /** Prices have the tax on top in one country, and include it in another. */
  sums: Pick<OrderFacts, 'tax' | 'taxIncluded' | 'total'>;
}

const things = (tray: string, lamp: string, notes: string): Pick<Things, 'tray' | 'lamp' | 'notes'> => ({
  tray: { sku: 'TRAY', name: tray, kind: 'PHYSICAL', quantity: 2, unitAmount: 4500, total: 9000 },
  lamp: { sku: 'LAMP', name: lamp, kind: 'PHYSICAL', quantity: 1, unitAmount: 12900, total: 12900 },
  notes: { sku: 'NOTES', name: notes, kind: 'DIGITAL', quantity: 1, unitAmount: 900, total: 900 },
});

export const THINGS: Record<Language, Things> = {
  en: {
    ...things(
      'Walnut desk tray',
      'Brass reading lamp with a very long name that has to wrap somewhere',
      'Field notes (PDF)',
    ),
    shipTo: ['Ada Lovelace', '12 St James’s Square', 'London', 'SW1Y 4JH', 'United Kingdom'],
    sums: { tax: 4256, taxIncluded: 0, total: 26646 },
  },
  de: {
    ...things(
      'Schreibtischablage aus Nussbaum',
      'Leselampe aus Messing mit einem sehr langen Namen, der irgendwo umbrechen muss',
      'Feldnotizen (PDF)',
    ),
    shipTo: ['Ada Lovelace', 'Torstraße 12', '10119 Berlin', 'Deutschland'],
    sums: { tax: 3575, taxIncluded: 3575, total: 22390 },
  },
};

/** The ids of two requests to return. */
export const ASKED = '5b1d3d3e-52f5-4a61-9d7e-1f0c1c1e8f6b';
export const DECLINED = '0a3c1c1e-8f6b-4a9f-9a61-52f54a619d7e';
const NOTE: Record<Language, string> = {
  en: 'The lamp was made to your order, so we cannot sell it again.\nWe are glad to repair it, though: just write to us.',
  de: 'Die Lampe haben wir nach Ihren Wünschen gefertigt und können sie nicht wieder verkaufen.\nGern reparieren wir sie: Schreiben Sie uns.',
};

/**
 * A rich order to write mails about: goods and a download, discount, shipping and tax, a parcel that left and one to
 * come. It has no bundles, if nothing else is said.
 */
const sampleOrder = (language: Language, change: Partial<OrderFacts>): OrderFacts => {
  const { tray, lamp, notes, shipTo, sums } = THINGS[language];
  const order: Omit<OrderFacts, 'bought'> & Partial<Pick<OrderFacts, 'bought'>> = {
    number: '1001',
    sessionId: 'cs_test_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6',
    status: 'PREPARING',
    paymentStatus: 'PAID',
    currency: 'eur',
    locale: language,
    items: [tray, lamp, notes],
    voucher: null,
    captureBefore: null,
    invoiceUrl: null,
    subtotal: 22800,
    discount: 1000,
    shipping: 590,
    declined: false,
    ...sums,
    refunded: 0,
    shipTo,
    downloads: [
      {
        name: notes.name,
        url: 'https://api.shop.example/downloads/3f0c1c1e-8f6b-4a9f-9a61-0f1d9b1f0a11.kJ8sXv3mQy2Lr0aBcDeFgHiJkLmNoPqRsTuVwXyZ012',
        expiresAt: new Date('2026-12-08T10:00:00Z'),
        remaining: 5,
      },
    ],
    licenceKeys: [],
    shipments: [
      {
        id: 'parcel-1',
        carrier: 'DHL',
        trackingNumber: '00340434161094042557',
        trackingUrl: 'https://www.dhl.example/track?id=00340434161094042557',
        items: [{ name: tray.name, quantity: 2 }],
        toCome: [{ name: lamp.name, quantity: 1 }],
      },
    ],
    refunds: [
      { id: 're_1', amount: 2000, status: 'pending', reason: 'damaged' },
      { id: 're_failed', amount: 1500, status: 'failed', reason: 'requested_by_customer' },
    ],
    returns: [{ id: 'return-1', items: [{ name: tray.name, quantity: 1 }], refund: 4300 }],
    returnRequests: [
      { id: DECLINED, items: [{ name: lamp.name, quantity: 1 }], declined: true, note: NOTE[language] },
      { id: ASKED, items: [{ name: tray.name, quantity: 1 }], declined: false, note: null },
    ],
    disputes: [
      {
        id: 'du_1',
        status: 'needs_response',
        reason: 'product_not_received',
        amount: sums.total,
        currency: 'eur',
        dueBy: new Date('2026-12-09T23:59:59Z'),
        answerable: true,
        open: true,
        submitted: false,
      },
    ],
    attention: {
      step: 'confirm',
      reason: 'the total is 26646, its parts add up to 22800',
      since: new Date('2026-12-01T09:30:00Z'),
      behind: null,
    },
    withdrawal: {
      at: new Date('2026-12-02T08:15:00Z'),
      name: 'Ada Lovelace',
      undone: false,
      late: false,
      begun: [],
      shipped: true,
    },
    recovery: {
      url: 'https://api.shop.example/recover/cs_test_a1B2c3.kJ8sXv3mQy2Lr0aBcDeFgHiJkLmNoPqRsTuVwXyZ012',
      until: new Date('2026-12-31T09:30:00Z'),
    },
    ...change,
  };
  return { bought: order.items.map(({ kind: _, ...line }) => ({ ...line, contents: null })), ...order };
};

/** What a mail about it is written from. */
export const sampleFacts = (
  change: Partial<OrderFacts> = {},
  ref: string | null = null,
  language: Language = 'en',
): MailFacts => ({
  shop: 'Field & Fern',
  step: null,
  ref,
  order: sampleOrder(language, change),
  links: {
    order: 'https://api.shop.example/orders/cs_test_a1B2c3/view?token=cs_test_a1B2c3.kJ8s',
    storefront: 'https://shop.example',
    unsubscribe: 'https://api.shop.example/unsubscribe?token=5d41402abc4b.kJ8sXv3mQy2Lr0aBcDeF',
    admin: 'https://api.shop.example/admin/orders/1001',
    staff: 'https://api.shop.example/staff/orders/1001',
    workflow: 'https://temporal.shop.example/namespaces/default/workflows/cs_test_a1B2c3',
    dispute: (id) => `https://api.shop.example/admin/disputes/${id}`,
  },
});
