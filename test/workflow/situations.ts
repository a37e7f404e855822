import type Stripe from 'stripe';
import type { NoticeKind } from '../../domain/events';
import { type SessionId, sessionId } from '../../domain/ids';
import type { OrderReport } from '../../messages/order';
import { eraseCustomer } from '../../store/customers/erase';
import { RefundShop } from './refund-shop';
import { Risk } from './risk';
import { until, type World } from './world';

/** Two mugs and a pot cost the same each, so that one can be sent in place of another. */
const GOODS = [{ sku: 'mug', quantity: 2 }, { sku: 'pot' }];
const ALL = [
  { sku: 'mug', quantity: 2 },
  { sku: 'pot', quantity: 1 },
];
const MUG = [{ sku: 'mug', quantity: 1 }];

/** What may have become of an order when staff look at it: each makes one, and waits until its run knows. */
export class Situations {
  private readonly shop: RefundShop;
  private readonly risk: Risk;
  private parcels = 0;

  constructor(private readonly world: World) {
    this.shop = new RefundShop(world);
    this.risk = new Risk(world);
  }

  static async start(world: World): Promise<Situations> {
    for (const sku of ['mug', 'pot', 'cup']) await world.product(sku, { amount: 1000, stock: 10_000 });
    await world.product('ebook', { amount: 1000 });
    for (const sku of ['gift', 'card']) await world.product(sku, { amount: 0, stock: 1000 });
    return new Situations(world);
  }

