import type Stripe from 'stripe';
import { tendAccount } from '../../activities/account/tend';
import type { SessionId } from '../../domain/ids';
import { MailError } from '../../platform/mailer';
import { atRest } from './at-rest';
import { RefundShop, SLOW_REFUND } from './refund-shop';
import { Risk } from './risk';
import { shownAndTrue } from './shown';
import { until, World } from './world';

/** Mails about an order that another workflow sends are shown on it as soon as they are out. */

let world: World;
let shop: RefundShop;
let risk: Risk;
beforeAll(async () => {
  world = await World.start();
  shop = new RefundShop(world);
  risk = new Risk(world);
  await world.product('mug', { amount: 1000, stock: 100 });
});
afterAll(() => world?.stop());

/** What is shown of the mails once neither the order nor what it heard of has anything in hand. */
async function mailsOf(id: SessionId, follower: { id: string }): Promise<string[]> {
  await atRest(world, follower.id);
  const { shown, isTrue } = await shownAndTrue(world, id);
  expect(shown).toEqual(isTrue);
  return shown.mails;
}

const ORDER = ['order_confirmation: sent', 'order_received: sent'];
const order = async (how: Record<string, unknown> = {}) => {
  const id = await world.paidOrder([{ sku: 'mug' }], how);
  await world.mailed(id, 2);
  return id;
};

const signals = async (id: string) =>
  ((await world.history(id)).events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes).length;

test('the mail of a refund, and the one that it failed, which calls staff too', async () => {
  const id = await order();
  await shop.refund(id, { amount: 400 });
  const [refund] = (await shop.atStripe(id)) as [Stripe.Refund];
  expect(await mailsOf(id, refund)).toEqual([...ORDER, 'order_refunded: sent'].sort());
  await world.at(`/refunds/${refund.id}/fail`);
  await shop.told(refund);
  const failed = ['attention_needed: sent', 'refund_failed: sent'];
  expect(await mailsOf(id, refund)).toEqual([...ORDER, ...failed, 'order_refunded: sent'].sort());
  await atRest(world, id);
});

test('a refund under way tells its order of its mail once, and of its end once', async () => {
  const id = await order({ card: SLOW_REFUND });
  const before = await signals(id);
  await shop.refund(id, { amount: 400 });
  const [refund] = (await shop.atStripe(id)) as [Stripe.Refund];
  expect(await mailsOf(id, refund)).toContain('order_refunded: sent');
  expect((await signals(id)) - before).toBe(2);
  await world.at(`/refunds/${refund.id}/succeed`);
  await shop.told(refund);
  expect(await world.end(refund.id)).toBe('succeeded');
  expect(await mailsOf(id, refund)).toContain('order_refunded: sent');
  expect((await signals(id)) - before).toBe(3);
});

test('the mails of a dispute: opened, soon to be answered, and lost', async () => {
  const id = await order();
  const dispute = await risk.disputed(id);
  expect(await mailsOf(id, dispute)).toContain('dispute_opened: sent');
  const due = (await risk.row(dispute))?.dueBy as Date;
  await world.sleep(due.getTime() - world.now() - 86_400_000);
  expect(await mailsOf(id, dispute)).toContain('dispute_deadline: sent');
  await risk.happens(dispute, 'close', { status: 'lost' });
  expect(await mailsOf(id, dispute)).toContain('attention_needed: sent');
});

test('the mail that calls staff because of a fraud warning', async () => {
  const id = await order();
  const warning = await world.at<{ id: string }>(`/charges/${await risk.chargeOf(id)}/early-fraud-warning`);
  await risk.notice('fraud-warning', warning.id);
  expect(await mailsOf(id, warning)).toContain('attention_needed: sent');
});

test('an order whose payment differs hears of the mail of its dispute, and calls staff no second time', async () => {
  await world.product('gift', { amount: 900, stock: 10 });
  const { id: product } = await world.stripe.products.create({ name: 'gift' });
  const custom_unit_amount = { enabled: true, minimum: 300, preset: 900 } as const;
  const { id: stripePriceId } = await world.stripe.prices.create({ product, currency: 'eur', custom_unit_amount });
  await world.db.price.updateMany({ where: { sku: 'gift' }, data: { minimum: 500n, stripePriceId } });
  const id = await world.paidOrder([{ sku: 'gift' }], { customAmount: 400 });
  await world.mailed(id, 1);
  const dispute = await risk.disputed(id);
  expect(await mailsOf(id, dispute)).toEqual(['attention_needed: sent', 'dispute_opened: sent']);
  expect(await signals(id)).toBe(3); // the payment's, and two of the dispute
});

test('an order that was sold out and whose refund fails is started again, and lists that mail too', async () => {
  await world.product('sold-out', { stock: 0 });
  const id = await world.session([{ sku: 'sold-out' }]);
  await world.pay(id);
  await world.open(id);
  expect(await world.end(id)).toBe('REFUNDED');
  const [refund] = (await shop.atStripe(id)) as [Stripe.Refund];
  await world.end(refund.id);
  await world.at(`/refunds/${refund.id}/fail`);
  await shop.told(refund);
  await shop.becomes(id, { status: 'PENDING', attentionStep: 'refund-failed' });
  const failed = ['attention_needed: sent', 'order_refunded: sent', 'refund_failed: sent'];
  expect(await mailsOf(id, refund)).toEqual(failed);
});

test('a mail that waited for the provider, once it has gone out', async () => {
  const { mailer } = world;
  const refused = new MailError('daily_quota_exceeded', 'mail_quota');
  world.mailer = {
    send: async () => {
      throw refused;
    },
  };
  const id = await world.paidOrder([{ sku: 'mug' }]);
  await until(async () => (await shownAndTrue(world, id)).shown.mails.every((mail) => mail.endsWith(': waiting')));
  expect((await shownAndTrue(world, id)).shown.mails).toHaveLength(2);
  world.mailer = mailer;
  await world.sleep(60_000); // for the next try of the whole fleet
  await tendAccount(world.deps());
  expect(await mailsOf(id, { id })).toEqual(ORDER);
});

test('an order that has ended costs the refund that follows it nothing more', async () => {
  const id = await world.completedOrder([{ sku: 'mug' }]);
  await shop.answer(await shop.request(id));
  const [refund] = (await shop.atStripe(id)) as [Stripe.Refund];
  await world.end(refund.id);
  const { events } = await world.history(refund.id);
  const asked = (events ?? []).filter((event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes);
  expect(asked).toHaveLength(1);
});
