import { refundId, type SessionId } from '../../domain/ids';
import { MailError } from '../../platform/mailer';
import { waitsForLock } from '../support/locks';
import { pass } from './at-rest';
import { until, World } from './world';

/*
 * If a message arrives while a workflow task ends a run, Temporal has the task done again. The database is ahead of it
 * then: what staff asked for is carried out, and must be neither refused nor done twice.
 */

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

const ask: World['ask'] = (...request) => world.ask(...request);

const needs = (id: SessionId, step: string) =>
  until(async () => {
    const state = await world.handle(id).query<{ attention: { step: string } | null }>('state');
    return state.attention?.step === step;
  });

/** Asks for something, and signals once the task that carries it out waits for the order's row. */
async function overtaken<T>(id: SessionId, act: () => Promise<T>): Promise<T> {
  const { answer } = await world.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM orders WHERE session_id = ${id} FOR UPDATE`;
    const answer = act();
    answer.catch(() => undefined);
    await waitsForLock(world.db);
    await world.handle(id).signal('look');
    return { answer };
  });
  return answer;
}

/** How many tasks of the latest run were done again. */
const doneAgain = async (id: SessionId): Promise<number> => {
  const { events } = await world.handle(id).fetchHistory();
  return events?.filter((event) => event.workflowTaskFailedEventAttributes).length ?? 0;
};

const told = async (id: SessionId, type: string): Promise<number> =>
  world.db.timelineEntry.count({ where: { sessionId: id, type } });

async function refundRejected(sku: string): Promise<SessionId> {
  const id = await world.paidOrderOf(sku);
  await ask(id, 'cancel', { reason: 'other' });
  await world.end(id);
  const [refund] = (await world.order(id)).refunds;
  const stripeId = refundId(refund?.stripeId ?? '');
  await world.at(`/refunds/${stripeId}/fail`);
  await world.deps().starter.refund(stripeId);
  await until(async () => (await world.order(id)).attentionStep === 'refund-failed');
  await needs(id, 'refund-failed');
  return id;
}

async function disputeLost(sku: string): Promise<SessionId> {
  const id = await world.paidOrderOf(sku);
  const { chargeId } = await world.order(id);
  const dispute = await world.at<{ id: string }>(`/charges/${chargeId}/dispute`, {});
  await world.at(`/disputes/${dispute.id}/close`, { status: 'lost' });
  await world.deps().starter.dispute(dispute.id as never);
  await needs(id, 'dispute-lost');
  return id;
}

test('resolve is carried out once, and answered', async () => {
  const id = await refundRejected('sundial');
  expect(await overtaken(id, () => ask(id, 'resolve', { how: 'settled_elsewhere' }))).toBe('REFUNDED');
  expect(await world.end(id)).toBe('REFUNDED');
  expect(await doneAgain(id)).toBe(1);
  expect(await told(id, 'resolved')).toBe(1);
});

test('cancel after a lost dispute is carried out once, and answered', async () => {
  const id = await disputeLost('hourglass');
  expect(await overtaken(id, () => ask(id, 'cancel', { reason: 'other' }))).toBe('REFUNDED');
  expect(await world.end(id)).toBe('REFUNDED');
  expect(await doneAgain(id)).toBe(1);
  expect(await told(id, 'cancel')).toBe(1);
  expect(await world.stock('hourglass')).toEqual({ onHand: 1, held: 0 });
});

test('Request Cancellation after a lost dispute is carried out once, and ends the run', async () => {
  const id = await disputeLost('astrolabe');
  await overtaken(id, () => world.handle(id).cancel());
  expect(await world.end(id)).toBe('REFUNDED');
  expect(await doneAgain(id)).toBe(1);
  expect(await told(id, 'cancel')).toBe(1);
});

test('deliver is carried out once, and answered', async () => {
  const id = await world.paidOrderOf('sextant');
  await ask(id, 'ship', { carrier: 'DHL', trackingNumber: '1' });
  await until(async () => (await world.mails(id)).includes('order_shipped'));
  expect(await overtaken(id, () => ask(id, 'deliver'))).toBe('COMPLETED');
  expect(await world.end(id)).toBe('COMPLETED');
  expect(await doneAgain(id)).toBe(1);
  expect(await told(id, 'completed')).toBe(1);
});

test('requests that come together are done one after the other, so that the run replays', async () => {
  const orders = await Promise.all(Array.from({ length: 12 }, (_, nth) => world.paidOrderOf(`compass-${nth}`)));
  const parcel = { carrier: 'DHL', trackingNumber: '1' };
  for (const id of orders) {
    await Promise.allSettled([
      world.handle(id).signal('changed'),
      ask(id, 'hold', { reason: 'address' }),
      world.handle(id).signal('changed'),
      ask(id, 'release'),
      ask(id, 'ship', parcel),
      ask(id, 'hold', { reason: 'other' }),
      world.handle(id).signal('changed'),
    ]);
    await world.handle(id).cancel();
  }
  await Promise.all(orders.map((id) => world.end(id)));
}); // and every history is replayed at the end

test('a last mail that was stuck leaves nothing that calls staff once it is out', async () => {
  const { mailer } = world;
  const id = await world.paidOrderOf('quadrant');
  await until(async () => (await world.mails(id)).includes('order_confirmation'));
  world.mailer = {
    send: async () => {
      throw new MailError('busy', 'moment');
    },
  };
  await ask(id, 'ship', { carrier: 'DHL', trackingNumber: '1' });
  expect(await ask(id, 'deliver')).toBe('COMPLETED');
  for (let minutes = 0; minutes < 70; minutes += 10) await pass(world, id, 600_000);
  expect((await world.order(id)).attentionStep).toBe('mail');
  world.mailer = mailer;
  for (let minutes = 0; minutes < 70; minutes += 10) await world.sleep(600_000);
  expect(await world.end(id)).toBe('COMPLETED');
  expect(await world.mails(id)).toContain('order_shipped');
  expect((await world.order(id)).attentionStep).toBeNull();
});
