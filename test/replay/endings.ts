import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import { bulkId } from '../../messages/bulk';
import { WORKFLOWS } from '../../messages/names';
import { reconcileStart } from '../../messages/reconcile';
import { writeBulk } from '../../store/bulk/bulks';
import { Risk } from '../workflow/risk';
import { until, type World } from '../workflow/world';

/** Plays one ending in a world and answers the ids of the workflows whose histories tell it. */
type Ending = (world: World) => Promise<string[]>;

const prepared = async (world: World, sku: string, quantity = 1): Promise<SessionId> => {
  const id = await world.paidOrderOf(sku, { stock: 5, amount: 1250, quantity });
  await world.mailed(id, 2);
  return id;
};

/** Every way an order can end, by name: each is recorded as a fixture that later code must still replay. */
export const ENDINGS: Record<string, Ending> = {
  'completed-digital': async (world) => {
    await world.product('ending-ebook');
    const id = await world.completedOrder([{ sku: 'ending-ebook' }]);
    return [id];
  },
  'completed-delivered': async (world) => {
    const id = await prepared(world, 'ending-delivered', 2);
    const ship = (trackingNumber: string) =>
      world.handle(id).executeUpdate('ship', {
        args: [{ carrier: 'DHL', trackingNumber, items: [{ sku: 'ending-delivered', quantity: 1 }] }],
      });
    await ship('1');
    await ship('2');
    await world.handle(id).executeUpdate('deliver');
    await world.end(id);
    return [id];
  },
  'sent-back-and-sent-again': async (world) => {
    const id = await prepared(world, 'ending-again');
    const items = [{ sku: 'ending-again', quantity: 1 }];
    await world.ship(id);
    const returned = { items, condition: 'write_off', refund: { amount: 100 } };
    await world.handle(id).executeUpdate('return', { args: [returned] });
    await world.handle(id).executeUpdate('replace', { args: [{ items }] });
    await world.deliver(id);
    await world.end(id);
    return [id];
  },
  'completed-long-enough-ago': async (world) => {
    const id = await prepared(world, 'ending-late');
    await world.handle(id).executeUpdate('ship', { args: [{ carrier: 'DHL', trackingNumber: '1' }] });
    await world.end(id);
    return [id];
  },
  expired: async (world) => {
    await world.product('ending-expired', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'ending-expired' }], { holdSeconds: 60 });
    await world.end(id);
    return [id];
  },
  abandoned: async (world) => {
    await world.product('ending-abandoned', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'ending-abandoned' }]);
    await world.handle(id).signal('abandon');
    await world.end(id);
    return [id];
  },
  'sold-out': async (world) => {
    await world.product('ending-sold-out', { stock: 0 });
    const { id } = await world.checkout([{ sku: 'ending-sold-out' }]);
    await world.end(id);
    return [id];
  },
  'sold-out-but-paid': async (world) => {
    await world.product('ending-late-money', { stock: 0 });
    const id = await world.session([{ sku: 'ending-late-money' }]);
    await world.pay(id);
    await world.open(id);
    await world.end(id);
    const [refund] = (await world.order(id)).refunds;
    await world.end(refund?.stripeId as SessionId);
    return [id, refund?.stripeId as string];
  },
  'cancelled-unpaid': async (world) => {
    await world.product('ending-cancelled', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'ending-cancelled' }]);
    await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] });
    await world.end(id);
    return [id];
  },
  'cancelled-in-bulk': async (world) => {
    await world.product('ending-bulk', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'ending-bulk' }]);
    const bulk = randomUUID();
    await writeBulk(world.db, {
      ...{ id: bulk, action: 'cancel', reason: 'other', filter: { status: 'PENDING' }, limit: 500, actor: 'staff' },
      ...{ requestHash: '', at: new Date(world.now()) },
    });
    await world.deps().starter.bulk({ id: bulk, action: 'cancel' });
    await world.end(bulkId(bulk));
    await world.end(id);
    return [id, bulkId(bulk)];
  },
  'refunded-by-staff': async (world) => {
    const id = await prepared(world, 'ending-refunded');
    await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'damaged' }] });
    await world.end(id);
    return [id];
  },
  'delayed-payment-failed': async (world) => {
    await world.product('ending-debit', { stock: 1 });
    const id = await world.processingOrder([{ sku: 'ending-debit' }]);
    await world.at(`/sessions/${id}/fail-delayed`);
    await world.webhook(id);
    await world.end(id);
    return [id];
  },
  'parked-then-refunded': async (world) => {
    await world.product('ending-parked', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'ending-parked' }]);
    await world.db.checkout.update({ where: { sessionId: id }, data: { currency: 'usd' } });
    await world.pay(id);
    await world.webhook(id);
    await until(async () => (await world.order(id)).attentionStep);
    await world.handle(id).executeUpdate('retry');
    await until(async () => (await world.order(id)).attentionStep);
    await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] });
    await world.end(id);
    return [id];
  },
  'taken-up': async (world) => {
    await world.product('ending-elsewhere');
    const price = await world.db.price.findFirstOrThrow({ where: { sku: 'ending-elsewhere' } });
    const { id } = await world.stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'http://localhost/thanks',
      line_items: [{ price: price.stripePriceId as string, quantity: 1 }],
    });
    await world.pay(id as SessionId);
    await world.webhook(id as SessionId);
    await world.end(id as SessionId);
    return [id];
  },
  'not-ours': async (world) => {
    const { id } = await world.stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'http://localhost/thanks',
      line_items: [
        { quantity: 1, price_data: { currency: 'eur', unit_amount: 500, product_data: { name: 'Something else' } } },
      ],
    });
    await world.pay(id as SessionId);
    await world.webhook(id as SessionId);
    await world.end(id as SessionId);
    return [id];
  },
  'refund-failed-then-given-back': async (world) => {
    const risk = new Risk(world);
    const id = await prepared(world, 'ending-refused');
    await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] });
    await world.end(id);
    const [first] = (await world.order(id)).refunds;
    const refused = first?.stripeId as SessionId;
    await world.at(`/refunds/${refused}/fail`);
    await world.deps().starter.refund(refused as never);
    await risk.heard(id);
    await world.ask(id, 'retry');
    await world.end(id);
    await until(async () => (await world.mails(id)).includes('refund_failed'));
    await risk.ended({ id: refused });
    return [id, refused];
  },
  'dispute-won': async (world) => {
    const risk = new Risk(world);
    const id = await prepared(world, 'ending-disputed');
    const dispute = await risk.disputed(id);
    await risk.happens(dispute, 'close', { status: 'won' });
    await risk.ended(dispute);
    await until(async () => !(await world.order(id)).disputed);
    await world.handle(id).executeUpdate('ship', { args: [{ carrier: 'DHL', trackingNumber: '7' }] });
    await world.handle(id).executeUpdate('deliver');
    await world.end(id);
    return [id, dispute.id];
  },
  'warned-of-fraud': async (world) => {
    const risk = new Risk(world);
    const id = await prepared(world, 'ending-warned');
    const warning = await world.at<{ id: string }>(`/charges/${await risk.chargeOf(id)}/early-fraud-warning`);
    await risk.notice('fraud-warning', warning.id);
    await risk.heard(id);
    await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] });
    await world.end(id);
    return [id, warning.id];
  },
  swept: async (world) => {
    await world.product('ending-swept');
    const { id } = await world.checkout([{ sku: 'ending-swept' }]);
    await world.pay(id); // and no webhook comes
    const sweep = reconcileStart({ id: randomUUID(), trigger: 'staff' });
    await world.client.workflow.start(WORKFLOWS.reconcile, sweep);
    await world.end(sweep.workflowId);
    await world.end(id);
    return [id, sweep.workflowId];
  },
};
