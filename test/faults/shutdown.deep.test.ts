import type { Program } from '../../sandbox/program';
import { everythingSettled, expectBooksToBalance } from './books';
import { Load } from './load';
import { Shop } from './shop';
import { System } from './system';

let system: System;
let shop: Shop;
beforeAll(async () => {
  system = await System.start({ apis: 2, workers: 2 });
  shop = new Shop(system);
  await shop.product('mug', { stock: 10_000 });
});
afterAll(() => system?.stop());

test.each([
  ['once', 1],
  ['twice', 2],
])(
  'SIGTERM %s under load: both programs end with 0 within 20 s and come back within 90 s, nothing is lost',
  async (_, times) => {
    const [, api] = system.apis as [Program, Program];
    const [worker] = system.workers as [Program];
    const load = new Load(shop);
    await load.runs(10);
    const exits = await Promise.all([api.terminate(times), worker.terminate(times)]);
    for (const { code, ms } of exits) {
      expect(code).toBe(0);
      expect(ms).toBeLessThan(20_000);
    }
    await load.runs(10);
    for (const ms of await Promise.all([api.start(), worker.start()])) expect(ms).toBeLessThan(90_000);
    const { paid, answers, cutOff } = await load.ends();

    // Whoever was connected is answered; who comes later meets a closed door, and never a connection that breaks
    // under the request.
    expect(cutOff).toEqual([]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(paid.length).toBeGreaterThan(20);
    for (const id of paid) expect(await shop.settled(id)).toBe('PREPARING');
    await everythingSettled(system);
    await expectBooksToBalance(system);
  },
);
