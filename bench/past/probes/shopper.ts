import { findForSale } from '../../../store/catalogue/products';
import { readRequestedLines, saveSession, writeCheckout } from '../../../store/checkouts/checkouts';
import { claimKey, settleKey } from '../../../store/checkouts/keys';
import { markMails, readTurn, writeMails } from '../../../store/mails/turn';
import { commitOrder } from '../../../store/orders/commit';
import { countUse } from '../../../store/orders/downloads';
import { openOrder } from '../../../store/orders/open';
import { confirmPayment } from '../../../store/orders/payment';
import { findRecoverableCart } from '../../../store/orders/recovery';
import { recordShipment } from '../../../store/orders/shipments';
import { readSnapshot } from '../../../store/orders/snapshot';
import { readOrder } from '../../../store/orders/view';
import { recordRefund } from '../../../store/refunds/record';
import { GOODS, PRICE } from '../orders';
import { sessionOf, uuidOf } from '../shops';
import { ageOf, before, DAY, EXPIRED, expect, type Probe, SHIPPED, SONG, type Visit } from './probe';

const skusOf = ({ turn }: Visit) => [`good-${turn % GOODS}`, `good-${(turn + 400) % GOODS}`];
const keyOf = ({ turn }: Visit) => ({ keyHash: `visit-${turn}`, bodyHash: 'cart' });
const busyUntilOf = ({ at }: Visit) => new Date(at.getTime() + 12_000);
const holdUntilOf = ({ at }: Visit) => new Date(at.getTime() + 1_860_000);
const TOTAL = 2 * PRICE;

/** The life of an order, in its order: each step works on what the one before has left. */
export const CHECKOUT: Probe[] = [
  {
    name: 'find the products',
    run: async (db, visit) => expect((await findForSale(db, { skus: skusOf(visit) })).length === 2, 'two products'),
  },
  {
    name: 'claim the Idempotency-Key',
    run: async (db, visit) => {
      const { at } = visit;
      const claim = { key: keyOf(visit), busyUntil: busyUntilOf(visit), keptSince: before(at, DAY), at };
      expect((await claimKey(db, claim)).state === 'ours', 'the key');
    },
  },
  {
    name: 'write the checkout',
    run: async (db, visit) => {
      const { turn, at, checkoutId: id } = visit;
      const lines = skusOf(visit).map((sku) => ({
        ...{ sku, name: `The ${sku}`, kind: 'PHYSICAL' as const, quantity: 1, unitAmount: PRICE, total: PRICE },
        ...{ stripePriceId: null, minimum: null },
      }));
      const { outcome } = await writeCheckout(db, {
        ...{ id, currency: 'eur', subtotal: TOTAL, lines, request: { locale: 'en', metadata: {} } },
        ...{ numberPaths: ['client_reference_id'], holdUntil: holdUntilOf(visit), clientHash: `visitor-${turn % 20}` },
        ...{ recovers: null, claim: { keyHash: keyOf(visit).keyHash, busyUntil: busyUntilOf(visit) } },
        ...{ openLimit: 1_000, at },
      });
      expect(outcome === 'written', 'the checkout');
    },
  },
  {
    name: 'save the session',
    run: (db, { checkoutId: id, session }) => saveSession(db, { id, session, url: `https://pay.example/${session}` }),
  },
  {
    name: 'open the order, hold its stock',
    run: async (db, { session: sessionId, at }) => {
      const opened = await openOrder(db, { sessionId, hold: true, at });
      expect(opened?.fresh === true && opened.missing.length === 0, 'held');
    },
  },
  {
    name: 'settle the Idempotency-Key',
    run: (db, visit) => settleKey(db, { keyHash: keyOf(visit).keyHash, busyUntil: busyUntilOf(visit) }, visit),
  },
];

export const PAYMENT: Probe[] = [
  {
    name: 'read what was asked',
    run: async (db, { session }) => expect((await readRequestedLines(db, session)).lines.length === 2, 'its lines'),
  },
  {
    name: 'confirm the payment',
    run: (db, { session, turn, at }) =>
      confirmPayment(db, {
        ...{ sessionId: session, outcome: 'paid', chosen: [], at },
        payment: {
          ...{ total: TOTAL, discount: 0, shipping: 0, tax: 0, taxIncluded: 0, presentmentAmount: null },
          ...{ presentmentCurrency: null, paymentIntentId: `pi_${session}`, chargeId: `ch_${session}` },
          ...{ voucher: null, captureBefore: null },
        },
        customer: { email: `visitor${turn}@example.com`, name: 'A Visitor', userId: null, address: null },
      }),
  },
  {
    name: 'commit the order',
    run: async (db, { session: sessionId, at }) => {
      const { status } = await commitOrder(db, { sessionId, downloads: { allowed: 5, until: at }, at });
      expect(status === 'PREPARING', 'sold');
    },
  },
  {
    name: 'read the turn of its mails',
    run: async (db, { session: sessionId }) => {
      const { order } = await readTurn(db, { sessionId, keys: keysOf(sessionId) });
      expect(order?.items.length === 2, 'the order');
    },
  },
  {
    name: 'write its mails',
    run: async (db, { session: sessionId, at }) => {
      const mails = keysOf(sessionId).map((key) => ({
        ...{ key, template: key.split('/')[0] ?? '', audience: 'CUSTOMER' as const, orderNumber: '1' },
        ...{ recipient: 'visitor@example.com', subject: 'Order', html: BODY, text: BODY },
      }));
      const written = await writeMails(db, { sessionId, mails, unsent: [], wasErased: false, at });
      expect(written?.length === 2, 'two mails');
    },
  },
  {
    name: 'mark its mails as sent',
    run: (db, { session: sessionId, at }) => {
      const sent = keysOf(sessionId).map((key) => ({ key, providerId: key, message: 'Sent' }));
      return markMails(db, { sessionId, sent, failed: [], at });
    },
  },
  { name: 'read its snapshot', run: (db, { session }) => readSnapshot(db, session) },
  {
    name: 'ship it',
    run: async (db, { session: sessionId, turn, at }) => {
      const parcel = { carrier: 'DHL', trackingNumber: `V${turn}`, trackingUrl: null, items: null };
      expect((await recordShipment(db, { sessionId, ...parcel, actor: 'staff', at })).outcome === 'shipped', 'shipped');
    },
  },
  {
    name: 'record a refund of it',
    run: async (db, { session: sessionId, at }) => {
      const seen = {
        id: `re_${sessionId}`,
        key: null,
        status: 'succeeded',
        amount: 100,
        currency: 'eur',
        createdAt: at,
      };
      expect(!(await recordRefund(db, { sessionId, seen, at })).everything, 'a part');
    },
  },
];

/** A shopper comes back to an order of the past. */
export const SHOPPER: Probe[] = [
  {
    name: 'read an old order',
    run: async (db, visit) => {
      const order = await readOrder(db, sessionOf(ageOf(visit, ...SHIPPED)));
      expect(order?.status === 'COMPLETED' && order.shipments.length === 1, 'the order');
    },
  },
  { name: 'download a file', run: (db, visit) => countUse(db, { id: uuidOf(ageOf(visit, ...SONG)), at: visit.at }) },
  {
    name: 'recover a cart',
    run: (db, visit) => findRecoverableCart(db, { sessionId: sessionOf(ageOf(visit, ...EXPIRED)), at: visit.at }),
  },
];

const keysOf = (session: string) => [`order_confirmation/${session}`, `order_received/${session}`];
const BODY = 'Thank you for your order. '.repeat(40);
