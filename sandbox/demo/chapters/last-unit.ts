import { randomUUID } from 'node:crypto';
import { LANTERN, type Stage } from '../stage';

const SHOPPERS = 6;

/** One is left, and several want it at the same moment. */
export async function lastUnit(stage: Stage): Promise<void> {
  const { telling, holdfast, stripe } = stage;
  await holdfast.setAvailable(LANTERN, 1);
  await stage.stock('One is left', 1, 0);

  await holdfast.roomFor(SHOPPERS);
  const userId = `demo-${randomUUID()}`;
  const answers = await Promise.all(
    Array.from({ length: SHOPPERS }, (_, i) =>
      holdfast.checkout({ sku: LANTERN, quantity: 1, email: `shopper${i + 1}@example.com`, userId }),
    ),
  );
  const [winner, ...others] = answers.filter(({ status }) => status === 201);
  telling.fact(`${SHOPPERS} shoppers ask for it at once`, answers, {
    is: () => others.length === 0 && answers.filter(({ body }) => body.code === 'out_of_stock').length === SHOPPERS - 1,
    show: () => counted(answers.map(({ status, body }) => (status === 201 ? '201' : `${status} ${body.code}`))),
  });
  const sessionId = String(winner?.body.sessionId);
  await stage.stock('It is put aside, once', 1, 1);

  await telling.line('Who got as far as Stripe, and was too late', {
    read: async () => {
      const late = (await holdfast.ordersOf(userId)).filter((order) => order.sessionId !== sessionId);
      const sessions = await Promise.all(late.map((order) => stripe.session(order.sessionId)));
      return late.map(({ number, status }, i) => ({ number, status, session: sessions[i]?.status }));
    },
    is: (late) => late.every(({ status, session }) => status === 'CANCELLED' && session === 'expired'),
    show: (late) => counted(late.map(({ status, session }) => `${status}, its session ${session}`)) || 'nobody',
  });

  await stripe.pay(sessionId, 'shopper@example.com', 'Quick Shopper');
  const { number } = await stage.order('The one who was first pays', sessionId, 'PREPARING', 'PAID');
  stage.orders.push([number, 'the last unit']);
  await stage.stock('It is sold', 0, 0);
  await holdfast.ship(number, 'DHL', `DEMO${number}`);
  await holdfast.deliver(number);
  await stage.order('Shipped and delivered', number, 'COMPLETED', 'PAID');
  await stage.workflow(sessionId);
}

/** `5 × this, 1 × that` */
function counted(all: string[]): string {
  const kinds = [...new Set(all)].sort();
  return kinds.map((kind) => `${all.filter((one) => one === kind).length} × ${kind}`).join('; ');
}
