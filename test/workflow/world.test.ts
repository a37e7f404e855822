import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world?.stop());

test('time that the server forgot to let go passes all the same, and stands still again afterwards', async () => {
  await world.temporal.connection.testService?.lockTimeSkipping({});
  const before = await world.temporal.currentTimeMs();
  await world.sleep(3_600_000);
  const after = await world.temporal.currentTimeMs();
  expect(after - before).toBeGreaterThanOrEqual(3_600_000);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect((await world.temporal.currentTimeMs()) - after).toBeLessThan(60_000);
});
