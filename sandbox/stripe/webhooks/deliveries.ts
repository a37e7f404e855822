/**
 * Delivers events to webhook endpoints: signed, at least once, in no guaranteed order, retried with growing pauses
 * for three days until a 2xx. Pauses run on the sandbox's clock. Tests may hold, drop, delay, repeat, reorder and
 * tamper with deliveries, and replay old events.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type Stripe from 'stripe';
import { newId } from '../store/ids';
import type { Delivery, StoredEvent } from '../store/records';
import type { World } from '../world';
import { AS_STRIPE_DOES, type DeliveryPlan, type Overrides, shuffle, withOverrides } from './delivery-plan';
import { type Attempt, Sender } from './sender';
import type { Form, Tampering } from './webhook-post';

const GIVE_UP_AFTER = 3 * 24 * 60 * 60 * 1000;
const FIRST_PAUSE = 10_000;
const LONGEST_PAUSE = 12 * 60 * 60 * 1000;

/** Which of the waiting deliveries; an absent field matches all. */
export interface Selection {
  types?: string[] | undefined;
  /** Ids of events. */
  events?: string[] | undefined;
}

export interface Flush extends Selection {
  order?: 'reverse' | 'shuffle' | 'together' | undefined;
}

export class Deliveries {
  private readonly sender: Sender;
  private readonly underWay = new Map<string, Promise<void>>();
  private current = AS_STRIPE_DOES;

  /** @param world read late, because the world announces its events here and is made after this */
  constructor(private readonly world: () => World) {
    this.sender = new Sender(world);
  }

  /** Within the event's transaction: a delivery in each form for each endpoint that is enabled for it. */
  announce(event: StoredEvent): void {
    const { store, clock } = this.world();
    for (const endpoint of this.endpointsFor(event))
      for (const form of this.forms()) {
        const delivery = store.deliveries.put({
          id: newId('whd'),
          event: event.id,
          endpoint: endpoint.id,
          form,
          state: 'pending',
          attempts: 0,
          nextAt: clock.now() + this.current.delayMs,
        });
        store.afterwards(() => (this.current.delayMs === 0 ? this.release(delivery.id) : this.schedule(delivery)));
      }
  }

  /** Goes on with what was not delivered before a restart. */
  resume(): void {
    for (const delivery of this.pending()) this.schedule(delivery);
  }

  get plan(): DeliveryPlan {
    return this.current;
  }

  /** Every attempt since the sandbox started, oldest first. */
  get attempts(): Attempt[] {
    return this.sender.attempts;
  }

  /** How many are being sent or wait for their turn. */
  get underWayNow(): number {
    return this.underWay.size;
  }

  /**
   * Replaces the plan; a field left out goes back to what Stripe does. Unless the new plan holds, held deliveries go
   * out.
   */
  follow(plan: Overrides<DeliveryPlan>): void {
    this.current = withOverrides(AS_STRIPE_DOES, plan);
    if (this.current.mode !== 'hold') this.resume();
  }

  /** After a reset. */
  forget(): void {
    this.sender.forget();
    this.current = AS_STRIPE_DOES;
  }

  /**
   * Sends waiting deliveries now, whatever the plan, and resolves when all were answered. With an order: one after
   * another.
   */
  async flush({ order = 'together', ...selection }: Flush = {}): Promise<number> {
    const chosen = this.pending(selection);
    if (order === 'reverse') chosen.reverse();
    if (order === 'shuffle') shuffle(chosen);
    if (order === 'together') await Promise.all(chosen.map(({ id }) => this.start(id)));
    else for (const { id } of chosen) await this.start(id);
    return chosen.length;
  }

  /** Gives up waiting deliveries: they never arrive, and their events are listed as undelivered. */
  discard(selection: Selection = {}): number {
    const { store } = this.world();
    const chosen = this.pending(selection);
    store.transaction(() => {
      for (const { id } of chosen) store.deliveries.patch(id, { state: 'failed' });
    });
    return chosen.length;
  }

