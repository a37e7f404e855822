import { setTimeout as pause } from 'node:timers/promises';
import { ownerOf } from '../../activities/checkout/payment-owner';
import { type SessionId, sessionId } from '../../domain/ids';
import { Shop, until } from '../api/shop';

/**
 * A shop's life in short: everything happens once for which Holdfast asks something of Stripe. Stripe's events come as they do, staff act
 * over HTTP, and at the end a sweep goes over it all.
 */
export async function shopLife(): Promise<void> {
  const shop = await Shop.open();
  try {
    await new Life(shop).live();
  } finally {
    await shop.close();
  }
}

const PINS = Array.from({ length: 11 }, (_, index) => `pin-${index}`);

const STEP_MS = 60_000;

/** Money of a card is there to be paid out some days after it was taken. */
const UNTIL_AVAILABLE = 8 * 24 * 60 * 60 * 1000;

class Life {
  constructor(private readonly shop: Shop) {}

  private get world() {
    return this.shop.world;
  }

  async live(): Promise<void> {
    await this.shop.listenToStripe();
    await this.world.product('mug', { amount: 1250, stock: 100 });
    for (const step of [
      this.abandoned,
      this.declinedThenPaid,
      this.madeElsewhere,
      this.givenBackInParts,
      this.disputed,
      this.reviewed,
      this.warnedOf,
      this.paidOut,
    ])
      await inTime(step.name, step.call(this));
  }

  private async abandoned(): Promise<void> {
    const id = await this.checkout('mug');
    await this.shop.http.post(`/orders/${id}/abandon`).expect(202);
    await this.becomes(id, 'CANCELLED');
  }

  private async declinedThenPaid(): Promise<void> {
    const id = await this.checkout('mug');
    await this.world.at(`/sessions/${id}/decline`);
    await until(() => this.world.db.timelineEntry.findFirst({ where: { sessionId: id, type: 'declined' } }));
    await this.world.pay(id);
    await this.becomes(id, 'PREPARING');
  }

  /** Of more lines than a session shows by itself. */
  private async madeElsewhere(): Promise<void> {
    for (const pin of PINS) await this.world.product(pin, { amount: 300, stock: 5 });
    const prices = await this.world.db.price.findMany({ where: { sku: { in: PINS } } });
    const { id } = await this.world.at<{ id: string }>('/sessions', {
      mode: 'payment',
      line_items: prices.map(({ stripePriceId }) => ({ price: stripePriceId, quantity: 2 })),
      success_url: 'https://shop.example.com/thanks',
    });
    await this.world.pay(sessionId(id));
    await this.becomes(sessionId(id), 'PREPARING');
  }

  private async givenBackInParts(): Promise<void> {
    const id = await this.bought();
    await this.staff(`/orders/${id}/refund`, { amount: 250, reason: 'damaged' });
    await this.staff(`/orders/${id}/cancel`, { reason: 'requested_by_customer' });
    await this.becomes(id, 'REFUNDED');
  }

  private async disputed(): Promise<void> {
    const id = await this.bought();
    const dispute = await this.atCharge(id, 'dispute', { reason: 'product_not_received' });
    await until(() => this.world.db.dispute.findFirst({ where: { id: dispute, gatheredAt: { not: null } } }));
    await this.staff(`/disputes/${dispute}/submit`, {});
    await this.world.at(`/disputes/${dispute}/close`, { status: 'won' });
    await until(() => this.world.db.dispute.findFirst({ where: { id: dispute, open: false } }));
  }

  private async reviewed(): Promise<void> {
    const id = await this.bought();
    const review = await this.atCharge(id, 'review');
    await until(async () => (await this.world.order(id)).reviewOpen);
    await this.world.at(`/reviews/${review}/close`, { reason: 'refunded_as_fraud' });
    await until(async () => !(await this.world.order(id)).reviewOpen);
  }

  /** Stripe may name a charge and no PaymentIntent of it. */
  private async warnedOf(): Promise<void> {
    const id = await this.bought();
    await this.atCharge(id, 'early-fraud-warning');
    await until(async () => (await this.world.order(id)).fraudWarning);
    const { chargeId } = await this.world.order(id);
    const owner = await ownerOf(this.world.deps(), { charge: chargeId as string });
    if (owner.whose !== 'order' || owner.sessionId !== id) throw new Error(`${chargeId} belongs to ${id}`);
  }

  /** Its events would be dated where the test's clock is by then, days ahead of the API's: the notice is told by hand. */
  private async paidOut(): Promise<void> {
    await this.world.sleep(UNTIL_AVAILABLE);
    const { id } = await this.world.at<{ id: string }>('/payouts', { currency: 'eur' });
    await this.world.at(`/payouts/${id}/pay`);
    await this.world.at(`/payouts/${id}/reconcile`);
    await this.world.deps().door.notice('payout', id);
    await until(() => this.world.db.payout.findFirst({ where: { id, checkedAt: { not: null } } }));
  }

  private async checkout(sku: string): Promise<SessionId> {
    // The first one finds the workers starting, which is told to shoppers as a 503 that is worth another try.
    const body = await until(async () => {
      const answer = await this.shop.checkout({ items: [{ sku, quantity: 1 }] });
      return answer.status === 201 && answer.body;
    });
    this.world.know(body.sessionId);
    return body.sessionId;
  }

  /** A mug that is paid and waits to be shipped. */
  private async bought(): Promise<SessionId> {
    const id = await this.checkout('mug');
    await this.world.pay(id);
    await this.becomes(id, 'PREPARING');
    await this.shop.http.get(`/orders/${id}`).expect(200);
    return id;
  }

  /** The order as it is in the end; at first it may not be written yet. */
  private becomes(sessionId: SessionId, status: 'CANCELLED' | 'PREPARING' | 'REFUNDED') {
    return until(() => this.world.db.order.findFirst({ where: { sessionId, status } }));
  }

  private async atCharge(id: SessionId, what: string, body: Record<string, unknown> = {}): Promise<string> {
    const { chargeId } = await this.world.order(id);
    return (await this.world.at<{ id: string }>(`/charges/${chargeId}/${what}`, body)).id;
  }

  private async staff(path: string, body: Record<string, unknown>): Promise<void> {
    await this.shop.http
      .post(`/admin${path}`)
      .set({ authorization: `Bearer ${this.world.env.ADMIN_TOKEN}`, 'idempotency-key': path })
      .send(body)
      .expect(200);
  }
}

/** A step that never comes to its end is told by its name. */
async function inTime(step: string, done: Promise<void>): Promise<void> {
  const enough = new AbortController();
  const tooLong = pause(STEP_MS, undefined, { signal: enough.signal }).then(() => {
    throw new Error(`It never came to this: ${step}`);
  });
  try {
    await Promise.race([done, tooLong]);
  } finally {
    enough.abort();
    tooLong.catch(() => undefined);
  }
}
