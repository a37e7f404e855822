/**
 * Sending events to webhook endpoints: signed, at least once, in no order, again with growing pauses for three days until a 2xx.
 * Pauses are measured by the sandbox's clock. Tests may hold, drop, repeat and shuffle deliveries.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type Stripe from 'stripe';
import { renderEvent } from './events';
import { newId } from './ids';
import type { Delivery, StoredEvent } from './records';
import { signatureHeader } from './signature';
import type { World } from './world';

const GIVE_UP_AFTER = 3 * 24 * 60 * 60 * 1000;
const FIRST_PAUSE = 10_000;
const LONGEST_PAUSE = 12 * 60 * 60 * 1000;
const ANSWER_WITHIN = 20_000;
const AT_ONCE = 64;
const REMEMBERED = 10_000;

/** How tests want deliveries to go. */
export interface DeliveryPlan {
  mode: 'drop' | 'hold' | 'normal';
  /** How many times more than once each is sent. */
  duplicate: number;
  /** In no order, each a few milliseconds late. */
  shuffle: boolean;
}

export interface Attempt {
  event: string;
  type: string;
  endpoint: string;
  url: string;
  /** HTTP status, or null when no answer came. */
  status: number | null;
  at: number;
}

export class Deliveries {
  readonly attempts: Attempt[] = [];
  private current: DeliveryPlan = { mode: 'normal', duplicate: 0, shuffle: false };
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly waiting: (() => void)[] = [];
  private active = 0;

  /** @param world what it works on; given late, for the world holds the deliveries. */
  constructor(private readonly world: () => World) {}

  /** Within the event's transaction: one delivery for each endpoint that is enabled for it. */
  announce(event: StoredEvent): void {
    const { store, clock } = this.world();
    for (const endpoint of store.endpoints) {
      if (!wants(endpoint, event.type)) continue;
      const delivery = store.deliveries.put({
        id: newId('whd'),
        event: event.id,
        endpoint: endpoint.id,
        state: 'pending',
        attempts: 0,
        nextAt: clock.now(),
      });
      store.afterwards(() => this.release(delivery.id));
    }
  }

  /** After a start: what was not delivered yet is taken up again. */
  resume(): void {
    for (const delivery of this.world().store.deliveries.by('state', 'pending')) this.schedule(delivery);
  }

  get plan(): DeliveryPlan {
    return this.current;
  }

  /** How many are being sent or wait for their turn. */
  get underWayNow(): number {
    return this.underWay.size;
  }

  /** A change of plan; back to normal, what was held goes out. */
  follow(plan: DeliveryPlan): void {
    this.current = plan;
    if (plan.mode !== 'hold') this.resume();
  }

  /** After a reset. */
  forget(): void {
    this.attempts.length = 0;
    this.current = { mode: 'normal', duplicate: 0, shuffle: false };
  }

  /** Sends all that waits, whatever the plan says, and comes back when each was answered. */
  async flush(): Promise<number> {
    const pending = this.world().store.deliveries.by('state', 'pending');
    await Promise.all(pending.map(({ id }) => this.start(id)));
    return pending.length;
  }

  /** Waits for the first answers to an event, at most so long (real milliseconds). */
  async firstAnswer(event: StoredEvent | null, atMost: number): Promise<void> {
    if (event === null) return;
    const sent = this.world()
      .store.deliveries.by('event', event.id)
      .map(({ id }) => this.underWay.get(id));
    const enough = new AbortController();
    await Promise.race([Promise.all(sent), pause(atMost, undefined, { signal: enough.signal }).catch(() => undefined)]);
    enough.abort();
  }

  /** Sends an event once more to every endpoint that wants it, as the Dashboard's Resend does. */
  async resend(event: StoredEvent): Promise<(number | null)[]> {
    const endpoints = [...this.world().store.endpoints].filter((endpoint) => wants(endpoint, event.type));
    return Promise.all(endpoints.map((endpoint) => this.post(endpoint, event)));
  }

  /** When the sandbox ends nothing is sent any more; what was not delivered waits on disk. */
  async close(): Promise<void> {
    for (const next of this.waiting.splice(0)) next();
    await Promise.all(this.underWay.values());
  }

