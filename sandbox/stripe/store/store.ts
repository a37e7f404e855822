/**
 * Everything the sandbox remembers, and the one way to change it: in a transaction, all or nothing, on disk before
 * the answer.
 */
import type Stripe from 'stripe';
import { Collection, type Stored } from './collection';
import { type Change, Journal } from './journal';
import type {
  Delivery,
  EndpointSecrets,
  PriceOptions,
  SavedAnswer,
  ScheduledChange,
  SessionDetail,
  Setting,
  Settlement,
  ShippingRateOptions,
  StoredEvent,
} from './records';

// biome-ignore lint/suspicious/noExplicitAny: a row of collections of different kinds
type AnyCollection = Collection<any, any>;

export class Store {
  private readonly collections = new Map<string, AnyCollection>();
  private readonly journal: Journal;
  private undo: (() => void)[] | undefined;
  private changes: Change[] = [];
  private whenDone: (() => void)[] = [];

  readonly settings = this.collection<Setting>('setting');
  readonly products = this.collection<Stripe.Product>('product');
  readonly prices = this.collection<Stripe.Price, 'lookup_key' | 'product'>('price', {
    lookup_key: (price) => price.lookup_key,
    product: (price) => idOf(price.product),
  });
  readonly priceOptions = this.collection<PriceOptions>('price_options');
  readonly customers = this.collection<Stripe.Customer>('customer');
  readonly coupons = this.collection<Stripe.Coupon>('coupon');
  readonly promotionCodes = this.collection<Stripe.PromotionCode, 'code'>('promotion_code', {
    code: (promotion) => promotion.code.toLowerCase(),
  });
  readonly shippingRates = this.collection<Stripe.ShippingRate>('shipping_rate');
  readonly shippingRateOptions = this.collection<ShippingRateOptions>('shipping_rate_options');
  readonly sessions = this.collection<Stripe.Checkout.Session, 'payment_intent'>('checkout.session', {
    payment_intent: (session) => idOf(session.payment_intent),
  });
  readonly sessionDetails = this.collection<SessionDetail, 'recovery'>('session_detail', {
    recovery: (detail) => detail.recovery?.token ?? null,
  });
  readonly invoices = this.collection<Stripe.Invoice>('invoice');
  readonly paymentMethods = this.collection<Stripe.PaymentMethod>('payment_method');
  readonly paymentIntents = this.collection<Stripe.PaymentIntent>('payment_intent');
  readonly charges = this.collection<Stripe.Charge, 'payment_intent'>('charge', {
    payment_intent: (charge) => idOf(charge.payment_intent),
  });
  readonly refunds = this.collection<Stripe.Refund, 'payment_intent' | 'charge'>('refund', {
    payment_intent: (refund) => idOf(refund.payment_intent),
    charge: (refund) => idOf(refund.charge),
  });
  readonly disputes = this.collection<Stripe.Dispute, 'payment_intent' | 'charge'>('dispute', {
    payment_intent: (dispute) => idOf(dispute.payment_intent),
    charge: (dispute) => idOf(dispute.charge),
  });
  readonly reviews = this.collection<Stripe.Review, 'charge'>('review', { charge: (review) => idOf(review.charge) });
  readonly warnings = this.collection<Stripe.Radar.EarlyFraudWarning, 'charge'>('radar.early_fraud_warning', {
    charge: (warning) => idOf(warning.charge),
  });
  readonly balanceTransactions = this.collection<Stripe.BalanceTransaction, 'source'>('balance_transaction', {
    source: (transaction) => idOf(transaction.source),
  });
  readonly payouts = this.collection<Stripe.Payout>('payout');
  readonly settlements = this.collection<Settlement>('settlement');
  readonly scheduled = this.collection<ScheduledChange>('later');
  readonly events = this.collection<StoredEvent, 'thin' | 'type'>('event', {
    thin: (event) => event.thinId ?? null,
    type: (event) => event.type,
  });
  readonly endpoints = this.collection<Stripe.WebhookEndpoint>('webhook_endpoint');
  readonly endpointSecrets = this.collection<EndpointSecrets>('endpoint_secrets');
  readonly deliveries = this.collection<Delivery, 'event' | 'state'>('delivery', {
    event: (delivery) => delivery.event,
    state: (delivery) => delivery.state,
  });
  readonly answers = this.collection<SavedAnswer>('answer');

  constructor(dataDir: string) {
    const load = ([kind, id, after]: Change) => this.collections.get(kind)?.set(id, after);
    this.journal = Journal.open(dataDir, load, () => this.everything());
  }

  /**
   * Runs `work`. Its changes are written at once when it returns, and undone when it throws. A nested transaction is
   * part of the outer one. `work` is synchronous, so no one sees half of it.
   */
  transaction<T>(work: () => T): T {
    if (this.undo !== undefined) return work();
    this.undo = [];
    this.changes = [];
    this.whenDone = [];
    try {
      const result = work();
      if (this.changes.length > 0) this.journal.append(this.changes);
      this.undo = undefined;
      for (const next of this.whenDone) next();
      return result;
    } catch (error) {
      for (const step of (this.undo ?? []).reverse()) step();
      this.undo = undefined;
      throw error;
    }
  }

  /** Runs `next` once the transaction is on disk, and not at all if it fails. */
  afterwards(next: () => void): void {
    this.whenDone.push(next);
  }

  /** Forgets everything. */
  clear(): void {
    this.transaction(() => {
      for (const collection of this.collections.values())
        for (const item of [...collection] as Stored[]) collection.delete(item.id);
    });
  }

  close(): void {
    this.journal.close();
  }

  private collection<T extends Stored, I extends string = never>(
    kind: string,
    indexes = {} as Record<I, (item: T) => string | null>,
  ): Collection<T, I> {
    const collection = new Collection<T, I>(
      kind,
      (changed, id, before, after) => {
        if (this.undo === undefined) throw new Error(`${kind} ${id} changed outside a transaction`);
        this.undo.push(() => changed.set(id, before ?? null));
        this.changes.push([kind, id, after]);
      },
      indexes,
    );
    this.collections.set(kind, collection);
    return collection;
  }

  private *everything(): Generator<Change> {
    for (const collection of this.collections.values())
      for (const item of collection as Iterable<Stored>) yield [collection.kind, item.id, item];
  }
}

/** The id of an object, or of a reference to one. */
export function idOf(reference: string | { id?: string } | null | undefined): string | null {
  return typeof reference === 'string' ? reference : (reference?.id ?? null);
}
