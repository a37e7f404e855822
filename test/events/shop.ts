import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import { OUTBOUND_TYPES } from '../../domain/outbound';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../../store/database';
import { recordDispute } from '../../store/disputes/record';
import { announceReceiver } from '../../store/events/receiver';
import { recordShipment } from '../../store/orders/shipments';
import { recordRefund } from '../../store/refunds/record';

/** Orders as they may stand in the database, what happens to them, and the events that come of it. */
export class Shop {
  private orders = 0;
  private readonly told = new Set<string>();

  constructor(
    readonly db: Db,
    readonly clock: { ms: number },
  ) {}

  get at(): Date {
    return new Date(this.clock.ms);
  }

  /** As a worker with a receiver does. */
  announce(urlHash = 'hash', forMs = 86_400_000) {
    return announceReceiver(this.db, { urlHash, wantedUntil: new Date(this.clock.ms + forMs) });
  }

  /** An order of two mugs at 10.00, paid, waiting to be shipped. */
  async order(change: Partial<Prisma.OrderUncheckedCreateInput> = {}): Promise<SessionId> {
    const n = ++this.orders;
    const sessionId = `cs_test_events_${n}` as SessionId;
    await this.db.order.create({
      data: {
        ...{ sessionId, number: `events-${n}`, status: 'PREPARING', paymentStatus: 'PAID', stock: 'COMMITTED' },
        ...{ origin: 'CHECKOUT', currency: 'eur', subtotal: 2000, total: 2000, paymentIntentId: `pi_events_${n}` },
        ...{ holdUntil: this.at, createdAt: this.at, updatedAt: this.at },
        customer: { create: { email: 'ada@example.com', name: 'Ada Lovelace', address: { line1: '12 Loom St' } } },
        items: {
          create: {
            ...{ sku: `mug-${n}`, position: 0, name: 'Mug', kind: 'PHYSICAL' },
            ...{ quantity: 2, unitAmount: 1000, total: 2000 },
          },
        },
        ...change,
      },
    });
    return sessionId;
  }

  /** Puts what an order is of into the catalogue, in stock. */
  async stock(sessionId: SessionId): Promise<void> {
    const sku = this.skuOf(sessionId);
    const product = { sku, name: 'Mug', kind: 'PHYSICAL' as const, createdAt: this.at, updatedAt: this.at };
    const prices = { create: [{ currency: 'eur', amount: 1000, createdAt: this.at }] };
    await this.db.product.create({ data: { ...product, stock: { create: {} }, prices } });
    const delivery = { sku, at: this.at, kind: 'ADJUST' as const, onHandDelta: 10, heldDelta: 0 };
    await this.db.stockMovement.create({ data: { ...delivery, reference: 'delivery', actor: 'staff' } });
  }

  skuOf = (sessionId: SessionId): string => `mug-${sessionId.replace('cs_test_events_', '')}`;

  ship(sessionId: SessionId, quantity: number, trackingNumber: string = randomUUID()) {
    const items = [{ sku: this.skuOf(sessionId), quantity }];
    const parcel = { carrier: 'DHL', trackingNumber, trackingUrl: null, items };
    return recordShipment(this.db, { sessionId, ...parcel, actor: 'ada', at: this.at });
  }

  refund(sessionId: SessionId, status: string, amount = 500) {
    const seen = { id: `re_${sessionId}_${amount}`, key: null, status, amount, currency: 'eur', createdAt: this.at };
    return recordRefund(this.db, { sessionId, seen, at: this.at });
  }

  dispute(sessionId: SessionId, status: string) {
    return recordDispute(this.db, {
      sessionId,
      seen: {
        ...{ id: `du_${sessionId}`, chargeId: null, paymentIntentId: null, status, reason: 'fraudulent' },
        ...{ amount: 2000, currency: 'eur', dueBy: new Date('2026-12-07T00:00:00Z'), answerable: status !== 'lost' },
        ...{ submissions: 0, createdAt: this.at },
        ...{ withdrawn: status === 'won' ? 0 : 2000, withdrawnCurrency: 'eur', visaEvidence: null },
      },
      at: this.at,
    });
  }

  /** The events written since the last call, in the order of their types. */
  async events(sessionId: SessionId) {
    const rows = await this.db.delivery.findMany({ where: { sessionId } });
    const fresh = rows.filter(({ id }) => !this.told.has(id));
    for (const { id } of fresh) this.told.add(id);
    return fresh.sort((one, other) => rank(one.type) - rank(other.type));
  }

  async types(sessionId: SessionId): Promise<string[]> {
    return (await this.events(sessionId)).map(({ type }) => type);
  }
}

const rank = (type: string): number => (OUTBOUND_TYPES as readonly string[]).indexOf(type);
