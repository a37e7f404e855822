import { Admission } from '../../api/storefront/checkout/admission';
import { type Answer, BusyShop, COSTS } from './busy-shop';

const SECONDS = 60;

/** A shop that was busy, and then has so many shoppers for a minute, each with an order after another. */
async function pressed(shoppers: number, shop = new BusyShop()) {
  const peak = await shop.peak();
  const [began, before] = [shop.now, shop.answers.length];
  const [done, sessions] = [shop.done, shop.sessions];
  const end = began + SECONDS * 1000;
  const shopper = async () => {
    while (shop.now < end) await shop.order();
  };
  for (let one = 0; one < shoppers; one++) void shopper();
  await shop.pass(SECONDS * 1000);
  const answers = shop.answers.slice(before);
  const slowest = (...of: Answer[]) =>
    Math.max(0, ...answers.filter(({ answer }) => of.includes(answer)).map(({ ms }) => ms));
  const count = (of: Answer) => answers.filter(({ answer }) => answer === of).length;
  return {
    ofPeak: (shop.done - done) / SECONDS / peak,
    slowestOpened: slowest('opened'),
    slowestRefused: slowest('refused', 'too-late'),
    refused: count('refused'),
    tooLate: count('too-late'),
    sessionsInVain: shop.sessions - sessions - count('opened') - shop.admission.underWay,
  };
}

describe('200 shoppers at a time for a minute, more than can be served', () => {
  test('as many orders are done as at the peak, less a tenth, and everybody is answered in time', async () => {
    const told = await pressed(200);
    expect(told.ofPeak).toBeGreaterThan(0.9);
    expect(told.slowestOpened).toBeLessThan(5_000);
    expect(told.slowestRefused).toBeLessThan(1_000);
    expect(told.sessionsInVain).toBeLessThanOrEqual(0);
    expect(told.tooLate).toBe(0);
  });

  test('without the limit nearly all would be answered too late', async () => {
    const told = await pressed(200, new BusyShop(COSTS, 2, false));
    expect(told.ofPeak).toBeLessThan(0.1);
    expect(told.tooLate).toBeGreaterThan(100);
  });

  test('also when Stripe takes most of an opening', async () => {
    const told = await pressed(200, new BusyShop({ ...COSTS, stripe: 800 }));
    expect(told.ofPeak).toBeGreaterThan(0.9);
    expect(told.tooLate).toBe(0);
  });

  test('a thousand do not keep it from selling: the more are refused, the later they come again', async () => {
    const told = await pressed(1_000);
    expect(told.ofPeak).toBeGreaterThan(0.75);
    expect(told.refused).toBeLessThan(5_000);
  });
});

describe('a hundred shoppers at the same moment', () => {
  test('on an idle system are all let in, and again when it has been idle for a while', async () => {
    const shop = new BusyShop();
    expect(await shop.rush(100)).toMatchObject({ opened: 100, refused: 0 });
    await shop.pass(4_000);
    expect(await shop.rush(100)).toMatchObject({ opened: 100, refused: 0 });
  });

  test('who want the last ten: ten get one, ninety hear that it is gone, few cost a session; three times', async () => {
    const shop = new BusyShop();
    for (let times = 1; times <= 3; times++) {
      shop.left = 10;
      expect(await shop.rush(100)).toEqual({ opened: 10, 'sold-out': 90, refused: 0, 'too-late': 0 });
      expect(shop.sessions).toBeLessThan(times * 50);
    }
  });
});

test('who wants the last units is let in as long as there are some, also on half as fast a machine', async () => {
  const shop = new BusyShop({ ...COSTS, open: 2 * COSTS.open });
  shop.left = 25;
  let next = 0;
  const shopper = async () => {
    while (next++ < 200) await shop.checkout();
  };
  for (let atOnce = 0; atOnce < 40; atOnce++) void shopper();
  await shop.until(() => shop.answers.length === 200);
  expect(shop.answers.filter(({ answer }) => answer === 'opened')).toHaveLength(25);
  expect(shop.answers.filter(({ answer }) => answer === 'sold-out')).toHaveLength(175);
});