  /** Waits for the first answers to an event, at most `atMost` real milliseconds. */
  async firstAnswer(event: StoredEvent | null, atMost: number): Promise<void> {
    if (event === null) return;
    const sent = this.world()
      .store.deliveries.by('event', event.id)
      .map(({ id }) => this.underWay.get(id));
    const enough = new AbortController();
    await Promise.race([Promise.all(sent), pause(atMost, undefined, { signal: enough.signal }).catch(() => undefined)]);
    enough.abort();
  }

  /** Sends events again, `times` times, to every endpoint that wants them; oldest first unless shuffled. */
  async resend(
    events: StoredEvent[],
    how: { times?: number | undefined; shuffle?: boolean | undefined; form?: DeliveryPlan['form'] | undefined },
    tampering: Overrides<Tampering> = {},
  ): Promise<(number | null)[]> {
    const rounds = Array.from({ length: how.times ?? 1 }, () => events).flat();
    const posts = rounds.flatMap((event) =>
      this.endpointsFor(event).flatMap((endpoint) => this.forms(how.form).map((form) => ({ event, endpoint, form }))),
    );
    if (how.shuffle) shuffle(posts);
    return Promise.all(
      posts.map(({ event, endpoint, form }) =>
        this.sender.inTurn(() =>
          this.sender.post(endpoint, event, form, withOverrides<Tampering>(this.current, tampering)),
        ),
      ),
    );
  }

  /** Nothing is sent once the sandbox closes; undelivered events stay on disk for the next start. */
  async close(): Promise<void> {
    this.sender.close();
    await Promise.all(this.underWay.values());
  }

  private endpointsFor({ type }: StoredEvent): Stripe.WebhookEndpoint[] {
    return [...this.world().store.endpoints].filter(
      ({ status, enabled_events }) =>
        status === 'enabled' && (enabled_events.includes('*') || enabled_events.includes(type)),
    );
  }

  private forms(form = this.current.form): Form[] {
    return form === 'both' ? ['snapshot', 'thin'] : [form];
  }

  private pending({ types, events }: Selection = {}): Delivery[] {
    const { store } = this.world();
    return store.deliveries
      .by('state', 'pending')
      .filter(({ event }) => events === undefined || events.includes(event))
      .filter(({ event }) => types === undefined || types.includes(store.events.get(event)?.type ?? ''));
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
    const attempt = this.sender.inTurn(() => this.attempt(id)).finally(() => this.underWay.delete(id));
    this.underWay.set(id, attempt);
    return attempt;
  }

  private async attempt(id: string): Promise<void> {
    if (this.current.shuffle) await pause(Math.random() * 25);
    const { store, ending } = this.world();
    const delivery = store.deliveries.get(id);
    if (ending.aborted || delivery?.state !== 'pending') return;
    const endpoint = store.endpoints.get(delivery.endpoint);
    const event = store.events.get(delivery.event);
    const form = delivery.form ?? 'snapshot';
    const sent =
      event !== undefined && endpoint?.status === 'enabled' ? await this.postAll(endpoint, event, form) : null;
    if (!ending.aborted) this.record(delivery, sent !== null && sent >= 200 && sent < 300);
  }

  private async postAll(endpoint: Stripe.WebhookEndpoint, event: StoredEvent, form: Form): Promise<number | null> {
    const copies = Array.from({ length: 1 + this.current.duplicate }, () =>
      this.sender.post(endpoint, event, form, this.current),
    );
    return (await Promise.all(copies))[0] ?? null;
  }

  private record(delivery: Delivery, delivered: boolean): void {
    const { store, clock } = this.world();
    if (store.deliveries.get(delivery.id) === undefined) return; // deleted by a reset meanwhile
    store.transaction(() => {
      const attempts = delivery.attempts + 1;
      const nextAt = clock.now() + Math.min(LONGEST_PAUSE, FIRST_PAUSE * 4 ** (attempts - 1));
      const created = (store.events.get(delivery.event)?.created ?? 0) * 1000;
      const state = delivered ? 'delivered' : nextAt > created + GIVE_UP_AFTER ? 'failed' : 'pending';
      const after = store.deliveries.patch(delivery.id, { attempts, state, nextAt });
      if (state === 'pending') store.afterwards(() => this.schedule(after));
    });
  }
}
