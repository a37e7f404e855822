import { setImmediate } from 'node:timers/promises';
import type Stripe from 'stripe';
import { gatherEarlierOrders } from '../../activities/dispute/earlier-orders';
import type { SessionId } from '../../domain/ids';
import { eraseCustomer } from '../../store/customers/erase';
import { Risk } from './risk';
import { until, World } from './world';

const DAY = 86_400_000;
const IP = '203.0.113.7';
let world: World;
let risk: Risk;
/** Two orders of each customer, half a year older than what follows. */
const earlier: Record<string, SessionId[]> = {};

beforeAll(async () => {
  world = await World.start();
  risk = new Risk(world);
  await world.product('ebook', { amount: 900 });
  for (const customer of ['ada', 'bob', 'eve', 'zoe', 'kim', 'lee'])
    earlier[customer] = [await bought(customer), await bought(customer)];
  await world.sleep(180 * DAY);
});
afterAll(() => world.stop());

/** An order of a customer that is complete, as one with KEEP_SHOPPER_IP. */
async function bought(customer: string): Promise<SessionId> {
  const id = await world.completedOrder([{ sku: 'ebook' }], { email: `${customer}@example.com` });
  const request = { metadata: { shopper_ip: IP } };
  await world.db.checkout.update({ where: { sessionId: id }, data: { request } });
  return id;
}
const due = () => Math.floor(world.deps().clock.now() / 1000 + 9 * 86_400);
const atStripe = ({ id }: Stripe.Dispute) => world.stripe.disputes.retrieve(id);
async function disputed(customer: string): Promise<Stripe.Dispute> {
  const dispute = await risk.disputed(await bought(customer), { due_by: due() });
  await until(async () => (await risk.row(dispute))?.evidence);
  return dispute;
}
const submit = (dispute: Stripe.Dispute) => world.ask(dispute.id, 'submitEvidence');
const detailsOf = (dispute: Stripe.Dispute) =>
  world
    .handle(dispute.id as never)
    .query<string, []>('__temporal_workflow_metadata')
    .then((all) => JSON.stringify(all));
const numbersOf = async (customer: string) =>
  Promise.all((earlier[customer] ?? []).map(async (id) => (await world.order(id)).number));

test('two earlier orders of the customer go with the evidence, Visa takes them, and staff see both', async () => {
  const dispute = await disputed('ada');
  const [one, two] = await numbersOf('ada');
  const both = new RegExp(`earlier orders (${one} and ${two}|${two} and ${one})`);
  expect(await detailsOf(dispute)).toMatch(both);
  expect(await detailsOf(dispute)).toContain('That is enough for Visa.');
  expect(await submit(dispute)).toBe('under_review');
  const { evidence, evidence_details } = await atStripe(dispute);
  const charges = await Promise.all((earlier.ada ?? []).map((id) => risk.chargeOf(id)));
  expect(evidence.enhanced_evidence.visa_compelling_evidence_3).toMatchObject({
    disputed_transaction: {
      customer_purchase_ip: IP,
      customer_email_address: 'ada@example.com',
      merchandise_or_services: 'services',
      product_description: '1 × The ebook',
    },
    prior_undisputed_transactions: [{ customer_purchase_ip: IP }, { product_description: '1 × The ebook' }],
  });
  const named = evidence.enhanced_evidence.visa_compelling_evidence_3?.prior_undisputed_transactions ?? [];
  expect(named.map(({ charge }) => charge).sort()).toEqual(charges.sort());
  expect(evidence_details.enhanced_eligibility.visa_compelling_evidence_3).toEqual({
    ...{ required_actions: [], status: 'qualified' },
  });
  await until(async () => (await detailsOf(dispute)).includes('Visa has taken them as such.'));
  expect(await detailsOf(dispute)).not.toMatch(/203\.0|@example/);
});

test('an earlier order that is disputed meanwhile does not go with it', async () => {
  const dispute = await disputed('bob');
  expect((await risk.row(dispute))?.earlierOrders).not.toBeNull();
  await risk.disputed(earlier.bob?.[0] as SessionId, { reason: 'product_not_received', due_by: due() });
  expect(await submit(dispute)).toBe('under_review');
  expect((await atStripe(dispute)).evidence.enhanced_evidence.visa_compelling_evidence_3).toMatchObject({
    ...{ disputed_transaction: null, prior_undisputed_transactions: [] },
  });
});

test('a customer of an earlier order who is erased is not named, then or ever again', async () => {
  const dispute = await disputed('eve');
  const at = new Date(world.deps().clock.now());
  const refused = await eraseCustomer(world.db, { sessionId: earlier.eve?.[0] as SessionId, actor: 'staff', at });
  expect(refused).toBeNull();
  expect((await risk.row(dispute))?.earlierOrders).toBeNull();
  await risk.tell(dispute);
  await world.sleep(1.1 * DAY);
  expect((await risk.row(dispute))?.earlierOrders).toBeNull();
});

test('what Stripe does not accept about them costs nothing: the rest of the evidence is submitted', async () => {
  const dispute = await disputed('zoe');
  await world.db.$executeRaw`UPDATE disputes SET earlier_orders = jsonb_set(earlier_orders,
    '{evidence,prior_undisputed_transactions,0,charge}', '"ch_unknown"') WHERE id = ${dispute.id}`;
  expect(await submit(dispute)).toBe('under_review');
  expect(await atStripe(dispute)).toMatchObject({
    evidence: { customer_email_address: 'zoe@example.com' },
    evidence_details: { submission_count: 1 },
  });
  expect((await risk.row(dispute))?.earlierOrders).toBeNull();
});

test('a slow Stripe ends the search, not the activity: no more is asked, and what was known before stays', async () => {
  const dispute = await atStripe(await disputed('lee'));
  const row = await risk.row(dispute);
  const over = new AbortController();
  let answer = () => {};
  const asked: string[] = [];
  const retrieve = async (id: string) => {
    if (asked.push(id) === 2) await new Promise<void>((resolve) => (answer = resolve));
    return world.stripe.charges.retrieve(id);
  };
  const deps = { ...world.deps(), stripe: { charges: { retrieve } } as unknown as Stripe };
  const before = { orders: 'as before' } as never;
  const { sessionId } = row as unknown as { sessionId: SessionId };
  const gathered = gatherEarlierOrders(deps, { dispute, sessionId, before }, over.signal);
  await until(async () => asked.length === 2);
  over.abort();
  expect(await gathered).toBe(before);
  answer();
  await until(async () => (await world.requests()).some(({ path }) => path.endsWith(`/charges/${asked[1]}`)));
  await setImmediate();
  expect(asked).toHaveLength(2);
  expect((await risk.row(dispute))?.earlierOrders).toEqual(row?.earlierOrders);
});

test('none is looked for where Stripe does not ask: for another reason, or of a new customer', async () => {
  const fraud = await disputed('new');
  const other = await risk.disputed(await bought('kim'), { reason: 'product_not_received', due_by: due() });
  await until(async () => (await risk.row(other))?.evidence);
  expect(await risk.row(other)).toMatchObject({ earlierOrders: null, visaEvidence: null });
  expect((await risk.row(fraud))?.earlierOrders).toBeNull();
});
