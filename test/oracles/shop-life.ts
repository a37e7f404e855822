import { setTimeout as pause } from 'node:timers/promises';
import { ownerOf } from '../../activities/checkout/payment-owner';
import { type SessionId, sessionId } from '../../domain/ids';
import { learnAccount } from '../../platform/stripe-account';
import { Shop, until } from '../api/shop';

/**
 * A short run through a shop's life, with everything once that makes Holdfast call Stripe. Stripe's events arrive by
 * themselves, staff act over HTTP, and a sweep ends the run.
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

/** Card payments become available for payouts a few days after they were made. */
const UNTIL_AVAILABLE = 8 * 24 * 60 * 60 * 1000;

class Life {
  constructor(private readonly shop: Shop) {}

  private get world() {
    return this.shop.world;
  }

  async live(): Promise<void> {
    await this.shop.listenToStripe();
    await this.started();
    await this.world.product('mug', { amount: 1250, stock: 100 });
    for (const step of [
      this.abandoned,
      this.declinedThenPaid,
      this.withAllThatAShopCanOffer,
      this.createdElsewhere,
      this.refundedInParts,
      this.disputed,
      this.reviewed,
      this.warnedOfFraud,
      this.paidOut,
    ])
      await inTime(step.name, step.call(this));
  }

  /** What a process asks when it starts. */
  private async started(): Promise<void> {
    const account = learnAccount(this.world.stripe, this.shop.api.deps.log, new AbortController().signal);
    await until(async () => account.id !== null);
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

  private async withAllThatAShopCanOffer(): Promise<void> {
    const { id: stripeShippingRateId } = await this.world.stripe.shippingRates.create({
      ...{ display_name: 'Courier', type: 'fixed_amount', tax_behavior: 'exclusive' },
      fixed_amount: { amount: 1990, currency: 'eur' },
    });
    const parcel = { name: 'Parcel', countries: ['DE'], prices: [{ amount: 590, currency: 'eur' }], days: [2, 4] };
    await this.shop.offers({
      ...{ shipTo: ['DE'], shippingRates: [parcel, { stripeShippingRateId, countries: ['DE'] }] },
      ...{ automaticTax: true, promotionCodes: true, invoices: true, phone: true },
      termsUrl: 'https://shop.example.com/terms',
    });
    await this.bought();
    await this.shop.offers();
  }

  /** With more lines than a session includes by itself. */
  private async createdElsewhere(): Promise<void> {
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

  private async refundedInParts(): Promise<void> {
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

  /** Stripe may name a charge without its PaymentIntent. */
  private async warnedOfFraud(): Promise<void> {
    const id = await this.bought();
    await this.atCharge(id, 'early-fraud-warning');
    await until(async () => (await this.world.order(id)).fraudWarning);
    const { chargeId } = await this.world.order(id);
    const owner = await ownerOf(this.world.deps(), { charge: chargeId as string });
    if (owner.whose !== 'order' || owner.sessionId !== id) throw new Error(`${chargeId} belongs to ${id}`);
  }

  /**
   * The payout's events would be dated by the test's clock, days ahead of the API's, so the notice is started by
   * hand.
   */
  private async paidOut(): Promise<void> {
    await this.world.sleep(UNTIL_AVAILABLE);
    const { id } = await this.world.at<{ id: string }>('/payouts', { currency: 'eur' });
    await this.world.at(`/payouts/${id}/pay`);
    await this.world.at(`/payouts/${id}/reconcile`);
    await this.world.deps().starter.notice('payout', id);
    await until(() => this.world.db.payout.findFirst({ where: { id, checkedAt: { not: null } } }));
  }

  private async checkout(sku: string): Promise<SessionId> {
    // The first checkout may find the workers still starting, which the API answers with a 503 to retry.
    const body = await until(async () => {
      const answer = await this.shop.checkout({ items: [{ sku, quantity: 1 }] });
      return answer.status === 201 && answer.body;
    });
    this.world.know(body.sessionId);
    return body.sessionId;
  }

  /** An order of a mug, paid and waiting to be shipped. */
  private async bought(): Promise<SessionId> {
    const id = await this.checkout('mug');
    await this.world.pay(id);
    await this.becomes(id, 'PREPARING');
    await this.shop.http.get(`/orders/${id}`).expect(200);
    return id;
  }

  /** Waits until the order has this status; at first it may not exist yet. */
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

/** @throws with the name of a step that takes too long */
async function inTime(step: string, done: Promise<void>): Promise<void> {
  const enough = new AbortController();
  const tooLong = pause(STEP_MS, undefined, { signal: enough.signal }).then(() => {
    throw new Error(`This step did not end within ${STEP_MS / 1000} s: ${step}`);
  });
  try {
    await Promise.race([done, tooLong]);
  } finally {
    enough.abort();
    tooLong.catch(() => undefined);
  }
}
