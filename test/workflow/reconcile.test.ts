import { startSweepingWorld, sweep } from './sweeping';
import type { World } from './world';

let world: World;
beforeAll(async () => {
  world = await startSweepingWorld();
});
afterAll(() => world?.stop());

describe('what webhooks missed', () => {
  test('a lost webhook: the paid order is found, and goes on', async () => {
    await world.product('lost');
    const { id } = await world.checkout([{ sku: 'lost' }]);
    await world.pay(id);
    const { actions, found } = await sweep(world);
    expect(actions).toEqual({ [id]: 'paid' });
    expect(found).toEqual([]);
    expect(await world.end(id)).toBe('COMPLETED');
    expect(await world.mails(id)).toEqual(['order_confirmation', 'order_received']);
    expect((await sweep(world)).actions).toEqual({}); // and it is found once
  });
});
