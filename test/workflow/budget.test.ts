import { costOf } from './cost';
import { readable } from './history-text';
import { until, World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

const eventsOf = async (id: string) => (await world.history(id)).events ?? [];

test('a paid digital order with one checkout and one webhook costs at most 28 events and 9 actions', async () => {
  await world.product('budget-ebook');
  const id = await world.completedOrder([{ sku: 'budget-ebook' }]);
  await costsAtMost(id, { events: 28, actions: 9 });
});

test('a paid order shipped in one parcel and reported delivered costs at most 50 events and 17 actions', async () => {
  await world.product('budget-mug', { stock: 1 });
  const { id } = await world.checkout([{ sku: 'budget-mug' }]);
  await world.pay(id);
  await world.webhook(id);
  await until(async () => (await world.mails(id)).length === 2);
  await world.handle(id).executeUpdate('ship', { args: [{ carrier: 'DHL', trackingNumber: '1' }] });
  await until(async () => (await world.mails(id)).length === 3);
  await world.handle(id).executeUpdate('deliver');
  await world.end(id);
  await costsAtMost(id, { events: 50, actions: 17 });
});

test('whole histories hold no e-mail, name or address of the shopper', async () => {
  await world.product('secret-mug', { stock: 3 });
  const secrets = ['zelda.quux', 'example.net', 'Zelda', 'Quuxington', 'Hyrule Lane', 'Castletown', '90210-7'];
  const shopper = {
    email: 'zelda.quux@example.net',
    name: 'Zelda Quuxington',
    address: { line1: '7 Hyrule Lane', city: 'Castletown', postal_code: '90210-7', country: 'DE' },
  };
  const paid = await world.checkout([{ sku: 'secret-mug' }]);
  await world.pay(paid.id, shopper);
  // A step that fails in the database and at Stripe leaves failures in the history: those must be clean too.
  await world.at('/faults', {
    match: { method: 'GET', path: '/v1/checkout/sessions/' },
    times: 2,
    kind: 'error_before',
    status: 500,
  });
  await world.webhook(paid.id);
  await until(async () => (await world.order(paid.id)).status === 'PREPARING');
  expect((await world.order(paid.id)).customer).toMatchObject({ email: shopper.email, name: shopper.name });
  await world.handle(paid.id).executeUpdate('cancel', { args: [{ reason: 'other' }] });
  await world.end(paid.id);
  const [refund] = (await world.order(paid.id)).refunds;
  await world.end(refund?.stripeId as never);

  for (const id of [paid.id, refund?.stripeId as string]) {
    const text = readable(await eventsOf(id));
    expect(text).toContain(paid.id); // the check itself can see into payloads
    for (const secret of secrets) expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
  }
});

/** Holds a history against its budget; one that costs more is shown event by event. */
async function costsAtMost(id: string, budget: { events: number; actions: number }): Promise<void> {
  const events = await eventsOf(id);
  const cost = costOf(events);
  const within = cost.events <= budget.events && cost.actions <= budget.actions;
  expect(within ? 'within' : { cost, events: events.map(({ eventType }) => eventType) }).toBe('within');
}
