import { temporal } from '@temporalio/proto';
import type { SessionId } from '../../domain/ids';
import { reportHang } from '../support/hangs';
import { until } from '../support/until';
import { hasNothingInHand, pass } from './at-rest';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world?.stop());

/** Nothing can read or write an order meanwhile. */
const withoutDatabase = (ms: number): Promise<unknown> =>
  world.db.$transaction(async (tx) => {
    await tx.$executeRaw`LOCK TABLE orders`;
    await new Promise((resolve) => setTimeout(resolve, ms));
  });

test('time that the server forgot to let go passes all the same, and stands still again afterwards', async () => {
  await world.temporal.connection.testService?.lockTimeSkipping({});
  const before = await world.temporal.currentTimeMs();
  await world.sleep(3_600_000);
  const after = await world.temporal.currentTimeMs();
  expect(after - before).toBeGreaterThanOrEqual(3_600_000);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect((await world.temporal.currentTimeMs()) - after).toBeLessThan(60_000);
});

test('a message that comes as a timer fires is heard: the server would refuse the task that cancels the timer', async () => {
  await world.product('sofa', { stock: 1 });
  const { id } = await world.checkout([{ sku: 'sofa' }], { holdSeconds: 600 });
  const { holdUntil } = await world.order(id);
  await pass(world, id, holdUntil.getTime() - (await world.temporal.currentTimeMs()) - 2_000);
  const outage = withoutDatabase(3_500); // a task that reads the order lasts until after the end of the hold
  await world.deps().starter.orderChanged(id as SessionId);
  await outage;
  expect(await world.end(id)).toBe('EXPIRED');
}, 30_000);

test('a test that runs out of time says what it waited for, and how the world stood', async () => {
  await world.product('bench', { stock: 1 });
  const { id } = await world.checkout([{ sku: 'bench' }]);
  const paid = until(async () => (await world.order(id)).status === 'PREPARING', 'the bench to be paid');
  const over = expect(paid).rejects.toThrow('gave up waiting for the bench to be paid');
  const report = await reportHang('a test');
  expect(report).toContain('ms: the bench to be paid');
  expect(report).toContain(`order ${id}: PENDING, UNPAID, stock HELD`);
  expect(report).toMatch(/timers: in 1[78]\d\d s/);
  expect(report).toContain('TIMER_STARTED');
  await over;
  expect(await reportHang('a test')).toBeNull();
});

test('a run whose step was just given out is not at rest, even if Temporal had not listed the step before', () => {
  const { EventType } = temporal.api.enums.v1;
  const scheduled = {
    eventId: 5 as never,
    eventType: EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    activityTaskScheduledEventAttributes: { activityId: '1' },
  };
  expect(hasNothingInHand([scheduled], [])).toBe(false);
  expect(hasNothingInHand([scheduled], [{ activityId: '1', attempt: 1 }])).toBe(false);
  expect(hasNothingInHand([scheduled], [{ activityId: '1', attempt: 2 }])).toBe(true); // it waits to be tried again
  const timer = { eventId: 9 as never, eventType: EventType.EVENT_TYPE_TIMER_STARTED };
  expect(hasNothingInHand([timer], [])).toBe(true);
});