  private schedule({ id, nextAt }: Delivery): void {
    this.world().clock.at(nextAt, () => this.release(id));
  }

  private release(id: string): void {
    const delivery = this.world().store.deliveries.get(id);
    if (delivery?.state !== 'pending' || delivery.nextAt > this.world().clock.now()) return;
    const { mode } = this.current;
    if (mode === 'normal') void this.start(id);
    if (mode === 'drop')
      this.world().store.transaction(() => this.world().store.deliveries.patch(id, { state: 'failed' }));
  }

  private start(id: string): Promise<void> {
    const already = this.underWay.get(id);
    if (already !== undefined) return already;
    const attempt = this.attempt(id).finally(() => this.underWay.delete(id));
    this.underWay.set(id, attempt);
    return attempt;
  }

  private async attempt(id: string): Promise<void> {
    await this.turn();
    try {
      if (this.current.shuffle) await pause(Math.random() * 25);
      const { store } = this.world();
      const delivery = store.deliveries.get(id);
      if (this.world().ending.aborted || delivery?.state !== 'pending') return;
      const endpoint = store.endpoints.get(delivery.endpoint);
      const event = store.events.get(delivery.event);
      const sent = event !== undefined && endpoint?.status === 'enabled' ? await this.postAll(endpoint, event) : null;
      if (!this.world().ending.aborted) this.record(delivery, sent !== null && sent >= 200 && sent < 300);
    } finally {
      this.active--;
      this.waiting.shift()?.();
    }
  }

  /** No more than so many at once. */
  private async turn(): Promise<void> {
    if (this.active >= AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.active++;
  }

  private async postAll(endpoint: Stripe.WebhookEndpoint, event: StoredEvent): Promise<number | null> {
    const copies = Array.from({ length: 1 + this.current.duplicate }, () => this.post(endpoint, event));
    return (await Promise.all(copies))[0] ?? null;
  }

  private async post(endpoint: Stripe.WebhookEndpoint, event: StoredEvent): Promise<number | null> {
    const payload = JSON.stringify(renderEvent(this.world(), event), null, 2);
    const status = await fetch(endpoint.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': signatureHeader(payload, this.secretsOf(endpoint.id), this.world().clock.baseSeconds()),
      },
      body: payload,
      signal: AbortSignal.any([this.world().ending, AbortSignal.timeout(ANSWER_WITHIN)]),
    }).then(
      async (answer) => {
        await answer.body?.cancel();
        return answer.status;
      },
      () => null,
    );
    this.remember({
      event: event.id,
      type: event.type,
      endpoint: endpoint.id,
      url: endpoint.url,
      status,
      at: Date.now(),
    });
    return status;
  }

  private record(delivery: Delivery, delivered: boolean): void {
    const { store, clock } = this.world();
    if (store.deliveries.get(delivery.id) === undefined) return; // forgotten meanwhile
    store.transaction(() => {
      const attempts = delivery.attempts + 1;
      const nextAt = clock.now() + Math.min(LONGEST_PAUSE, FIRST_PAUSE * 4 ** (attempts - 1));
      const created = (store.events.get(delivery.event)?.created ?? 0) * 1000;
      const state = delivered ? 'delivered' : nextAt > created + GIVE_UP_AFTER ? 'failed' : 'pending';
      const after = store.deliveries.patch(delivery.id, { attempts, state, nextAt });
      if (state === 'pending') store.afterwards(() => this.schedule(after));
    });
  }

  private secretsOf(endpoint: string): string[] {
    const { store, clock } = this.world();
    const secrets = store.endpointSecrets.get(endpoint)?.secrets ?? [];
    return secrets.filter(({ until }) => until === null || until > clock.now()).map(({ secret }) => secret);
  }

  private remember(attempt: Attempt): void {
    this.attempts.push(attempt);
    if (this.attempts.length > REMEMBERED) this.attempts.shift();
  }
}

function wants(endpoint: Stripe.WebhookEndpoint, type: string): boolean {
  return (
    endpoint.status === 'enabled' && (endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(type))
  );
}