  readonly all: Record<string, () => Promise<SessionId>> = {
    unpaid: async () => (await this.world.checkout(GOODS)).id,
    'unpaid, on hold': async () => {
      const { id } = await this.world.checkout(GOODS);
      await this.ask(id, 'hold', { reason: 'fraud' });
      return id;
    },
    'payment under way': () => this.world.processingOrder(GOODS),
    'payment that differs': async () => {
      const id = await this.world.session(GOODS);
      await this.world.db.checkout.update({ where: { sessionId: id }, data: { subtotal: 2_999 } });
      const lines = (await this.world.db.checkout.findUniqueOrThrow({ where: { sessionId: id } })).lines as object[];
      const cheaper = lines.map((line, index) => (index === 0 ? { ...line, unitAmount: 999, total: 1_998 } : line));
      await this.world.db.checkout.update({ where: { sessionId: id }, data: { lines: cheaper } });
      await this.world.open(id);
      await this.world.pay(id);
      await this.world.webhook(id);
      return this.needs(id, 'confirm');
    },
    'nothing sent': () => this.world.paidOrder(GOODS),
    'goods and a download': () => this.world.paidOrder([...GOODS, { sku: 'ebook' }]),
    free: () => this.world.paidOrder([{ sku: 'gift', quantity: 2 }]),
    'half price by a code': () => this.withCode(50),
    'free by a code': () => this.withCode(100),
    'on hold': async () => this.did(await this.world.paidOrder(GOODS), 'hold', { reason: 'address' }),
    'a part sent': () => this.sent(MUG),
    'all sent': () => this.sent(ALL),
    'all sent, one came back': async () =>
      this.did(await this.sent(ALL), 'return', { items: MUG, condition: 'restock' }),
    'all sent, all came back': async () =>
      this.did(await this.sent(ALL), 'return', { items: ALL, condition: 'write_off' }),
    'one came back with its money, and was sent again': async () => {
      const id = await this.did(await this.sent(ALL), 'return', { items: MUG, condition: 'restock', refund: {} });
      await this.ask(id, 'replace', { items: MUG });
      return this.did(id, 'ship', { carrier: 'DHL', trackingNumber: `S-${++this.parcels}` });
    },
    'all mugs came back with their money': async () => {
      const items = [{ sku: 'mug', quantity: 2 }];
      return this.did(await this.sent(ALL), 'return', { items, condition: 'restock', refund: {} });
    },
    'erased, and its refund failed': async () => {
      const id = await this.sent(ALL);
      await this.ask(id, 'refund', { reason: 'other' });
      await this.world.end(id);
      await eraseCustomer(this.world.db, { sessionId: id, actor: 'staff', at: new Date(this.world.now()) });
      return this.bankRefuses(id);
    },
    'a part refunded': async () =>
      this.did(await this.world.paidOrder(GOODS), 'refund', { amount: 500, reason: 'other' }),
    'a unit called off': async () =>
      this.did(await this.world.paidOrder(GOODS), 'refund', { amount: 1000, reason: 'other', restock: MUG }),
    'a line exchanged': async () =>
      this.did(await this.world.paidOrder(GOODS), 'replace', { items: [{ sku: 'pot', quantity: 1, with: 'cup' }] }),
    'one to be sent again': async () => this.did(await this.sent(ALL), 'replace', { items: MUG }),
    disputed: () => this.disputed(GOODS),
    'sent, and disputed': async () => this.disputedOf(await this.sent(ALL)),
    'a part sent, and disputed': async () => this.disputedOf(await this.sent(MUG)),
    'dispute won': () => this.judged('won'),
    'dispute lost': () => this.judged('lost'),
    'sent, and the dispute lost': async () => this.judgedOf(await this.sent(ALL), 'lost'),
    'under review': async () => this.reviewed(await this.world.paidOrder(GOODS)),
    'a review that ended strangely': async () => {
      const id = await this.world.paidOrder(GOODS);
      const review = await this.atCharge<Stripe.Review>(id, 'review');
      await this.risk.notice('review', review.id);
      await this.world.at(`/reviews/${review.id}/close`, { reason: 'redacted' });
      await this.risk.notice('review', review.id);
      return this.needs(id, 'review-closed');
    },
    'sold out, and its refund failed': async () => {
      const sku = `rare-${++this.parcels}`;
      await this.world.product(sku, { amount: 1000 });
      await this.world.db.product.update({ where: { sku }, data: { kind: 'PHYSICAL', stock: { create: {} } } });
      const id = await this.world.session([{ sku, quantity: 2 }]);
      await this.world.pay(id);
      await this.world.webhook(id);
      await this.world.end(id);
      await this.bankRefuses(id);
      const at = new Date(this.world.now());
      const delivery = { kind: 'ADJUST', onHandDelta: 9, heldDelta: 0, reference: 'delivery', actor: 'staff' } as const;
      await this.world.db.stockMovement.create({ data: { sku, at, ...delivery } });
      return id;
    },
    'warned of fraud': async () => {
      const id = await this.world.paidOrder(GOODS);
      const warning = await this.atCharge<{ id: string }>(id, 'early-fraud-warning', { fraud_type: 'misc' });
      return this.told(id, 'fraud-warning', warning.id);
    },
    'its cancel failed at the bank': async () => this.failed(await this.world.paidOrder(GOODS)),
    'its cancel failed, and was withdrawn': async () =>
      this.did(await this.failed(await this.world.paidOrder(GOODS)), 'resolve', { how: 'withdraw' }),
    'its cancel failed, and a part was sent all the same': async () =>
      this.sentOf(await this.failed(await this.world.paidOrder(GOODS)), MUG),
    'its cancel failed, and all was sent all the same': async () =>
      this.sentOf(await this.failed(await this.world.paidOrder(GOODS)), ALL),
    'its cancel refused, and all was sent all the same': async () =>
      this.sentOf(await this.refused(await this.world.paidOrder(GOODS), 'cancel', { reason: 'other' }), ALL),
    'a refund of a part failed, and another was made': async () =>
      this.did(await this.failed(await this.world.paidOrder(GOODS), 'refund', 500), 'refund', {
        ...{ amount: 500, reason: 'other' },
      }),
    'a part sent, and its refund failed': async () => this.failed(await this.sent(MUG), 'refund'),
    'a refund of a part failed': async () => this.failed(await this.world.paidOrder(GOODS), 'refund', 500),
    'sent, and a refund of a part failed': async () => this.failed(await this.sent(ALL), 'refund', 500),
    'a refund of a part refused': async () =>
      this.refused(await this.world.paidOrder(GOODS), 'refund', { amount: 500, reason: 'other' }),
    'its cancel refused': async () => this.refused(await this.world.paidOrder(GOODS), 'cancel', { reason: 'other' }),
    'its refund of all refused': async () =>
      this.refused(await this.world.paidOrder(GOODS), 'refund', { reason: 'other' }),
    'a part sent, and its refund of all refused': async () =>
      this.refused(await this.sent(MUG), 'refund', { reason: 'other' }),
  };

  /** An update by staff. */
  ask(id: SessionId, name: string, request?: object): Promise<unknown> {
    return this.world.handle(id).executeUpdate(name, { args: (request ? [request] : []) as [object] });
  }

