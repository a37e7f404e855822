import { setTimeout as pause } from 'node:timers/promises';
import { within } from '../platform/within';
import { quantile } from './figures';
import { completedEvent, expiredEvent, postEvent, requestCheckout } from './shopper';
import type { System } from './system';

/** How a request for a checkout was answered. `sold-out` and `come-again` are the refusals that the contract names. */
export interface Attempt {
  outcome: 'opened' | 'sold-out' | 'come-again';
  /** Of the checkout that was opened. */
  sessionId: string;
  /** Until the answer, in milliseconds. */
  ms: number;
  /** What `Retry-After` of a `come-again` says, in seconds. */
  retryAfter: number;
}

/** Asks for a checkout once. @throws for any answer but the three that the contract allows here */
export async function attempt({ api }: System, sku: string): Promise<Attempt> {
  const began = performance.now();
  const response = await requestCheckout(api, sku);
  const body = (await response.json()) as { sessionId?: string; code?: string };
  const ms = performance.now() - began;
  const retryAfter = Number(response.headers.get('retry-after') ?? 0);
  const { sessionId = '' } = body;
  if (response.status === 201) return { outcome: 'opened', sessionId, ms, retryAfter };
  if (response.status === 409 && body.code === 'out_of_stock')
    return { outcome: 'sold-out', sessionId, ms, retryAfter };
  if (response.status === 503 && body.code === 'unavailable' && retryAfter >= 1)
    return { outcome: 'come-again', sessionId, ms, retryAfter };
  throw new Error(`POST /checkout: ${response.status} ${JSON.stringify(body)}`);
}

/** An order that is accepted is done by then. A step that fails for want of time waits minutes for its next try. */
const DONE_WITHIN_MS = 600_000;

/** One whole order, by a shopper who comes again when told so. */
export async function buyInTheEnd(system: System, sku: string): Promise<void> {
  for (;;) {
    const { outcome, sessionId, retryAfter } = await attempt(system, sku);
    if (outcome === 'opened') return void (await payAndWait(system, sessionId));
    if (outcome === 'sold-out') throw new Error(`${sku} is sold out`);
    await pause(retryAfter * 1000);
  }
}

/** What became of an order that was paid. */
export interface Paid {
  /** From the first delivery of the event until both mails are handed over, in milliseconds. */
  ms: number;
  /** How often the webhook was refused. */
  refused: number;
}

/**
 * Pays an open checkout and waits until both of its mails are handed over.
 * @throws if that takes ten minutes: the order is lost
 */
export async function payAndWait({ world, api }: System, sessionId: string): Promise<Paid> {
  const began = performance.now();
  const event = completedEvent(world.pay(sessionId));
  const mailed = world.mailed(world.numberOf(sessionId));
  const refused = await deliverUntilTaken(api.url, event);
  const tooLate = () => new Error(`the order of ${sessionId} was paid and not done`);
  await within(DONE_WITHIN_MS, mailed, tooLate);
  return { ms: performance.now() - began, refused };
}

/** Stripe delivers an event again when it is refused, here after a second. */
const REDELIVER_MS = 1_000;

/** Answers how often it was refused before. */
async function deliverUntilTaken(apiUrl: string, event: string): Promise<number> {
  for (let refused = 0; ; refused++) {
    const response = await postEvent(apiUrl, event);
    await response.arrayBuffer();
    if (response.status === 200) return refused;
    if (response.status !== 503) throw new Error(`POST /webhooks/stripe: ${response.status}`);
    await pause(REDELIVER_MS);
  }
}

/** Does something while Stripe sends an event of every session that is expired, and until all of them are taken. */
export async function withExpiries<T>({ world, api }: System, act: () => Promise<T>): Promise<T> {
  const deliveries: Promise<unknown>[] = [];
  world.onExpired = (session) => deliveries.push(deliverUntilTaken(api.url, expiredEvent(session)));
  try {
    return await act();
  } finally {
    world.onExpired = () => {};
    await Promise.all(deliveries);
  }
}

/** Waits until no order of this product is left that is neither paid nor closed. */
export async function settled({ db }: System, sku: string): Promise<void> {
  const open = { status: 'PENDING' as const, items: { some: { sku } } };
  const until = performance.now() + DONE_WITHIN_MS;
  while ((await db.order.count({ where: open })) > 0) {
    if (performance.now() > until) throw new Error(`orders of ${sku} are still open`);
    await pause(200);
  }
}

/** How many orders of this product there are, by their status. */
export async function ordersOf({ db }: System, sku: string): Promise<Record<string, number>> {
  const rows = await db.order.groupBy({ by: ['status'], where: { items: { some: { sku } } }, _count: true });
  return Object.fromEntries(rows.map(({ status, _count }) => [status, _count]));
}

/** The value below which this part of them took, in milliseconds; 0 where there are none. */
export function took(all: readonly { ms: number }[], part: number): number {
  const sorted = all.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : quantile(sorted, part);
}
