import type { SessionId } from '../../domain/ids';
import type { OrderReport } from '../../messages/order';
import { atRest } from './at-rest';
import { Risk } from './risk';
import { currentDetails } from './shown';
import { until, World } from './world';

const UI = 'https://ops.example.com/temporal';

let world: World;
beforeAll(async () => {
  world = await World.start({ TEMPORAL_UI_URL: `${UI}/` });
  await world.product('mug', { amount: 1250, stock: 100 });
});
afterAll(() => world?.stop());

const linkTo = (id: string) => `(${UI}/namespaces/default/workflows/${id})`;

test('workflows link one another where the Temporal UI is, also if it is below a path', async () => {
  const risk = new Risk(world);
  const disputed = await world.paidOrder([{ sku: 'mug' }]);
  const { id } = await risk.disputed(disputed, {});
  await until(async () => (await currentDetails(world, disputed)).includes('Disputed'));
  expect(await currentDetails(world, disputed)).toContain(`[${id}]${linkTo(id)}`);
  expect(await currentDetails(world, id)).toContain(linkTo(disputed));
  expect((await world.handle(disputed).query<OrderReport>('order')).temporalUi).toBe(UI);

  const refunded = await world.paidOrder([{ sku: 'mug' }]);
  await world.handle(refunded).executeUpdate('refund', { args: [{ amount: 100, reason: 'damaged' }] });
  const refund = await until(async () => (await world.order(refunded)).refunds[0]?.stripeId);
  await atRest(world, refund as SessionId);
  expect(await currentDetails(world, refund as string)).toContain(linkTo(refunded));
});
