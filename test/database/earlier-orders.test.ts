import type { SessionId } from '../../domain/ids';
import { connectDatabase, type Db } from '../../store/database';
import { readEarlierOrders } from '../../store/disputes/earlier-orders';
import { NOW, placeOrder } from '../email/shop';
import { createTestDatabase } from '../support/database';

/** Which earlier orders of a customer are looked at when a payment is disputed. */

const DAY = 86_400_000;
const paidAt = (days: number) => new Date(NOW - days * DAY);
const PERIOD = { from: paidAt(364), to: paidAt(120), until: paidAt(106) };

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = connectDatabase(database.url, 2);
});
afterAll(async () => {
  await db?.$disconnect();
  await database?.drop();
});

let charges = 0;
const bought = (email: string, days: number, change = {}): Promise<SessionId> =>
  placeOrder(db, { paidAt: paidAt(days), chargeId: `ch_${++charges}`, ...change }, { email });
const found = async (sessionId: SessionId) =>
  ((await readEarlierOrders(db, { sessionId, ...PERIOD }))?.earlier ?? []).map((one) => one.sessionId).sort();

test('many orders just after the period hide none of those inside', async () => {
  const disputed = await bought('ada@example.com', 0);
  for (let n = 0; n < 12; n++) await bought('ada@example.com', 107 + n);
  const inside = [await bought('ada@example.com', 130), await bought('ada@example.com', 360)];
  await bought('ada@example.com', 365);
  await bought('bob@example.com', 130);
  const all = await found(disputed);
  expect(all).toEqual(expect.arrayContaining(inside));
  expect(all).toHaveLength(10); // each costs a call to Stripe
});

test('one that was confirmed a little late is looked at too, and one that was given back is not', async () => {
  const disputed = await bought('eve@example.com', 0);
  const late = await bought('eve@example.com', 110);
  const inside = await bought('eve@example.com', 200);
  await bought('eve@example.com', 210, { status: 'REFUNDED', paymentStatus: 'REFUNDED', refunded: 9900 });
  expect(await found(disputed)).toEqual([inside, late].sort());
});