  private async did(id: SessionId, name: string, request?: object): Promise<SessionId> {
    await this.ask(id, name, request);
    return id;
  }

  /** Bought through a session that was made elsewhere, with a code. */
  private async withCode(percent_off: number): Promise<SessionId> {
    const { id: coupon } = await this.world.stripe.coupons.create({ percent_off });
    const line_items = await Promise.all(
      GOODS.map(async ({ sku, quantity = 1 }) => {
        const { stripePriceId } = await this.world.db.price.findFirstOrThrow({ where: { sku } });
        return { price: stripePriceId as string, quantity };
      }),
    );
    const made = await this.world.stripe.checkout.sessions.create({
      ...{ mode: 'payment', line_items, discounts: [{ coupon }], success_url: 'http://localhost/thanks' },
    });
    const id = sessionId(made.id);
    this.world.know(id);
    await this.world.paid(id);
    return id;
  }

  private async sent(items: object[]): Promise<SessionId> {
    return this.sentOf(await this.world.paidOrder(GOODS), items);
  }

  private sentOf(id: SessionId, items: object[]): Promise<SessionId> {
    return this.did(id, 'ship', { carrier: 'DHL', trackingNumber: `S-${++this.parcels}`, items });
  }

  private async disputed(lines: typeof GOODS): Promise<SessionId> {
    return this.disputedOf(await this.world.paidOrder(lines));
  }

  private async disputedOf(id: SessionId): Promise<SessionId> {
    await this.risk.disputed(id);
    return this.knows(id, ({ disputes }) => disputes.length > 0);
  }

  private async judged(how: 'won' | 'lost'): Promise<SessionId> {
    return this.judgedOf(await this.world.paidOrder(GOODS), how);
  }

  private async judgedOf(id: SessionId, how: 'won' | 'lost'): Promise<SessionId> {
    const dispute = await this.risk.disputed(id);
    await this.risk.happens(dispute, 'close', { status: how });
    await this.risk.ended(dispute);
    return this.knows(
      id,
      ({ disputes, needsAttention }) => disputes.length === 0 && (how === 'won' || needsAttention.length > 0),
    );
  }

  private async reviewed(id: SessionId): Promise<SessionId> {
    const review = await this.atCharge<Stripe.Review>(id, 'review');
    return this.told(id, 'review', review.id);
  }

  private async told(id: SessionId, kind: NoticeKind, notice: string): Promise<SessionId> {
    await this.risk.notice(kind, notice);
    return this.knows(id, ({ waitingFor }) => !waitingFor.startsWith('staff to ship'));
  }

  private async atCharge<T>(id: SessionId, what: string, body = {}): Promise<T> {
    return this.world.at<T>(`/charges/${await this.risk.chargeOf(id)}/${what}`, body);
  }

  /** A refund or a cancel of it is made, and the bank sends the money back. */
  private async failed(id: SessionId, by: 'cancel' | 'refund' = 'cancel', amount?: number): Promise<SessionId> {
    await this.ask(id, by, { reason: 'other', ...(amount !== undefined && { amount }) });
    return this.bankRefuses(id);
  }

  private async bankRefuses(id: SessionId): Promise<SessionId> {
    const [refund] = await this.shop.atStripe(id);
    await this.world.at(`/refunds/${refund?.id}/fail`);
    await this.shop.told(refund as Stripe.Refund);
    return this.needs(id, 'refund-failed');
  }

  /** Stripe refuses it for good. */
  private async refused(id: SessionId, name: string, request: object): Promise<SessionId> {
    await this.shop.fault({ kind: 'refused', message: 'Insufficient funds' });
    await this.ask(id, name, request);
    return this.needs(id, 'refund-refused');
  }

  private needs(id: SessionId, step: string): Promise<SessionId> {
    return this.knows(id, ({ needsAttention }) => needsAttention.some((one) => one.step === step));
  }

  private async knows(id: SessionId, is: (report: OrderReport) => boolean): Promise<SessionId> {
    await until(async () => {
      const report = await this.report(id).catch(() => null);
      return report !== null && is(report);
    });
    return id;
  }

  /** What staff see of it. */
  report(id: SessionId): Promise<OrderReport> {
    return this.world.handle(id).query<OrderReport>('order');
  }
}
