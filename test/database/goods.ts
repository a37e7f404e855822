import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import type { ParcelLine } from '../../domain/parcel';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../../store/database';
import { type NewReplacement, recordReplacement } from '../../store/orders/replacements';
import { type NewReturn, recordReturn } from '../../store/orders/returns';
import { recordShipment } from '../../store/orders/shipments';
import { recordRefund } from '../../store/refunds/record';
import { writeRequest } from '../../store/refunds/staff-requests';

export const at = new Date('2026-11-23T12:00:00Z');
export const later = new Date('2026-12-01T12:00:00Z');
/** What is on the shelf of each SKU before the order takes its part. */
export const STOCK = 100;

/** Orders of goods, and what staff and Stripe do about them, as it is recorded. */
export function goods(db: () => Db) {
  let orders = 0;
  /** An order of three mugs at 10.00 and two lamps at 5.00, less 10 %, paid and sold. What is named was shipped. */
  async function order(
    shipped: { mug?: number; lamp?: number } = { mug: 3, lamp: 2 },
    change: Partial<Prisma.OrderUncheckedCreateInput> = {},
  ) {
    const n = ++orders;
    const sessionId = `cs_test_returns_${n}` as SessionId;
    const skus = { mug: `mug-${n}`, lamp: `lamp-${n}`, cup: `cup-${n}` };
    const items = [
      { sku: skus.mug, quantity: 3, unitAmount: 1000, total: 3000, shipped: shipped.mug ?? 0 },
      { sku: skus.lamp, quantity: 2, unitAmount: 500, total: 1000, shipped: shipped.lamp ?? 0 },
    ];
    for (const { sku, quantity, unitAmount } of [...items, { sku: skus.cup, quantity: 0, unitAmount: 1000 }]) {
      const prices = {
        create: [{ currency: 'eur', amount: unitAmount, stripePriceId: `price_${sku}`, createdAt: at }],
      };
      await db().product.create({
        data: { sku, name: sku, kind: 'PHYSICAL', createdAt: at, updatedAt: at, stock: { create: {} }, prices },
      });
      const moved = { sku, at, heldDelta: 0, reference: sessionId, actor: 'staff' };
      await db().stockMovement.create({ data: { ...moved, kind: 'ADJUST', onHandDelta: STOCK } });
      await db().stockMovement.create({ data: { ...moved, kind: 'TAKE', onHandDelta: -quantity } });
    }
    const left = items.reduce((sum, one) => sum + one.quantity - one.shipped, 0);
    await db().order.create({
      data: {
        ...{ sessionId, number: `returns-${n}`, status: left === 0 ? 'SHIPPED' : 'PREPARING', stock: 'COMMITTED' },
        ...{ paymentStatus: 'PAID', origin: 'CHECKOUT', currency: 'eur', subtotal: 4000, discount: 400, total: 3600 },
        ...{ paymentIntentId: `pi_returns_${n}`, holdUntil: at, createdAt: at, updatedAt: at },
        items: { create: items.map((item, position) => ({ ...item, position, name: item.sku, kind: 'PHYSICAL' })) },
        ...change,
      },
    });
    return { sessionId, ...skus };
  }

  const back = (sessionId: SessionId, sku: string, quantity: number, change: Partial<NewReturn> = {}) =>
    recordReturn(db(), {
      ...{
        sessionId,
        key: randomUUID(),
        requestHash: 'body',
        items: [{ sku, quantity }],
        condition: 'restock' as const,
      },
      ...{ refund: null, actor: 'ada', at },
      ...change,
    });
  const again = (
    sessionId: SessionId,
    sku: string,
    quantity: number,
    { with: other, ...change }: Partial<NewReplacement> & { with?: string | undefined } = {},
  ) =>
    recordReplacement(db(), {
      ...{ sessionId, key: randomUUID(), requestHash: 'body', actor: 'bob', at },
      items: [{ sku, quantity, with: other }],
      ...change,
    });
  /** @param sku absent: everything that is left */
  const ship = (sessionId: SessionId, sku?: string, quantity = 1) =>
    recordShipment(db(), {
      ...{ sessionId, carrier: 'DHL', trackingNumber: randomUUID(), trackingUrl: null, at: later },
      ...{ items: sku === undefined ? null : [{ sku, quantity }], actor: 'ada' },
    });

  /** Staff ask for a refund of this much, and Stripe makes it. */
  async function refund(sessionId: SessionId, value: number, restock: ParcelLine[] = []): Promise<string> {
    const requestKey = randomUUID();
    const reason = 'other' as const;
    const asked = { sessionId, requestKey, amount: value, reason, actor: 'staff', at, isListed: true, restock };
    const written = await writeRequest(db(), asked);
    if (written.outcome === 'to-ask') await stripeSays(sessionId, written.refund.key, value);
    return written.outcome;
  }
  const stripeSays = (sessionId: SessionId, key: string, value: number, status = 'succeeded') =>
    recordRefund(db(), {
      sessionId,
      seen: { id: `re_${key}`, key, status, amount: value, currency: 'eur', createdAt: at },
      at,
    });
  /** All that is left is refunded in the Dashboard. */
  async function refundRest(sessionId: SessionId): Promise<void> {
    const { total, refunded } = await db().order.findUniqueOrThrow({ where: { sessionId } });
    if (total > refunded) await stripeSays(sessionId, randomUUID(), Number(total - refunded));
  }
  /** The last refund that was made fails at the bank. */
  async function failLast(sessionId: SessionId): Promise<void> {
    const last = (await refundsOf(sessionId)).filter(({ status }) => status === 'succeeded').at(-1);
    if (last) await stripeSays(sessionId, last.stripeId?.replace('re_', '') ?? '', Number(last.amount), 'failed');
  }
  const refundsOf = (sessionId: SessionId) =>
    db().refund.findMany({ where: { sessionId }, orderBy: [{ createdAt: 'asc' }, { key: 'asc' }] });
  const itemOf = (sessionId: SessionId, sku: string) =>
    db().orderItem.findUniqueOrThrow({ where: { sessionId_sku: { sessionId, sku } } });
  /** How the order moved the stock of a SKU, after it was sold. */
  const moved = async (sessionId: SessionId, sku: string) => {
    const rows = await db().stockMovement.findMany({ where: { sku, reference: sessionId }, orderBy: { id: 'asc' } });
    return rows.slice(2).map(({ onHandDelta, kind, actor }) => [onHandDelta, kind, actor]);
  };
  const onHand = async (sku: string) => (await db().stockLevel.findUniqueOrThrow({ where: { sku } })).onHand;

  return { order, back, again, ship, refund, refundRest, failLast, stripeSays, refundsOf, itemOf, moved, onHand };
}
