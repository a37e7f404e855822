import { setTimeout as pause } from 'node:timers/promises';
import {
  type Attempt,
  attempt,
  buyInTheEnd,
  ordersOf,
  type Paid,
  payAndWait,
  settled,
  took,
  withExpiries,
} from './crowd';
import type { Figure } from './figures';
import { inFlight } from './load';
import { putOnSale } from './shopper';
import type { System } from './system';

/** More than one machine can do at once. */
const CROWD = 200;
const AT_PEAK = 20;

/**
 * 200 shoppers at a time for a while, each with a whole order of a download after another, beside whole orders 20 at a
 * time. Who is told to come again comes again as soon as `Retry-After` allows.
 * @param size orders of each peak
 * @throws if an order that was accepted is not done in the end
 */
export async function overload(
  system: System,
  { rounds, size, seconds }: { rounds: number; size: number; seconds: number },
): Promise<Figure[]> {
  const sku = 'bench-overload';
  await putOnSale(system, [sku]);
  const bought = () => buyInTheEnd(system, sku);
  await inFlight(AT_PEAK * 2, 4, bought);
  const crowds: (Crowd & { peak: number })[] = [];
  for (let round = 0; round < rounds; round++) {
    const { perSecond: peak } = await withExpiries(system, () => inFlight(size, AT_PEAK, bought));
    crowds.push({ ...(await withExpiries(system, () => press(system, sku, seconds))), peak });
  }
  await requireAllDone(
    system,
    sku,
    AT_PEAK * 2 + rounds * size + crowds.reduce((sum, { opened }) => sum + opened.length, 0),
  );
  const bench = 'overload';
  const beside = `whole orders, ${AT_PEAK} at a time`;
  const shown = (what: string, of: (crowd: Crowd) => number, reach: Figure['reach'] = null): Figure => ({
    ...{ bench, what, beside: '–', reach, values: crowds.map(of) },
  });
  return [
    {
      ...{ bench, what: `whole orders a second, ${CROWD} shoppers at a time`, beside, reach: { least: 0.9 } },
      values: crowds.map(({ doneASecond, peak }) => doneASecond / peak),
    },
    shown('slowest checkout that was opened, ms', ({ opened }) => took(opened, 1), { most: 5000 }),
    shown('slowest refusal, ms', ({ refused }) => took(refused, 1), { most: 1000 }),
    shown('sessions created at Stripe for refused shoppers', ({ created, opened }) => created - opened.length, {
      most: 0,
    }),
    shown('whole orders a second', ({ doneASecond }) => doneASecond),
    shown('checkout that was opened, p50, ms', ({ opened }) => took(opened, 0.5)),
    shown('refusal, p50, ms', ({ refused }) => took(refused, 0.5)),
    shown('checkouts opened', ({ opened }) => opened.length),
    shown('refusals', ({ refused }) => refused.length),
    shown('webhooks refused', ({ paid }) => paid.reduce((sum, { refused }) => sum + refused, 0)),
    shown('slowest order, from payment to both mails, ms', ({ paid }) => took(paid, 1)),
  ];
}

interface Crowd {
  doneASecond: number;
  opened: Attempt[];
  refused: Attempt[];
  paid: Paid[];
  /** Sessions created at Stripe. */
  created: number;
}

async function press(system: System, sku: string, seconds: number): Promise<Crowd> {
  const crowd: Crowd = { doneASecond: 0, opened: [], refused: [], paid: [], created: 0 };
  const before = system.world.calls.create;
  const until = performance.now() + seconds * 1000;
  const open = () => performance.now() < until;
  const shopper = async () => {
    while (open()) {
      const one = await attempt(system, sku);
      if (one.outcome === 'opened') {
        crowd.opened.push(one);
        crowd.paid.push(await payAndWait(system, one.sessionId));
        if (open()) crowd.doneASecond += 1 / seconds;
      } else {
        crowd.refused.push(one);
        await pause(one.retryAfter * 1000);
      }
    }
  };
  await Promise.all(Array.from({ length: CROWD }, shopper));
  await settled(system, sku);
  return { ...crowd, created: system.world.calls.create - before };
}

/** Nothing that was accepted is dropped, and every other order is closed. */
async function requireAllDone(system: System, sku: string, accepted: number): Promise<void> {
  const { COMPLETED = 0, CANCELLED = 0, EXPIRED = 0, ...others } = await ordersOf(system, sku);
  if (COMPLETED !== accepted || Object.keys(others).length > 0)
    throw new Error(
      `${accepted} orders were accepted: ${JSON.stringify({ COMPLETED, CANCELLED, EXPIRED, ...others })}`,
    );
}
