import type Stripe from 'stripe';
import type { SessionId } from '../../domain/ids';
import { atRest } from './at-rest';
import { Risk } from './risk';
import { shownAndTrue } from './shown';
import { until, World } from './world';

/** The order hears of a dispute whenever what its details show of it has changed, and only then. */

let world: World;
let risk: Risk;
const DAY = 86_400_000;

beforeAll(async () => {
  world = await World.start();
  risk = new Risk(world);
  await world.product('mug', { amount: 1250, stock: 100 });
});
afterAll(() => world?.stop());

const inDays = (days: number) => Math.floor(world.deps().clock.now() / 1000 + days * 86_400);
const asDate = (seconds: number) => new Date(seconds * 1000).toISOString();

/** What the order shows of its disputes, which is what the database says, once nothing about them is under way. */
async function shows(id: SessionId, dispute: Stripe.Dispute) {
  await atRest(world, dispute.id as SessionId);
  const { shown, isTrue } = await shownAndTrue(world, id);
  expect(shown.disputes).toEqual(isTrue.disputes);
  return shown.disputes;
}

async function disputedOrder(how: Record<string, unknown>): Promise<{ id: SessionId; dispute: Stripe.Dispute }> {
  const id = await world.paidOrder([{ sku: 'mug' }]);
  await world.mailed(id, 2);
  const dispute = await risk.disputed(id, how);
  await until(async () => (await risk.row(dispute))?.evidence);
  return { id, dispute };
}

test('an inquiry that was answered and becomes a chargeback: the order asks for an answer again, until the new day', async () => {
  const { id, dispute } = await disputedOrder({ status: 'warning_needs_response', due_by: inDays(5) });
  await world.ask(dispute.id, 'submitEvidence');
  expect(await shows(id, dispute)).toMatchObject([{ submitted: true }]);
  const due_by = inDays(9);
  await risk.happens(dispute, 'update', { status: 'needs_response', due_by });
  await risk.recorded(dispute, { status: 'needs_response' });
  expect(await shows(id, dispute)).toMatchObject([{ submitted: false, dueBy: asDate(due_by) }]);
});

test('a deadline that moves, and one that passes', async () => {
  const { id, dispute } = await disputedOrder({ due_by: inDays(3) });
  const due_by = inDays(1.5);
  await risk.happens(dispute, 'update', { due_by });
  await until(async () => (await risk.row(dispute))?.dueBy?.getTime() === due_by * 1000);
  expect(await shows(id, dispute)).toMatchObject([{ dueBy: asDate(due_by), answerable: true }]);
  await world.sleep(3 * DAY); // Stripe is asked daily
  expect(await shows(id, dispute)).toMatchObject([{ answerable: false }]);
});

test('what changes nothing of that costs the order nothing', async () => {
  const { id, dispute } = await disputedOrder({ due_by: inDays(30) });
  await shows(id, dispute);
  const events = async () => (await world.history(id)).events?.length;
  const before = await events();
  await risk.tell(dispute);
  await shows(id, dispute);
  await world.sleep(2.5 * DAY);
  await shows(id, dispute);
  expect(await events()).toBe(before);
});
