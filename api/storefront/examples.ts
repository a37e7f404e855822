/**
 * What the OpenAPI document shows of the shapes of storefronts, from the demo catalogue. A test compares them with the
 * schemas.
 */

const eur = (amount: number) => ({ amount, currency: 'eur' });

export const PRODUCT_EXAMPLE = {
  sku: 'TULIPS',
  name: 'Ten Tulips',
  description:
    'Cut this morning while still closed, in three colours. They open on your table and go on growing there.',
  kind: 'PHYSICAL',
  imageUrl: '/images/tulips.svg',
  images: [{ url: '/images/tulips.svg', alt: null, width: null, height: null, sizes: [] }],
  prices: [eur(1800)],
  payWhatYouWant: null,
  group: null,
  bundle: null,
  available: 38,
};

export const CART_EXAMPLE = {
  items: [{ sku: 'TULIPS', quantity: 2 }],
  email: 'ada@example.com',
  userId: 'user-7',
  locale: 'de',
  country: 'DE',
};

export const CHECKOUT_EXAMPLE = {
  sessionId: 'cs_test_a1B2c3',
  url: 'https://checkout.stripe.com/c/pay/cs_test_a1B2c3',
  status: 'PENDING',
  expiresAt: '2026-11-23T12:31:00.000Z',
};

export const RECOVERY_CART_EXAMPLE = {
  currency: 'eur',
  items: [
    {
      ...{ sku: 'TULIPS', name: 'Ten Tulips', imageUrl: '/images/tulips.svg', quantity: 2 },
      ...{ unitAmount: eur(1800), total: eur(3600), payWhatYouWant: null, available: 38, problem: null },
    },
  ],
  total: eur(3600),
  until: '2026-12-23T12:31:00.000Z',
  bought: false,
};

export const ORDER_EXAMPLE = {
  number: '1001',
  sessionId: 'cs_test_a1B2c3',
  status: 'PREPARING',
  paymentStatus: 'PAID',
  createdAt: '2026-11-23T12:00:00.000Z',
  amounts: {
    subtotal: eur(3600),
    discount: eur(360),
    shipping: eur(490),
    tax: eur(595),
    taxIncluded: eur(595),
    total: eur(3730),
  },
  items: [{ sku: 'TULIPS', name: 'Ten Tulips', quantity: 2, unitAmount: eur(1800), total: eur(3600) }],
  bought: [{ sku: 'TULIPS', name: 'Ten Tulips', quantity: 2, unitAmount: eur(1800), total: eur(3600), contents: null }],
  total: eur(3730),
  refunded: eur(0),
  refundAwaitsBankDetails: null,
  refundedElsewhere: null,
  expiresAt: '2026-11-23T12:31:00.000Z',
  shipments: [],
  downloads: [],
  licenceKeys: [],
  recoveryUrl: null,
  soldOut: false,
  halted: null,
  voucher: null,
  updatedAt: '2026-11-23T12:03:00.000Z',
};

export const STREAM_EXAMPLE = `id: 4\nevent: order\ndata: ${JSON.stringify(ORDER_EXAMPLE)}\n\n`;
