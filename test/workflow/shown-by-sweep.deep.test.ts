import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import type { OrderReport } from '../../messages/order';
import { correctContact } from '../../store/customers/contact';
import { recordOutcome } from '../../store/mails/outcomes';
import { declineReturnRequest, recordReturnRequest } from '../../store/orders/return-requests';
import { holdShipping, releaseShipping } from '../../store/orders/shipping-hold';
import { atRest } from './at-rest';
import { shownAndTrue } from './shown';
import { sweep } from './sweeping';
import { World } from './world';

/** What is written to an order while Temporal is away is shown by its run after the next sweeps. */

const MINUTE = 60_000;

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.product('mug', { stock: 100 });
});
afterAll(() => world?.stop());

const now = () => new Date(world.now());
const asked = (sessionId: SessionId) => ({ sessionId, key: randomUUID(), actor: 'ada', at: now() });
const eventsOf = async (id: SessionId) => (await world.history(id)).events?.length;

/** A sweep looks at what is older than ten minutes: a transaction may be late. */
async function swept(): Promise<void> {
  await world.sleep(15 * MINUTE);
  expect(await sweep(world)).toMatchObject({ status: 'COMPLETED', actions: {}, found: [] });
}

/** What the run shows of its order before a sweep, and then; the next sweep does not tell it again. */
async function shownBySweep(id: SessionId) {
  const before = await shownAndTrue(world, id);
  expect(before.shown).not.toEqual(before.isTrue);
  await swept();
  const after = await shownAndTrue(world, id);
  expect(after.shown).toEqual(after.isTrue);
  const told = await eventsOf(id);
  await swept();
  await atRest(world, id);
  expect(await eventsOf(id)).toBe(told);
  return after.shown;
}

const preparing = async (): Promise<SessionId> => {
  const id = await world.paidOrder([{ sku: 'mug' }]);
  await world.mailed(id, 2);
  return id;
};

test('a hold, and its release', async () => {
  const id = await preparing();
  await holdShipping(world.db, { ...asked(id), reason: 'fraud' });
  expect(await shownBySweep(id)).toMatchObject({ hold: { reason: 'fraud' } });
  await releaseShipping(world.db, asked(id));
  expect(await shownBySweep(id)).toMatchObject({ hold: null });
});

test('what the customer asked to return, and that it is declined', async () => {
  const id = await preparing();
  await world.ship(id);
  await world.mailed(id, 3);
  const request = { sessionId: id, id: randomUUID(), at: now() };
  await recordReturnRequest(world.db, { ...request, items: [{ sku: 'mug', quantity: 1 }], reason: null });
  expect((await shownBySweep(id)).returnRequests).toMatchObject([{ id: request.id }]);
  await declineReturnRequest(world.db, { ...request, note: 'It was used.', actor: 'ada', at: now() });
  expect((await shownBySweep(id)).returnRequests).toEqual([]);
});

test('an order that has ended is not started for it', async () => {
  const id = await preparing();
  await world.deliver(id);
  await world.end(id);
  await recordReturnRequest(world.db, {
    ...{ sessionId: id, id: randomUUID(), at: now() },
    ...{ items: [{ sku: 'mug', quantity: 1 }], reason: null },
  });
  await swept();
  expect((await world.handle(id).describe()).status.name).toBe('COMPLETED');
});

// The last: nothing more is sent to that address.
test('a mail that came back, and the corrected address', async () => {
  const id = await preparing();
  const mail = await world.db.mail.findFirstOrThrow({ where: { sessionId: id, audience: 'CUSTOMER' } });
  const report = { providerId: mail.providerId as string, recipients: [mail.recipient], template: mail.template };
  await recordOutcome(world.db, { ...report, outcome: 'BOUNCED', code: null, orderNumber: null, at: now() });
  await shownBySweep(id);
  const needs = async () => (await world.handle(id).query<OrderReport>('order')).needsAttention;
  expect(await needs()).toMatchObject([{ step: 'contact' }]);
  await correctContact(world.db, { ...asked(id), email: 'ada@example.org', address: null });
  await swept();
  await atRest(world, id);
  const { happened } = await world.handle(id).query<OrderReport>('order');
  expect(happened.at(-1)).toContain('Corrected the e-mail address');
});
