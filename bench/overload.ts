import { setTimeout as pause } from 'node:timers/promises';
import { type Attempt, answeredWithin, attempt, ordersOf, payAndWait, settled, withExpiries } from './crowd';
import type { Figure } from './figures';
import { inFlight } from './load';
import { buy, putOnSale } from './shopper';
import type { System } from './system';

/** More than one machine can do at once. */
const CROWD = 200;
const AT_PEAK = 20;

/**
 * 200 shoppers at a time for a while, each with a whole order of a download, beside whole orders 20 at a time. Who is
 * told to come again comes again as soon as `Retry-After` allows.
 * @param size orders of each peak
 * @throws if an order that was accepted is not done in the end
 */
export async function overload(
  system: System,
  { rounds, size, seconds }: { rounds: number; size: number; seconds: number },
): Promise<Figure[]> {
  const sku = 'bench-overload';
  await putOnSale(system, [sku]);
  const bought = () => buy(system, sku, system.api);
  await inFlight(AT_PEAK * 2, 4, bought); // a cold program refuses what it cannot do in time
  const crowds: (Crowd & { peak: number })[] = [];
  for (let round = 0; round < rounds; round++) {
    const { perSecond: peak } = await inFlight(size, AT_PEAK, bought);
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
    shown('slowest checkout that was opened, ms', ({ opened }) => answeredWithin(opened, 1), { most: 5000 }),
    shown('slowest refusal, ms', ({ refused }) => answeredWithin(refused, 1), { most: 1000 }),
    shown('sessions created at Stripe for refused shoppers', ({ created, opened }) => created - opened.length, {
      most: 0,
    }),
    shown('whole orders a second', ({ doneASecond }) => doneASecond),
    shown('checkout that was opened, p50, ms', ({ opened }) => answeredWithin(opened, 0.5)),
    shown('refusal, p50, ms', ({ refused }) => answeredWithin(refused, 0.5)),
    shown('checkouts opened', ({ opened }) => opened.length),
    shown('refusals', ({ refused }) => refused.length),
    shown('webhooks refused', ({ webhooksRefused }) => webhooksRefused),
  ];
}

interface Crowd {
  doneASecond: number;
  opened: Attempt[];
  refused: Attempt[];
  webhooksRefused: number;
  /** Sessions created at Stripe. */
  created: number;
}

async function press(system: System, sku: string, seconds: number): Promise<Crowd> {
  const crowd: Crowd = { doneASecond: 0, opened: [], refused: [], webhooksRefused: 0, created: 0 };
  const before = system.world.calls.create;
  const until = performance.now() + seconds * 1000;
  const open = () => performance.now() < until;
  const shopper = async () => {
    while (open()) {
      const one = await attempt(system, sku);
      if (one.outcome === 'opened') {
        crowd.opened.push(one);
        crowd.webhooksRefused += await payAndWait(system, one.sessionId);
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
