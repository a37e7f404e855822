import { atRest, everythingSettled, expectBooksToBalance } from './books';
import { type Answer, Shop } from './shop';
import { System } from './system';

let system: System;
let shop: Shop;
beforeAll(async () => {
  system = await System.start({ apis: 2, workers: 2 });
  shop = new Shop(system);
});
afterAll(() => system?.stop());

test('the same completed event 20 times at once makes one order and one mail of each kind', async () => {
  await shop.product('mug', { stock: 10 });
  const id = await shop.buy({ sku: 'mug' });
  await shop.at('/deliveries', { mode: 'normal', duplicate: 19 });
  await shop.pay(id, { wait: true });
  await shop.at('/deliveries', { mode: 'normal' });

  expect(await shop.settled(id)).toBe('PREPARING');
  await atRest(system);
  expect(await shop.mails(id)).toEqual(['order_confirmation', 'order_received']);
  expect(await system.db.order.count()).toBe(1);
  expect(await shop.stock('mug')).toEqual({ onHand: 9, held: 0 });
});

test('an event that comes again 20 times after the order has ended changes nothing', async () => {
  await shop.product('song');
  const id = await shop.buy({ sku: 'song' });
  await shop.pay(id);
  expect(await shop.ended(id)).toBe('COMPLETED');
  const before = await shop.order(id);
  const [event] = (await system.stripe.events.list({ type: 'checkout.session.completed', limit: 1 })).data;
  const again = Array.from({ length: 20 }, () => shop.at<{ statuses: number[] }>(`/events/${event?.id}/redeliver`));
  expect((await Promise.all(again)).flatMap(({ statuses }) => statuses)).toEqual(Array(20).fill(200));

  await atRest(system);
  expect(await shop.ended(id)).toBe('COMPLETED');
  expect(await shop.order(id)).toEqual(before);
  expect(await shop.mails(id)).toEqual(['order_confirmation', 'order_received']);
});

test('30 shoppers at once for the last unit: one gets it, 29 hear that it is gone', async () => {
  await shop.product('last', { stock: 1 });
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => ask(n, 'last')));

  expect(tally(answers)).toEqual({ '201': 1, '409 out_of_stock': 29 });
  expect(await shop.stock('last')).toEqual({ onHand: 1, held: 1 });
  const winner = answers.find(({ status }) => status === 201) as Answer;
  await shop.pay(winner.body.sessionId);
  expect(await shop.settled(winner.body.sessionId)).toBe('PREPARING');
  await everythingSettled(system);
  expect(await shop.stock('last')).toEqual({ onHand: 0, held: 0 });
  await expectBooksToBalance(system);
});

test('200 shoppers, 40 in flight, for 25 units: 25 get one, and nobody waits for a till to close', async () => {
  await shop.product('rare', { stock: 25 });
  const opened = await opensAtStripe();
  // Longer than a checkout may take: whoever waited for it would be answered 503.
  await shop.fault('POST', '/expire$', { kind: 'delay', ms: 10_000, times: 200 });
  const began = performance.now();
  const answers = await inFlight(40, 200, (n) => ask(n, 'rare'));
  const took = performance.now() - began;

  expect(tally(answers)).toEqual({ '201': 25, '409 out_of_stock': 175 });
  const tooLate = (await opensAtStripe()) - opened - 25;
  expect(tooLate).toBeGreaterThan(0); // else no till had to be closed
  report('200 shoppers for 25 units', {
    'seconds in all': (took / 1000).toFixed(1),
    '201 p50/max ms': quantiles(answers.filter(({ status }) => status === 201)),
    '409 p50/max ms': quantiles(answers.filter(({ status }) => status === 409)),
    'tills to close': tooLate,
  });

  await Promise.all(answers.filter(({ status }) => status === 201).map(({ body }) => shop.pay(body.sessionId)));
  await everythingSettled(system);
  expect(await shop.stock('rare')).toEqual({ onHand: 0, held: 0 });
  await expectBooksToBalance(system);
});

test('two APIs count together: checkouts a minute, and unpaid checkouts at a time', async () => {
  await shop.product('poster', { stock: 100 });
  // Another secret makes another client of us, with counters of its own.
  const limits = {
    CHECKOUT_RATE_LIMIT: '12',
    CHECKOUT_OPEN_LIMIT: '4',
    SIGNING_SECRET: 'signing-secret-of-these-two-in-tests',
  };
  const apis = await Promise.all([system.addApi(limits), system.addApi(limits)]);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => shop.checkout([{ sku: 'poster' }], { api: apis[n % 2] })),
  );
  expect(tally(answers)).toEqual({ '201': 4, '429 too_many_open': 8, '429 rate_limited': 28 });
  for (const { status, retryAfter } of answers) if (status === 429) expect(retryAfter).toBeGreaterThan(0);
  expect(await shop.stock('poster')).toEqual({ onHand: 100, held: 4 });
});

/**
 * A shopper who is turned away at once, because more come than this machine serves, asks again when they are told to.
 * One who is kept waiting and then refused has waited for what nobody should wait for.
 */
async function ask(n: number, sku: string): Promise<Answer> {
  for (;;) {
    const answer = await shop.checkout([{ sku }], { api: system.apis[n % 2] });
    if (answer.status !== 503 || answer.ms > TURNED_AWAY_MS) return answer;
    await new Promise((resolve) => setTimeout(resolve, Number(answer.retryAfter) * 1000));
  }
}

/** Longer than it takes to be turned away, and less than a till was made to take. */
const TURNED_AWAY_MS = 5_000;

const opensAtStripe = async () => (await shop.requests('POST', /^\/v1\/checkout\/sessions$/)).length;

/** How often each answer was given: status, and the problem's code. */
function tally(answers: Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const kind = [status, body.code].filter(Boolean).join(' ');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

async function inFlight<T>(atOnce: number, count: number, run: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) results.push(await run(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

const quantiles = (answers: Answer[]): string => {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  return [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((ms) => (ms ?? 0).toFixed(0)).join(' / ');
};

function report(what: string, measured: Record<string, string | number>): void {
  const lines = Object.entries(measured).map(([name, value]) => `    ${name}: ${value}\n`);
  process.stdout.write(`  ${what}\n${lines.join('')}`);
}