test.each([
  ['slow answers of Stripe', 1, new BusyShop({ ...COSTS, stripe: 3_000 })],
  ['25 a second on eight cores, as many as Stripe allows', 25, new BusyShop({ ...COSTS, stripe: 800 }, 8)],
])('%s turn nobody away', async (_, aSecond, shop) => {
  for (let shopper = 0; shopper < 30 * aSecond; shopper++) {
    void shop.order();
    await shop.pass(1_000 / aSecond);
  }
  expect(shop.admission.refused).toBe(0);
  expect(shop.admission.limit).toBe(32);
});

test('after a minute in which nothing was worked off, it sells as before', async () => {
  const shop = new BusyShop();
  shop.workers = false;
  for (let shopper = 0; shopper < 200; shopper++) void shop.order();
  await shop.pass(60_000);
  shop.workers = true;
  await shop.pass(45_000);
  expect(shop.done).toBe(200);
});

describe('a door', () => {
  /** With all slots taken, and a line behind them. */
  function full() {
    let now = 0;
    const admission = new Admission(() => now);
    const inside = Array.from({ length: admission.limit }, () => admission.enter(null));
    const waiting = Array.from({ length: 40 }, () => admission.enter(null));
    const pass = (ms: number) => {
      now += ms;
    };
    return { admission, inside, waiting, pass };
  }

  test('is closed when a line stands, and refused shoppers come again one after another', async () => {
    const { admission, pass } = full();
    expect(admission.closed).toBe(false);
    pass(3_000);
    expect(admission.closed).toBe(true);
    const again = Array.from({ length: 1_000 }, () => Number(admission.refusal().extra.retryAfter));
    expect(again[0]).toBeGreaterThanOrEqual(3);
    expect(again).toEqual([...again].sort((a, b) => a - b));
    expect(new Set(again.map(Math.ceil)).size).toBeGreaterThan(5);
    expect(Math.max(...again)).toBeLessThanOrEqual(30);
    await expect(admission.enter(null)).rejects.toMatchObject({ status: 503, code: 'unavailable' });
    expect(admission.refused).toBe(1_001);
  });

  test('is in a rush from the first in line until two seconds after the last, or until nothing is opened', async () => {
    let now = 0;
    const admission = new Admission(() => now);
    const inside = await Promise.all(Array.from({ length: admission.limit }, () => admission.enter(null)));
    expect(admission.rush).toBe(false);
    const last = admission.enter(null);
    expect(admission.rush).toBe(true);
    inside.pop()?.leave('failed');
    const slots = [...inside, await last];
    now += 2_000;
    expect([admission.rush, admission.waiting]).toEqual([true, 0]);
    now += 1;
    expect(admission.rush).toBe(false);

    const next = admission.enter(null);
    slots.pop()?.leave('failed');
    for (const slot of [...slots, await next]) slot.leave('failed');
    expect(admission.rush).toBe(false);
  });

  test('lets the first in line in first, and tells them that they waited', async () => {
    const { admission, inside, waiting } = full();
    const order: number[] = [];
    waiting.forEach((one, place) => void one.then(() => order.push(place)));
    for (const slot of await Promise.all(inside.slice(0, 2))) slot.leave('failed');
    await Promise.all(waiting.slice(0, 2));
    expect(order).toEqual([0, 1]);
    expect((await waiting[0])?.waited).toBe(true);
    expect([admission.underWay, admission.waiting]).toEqual([32, 38]);
  });

  test('refuses whoever has waited so long that no time is left for an answer', async () => {
    const { inside, waiting, pass } = full();
    pass(7_000);
    (await inside[0])?.leave('failed');
    const told = await Promise.allSettled(waiting);
    expect(told.filter(({ status }) => status === 'rejected')).toHaveLength(40);
  });
});
