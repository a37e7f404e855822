import { randomUUID } from 'node:crypto';
import { type Demo, LANTERN } from '../demo';

const SHOPPERS = 6;

/** One unit is left, and several shoppers want it at the same moment. */
export async function lastUnit(demo: Demo): Promise<void> {
  const { story, holdfast, stripe } = demo;
  await holdfast.setAvailable(LANTERN, 1);
  await demo.stock('One is left', 1, 0);

  await holdfast.roomFor(SHOPPERS);
  const userId = `demo-${randomUUID()}`;
  const answers = await Promise.all(
    Array.from({ length: SHOPPERS }, (_, i) =>
      holdfast.checkout({ sku: LANTERN, quantity: 1, email: `shopper${i + 1}@example.com`, userId }),
    ),
  );
  const [winner, ...others] = answers.filter(({ status }) => status === 201);
  story.check(`${SHOPPERS} shoppers check out at once`, answers, {
    is: () => others.length === 0 && answers.filter(({ body }) => body.code === 'out_of_stock').length === SHOPPERS - 1,
    show: () => counted(answers.map(({ status, body }) => (status === 201 ? '201' : `${status} ${body.code}`))),
  });
  const sessionId = String(winner?.body.sessionId);
  await demo.stock('It is held, once', 1, 1);

  await story.step('Orders that reached Stripe too late', {
    read: async () => {
      const late = (await holdfast.ordersOf(userId)).filter((order) => order.sessionId !== sessionId);
      const sessions = await Promise.all(late.map((order) => stripe.session(order.sessionId)));
      return late.map(({ number, status }, i) => ({ number, status, session: sessions[i]?.status }));
    },
    is: (late) => late.every(({ status, session }) => status === 'CANCELLED' && session === 'expired'),
    show: (late) => counted(late.map(({ status, session }) => `${status}, its session ${session}`)) || 'none',
  });

  await stripe.pay(sessionId, 'shopper@example.com', 'Quick Shopper');
  const { number } = await demo.order('The first shopper pays', sessionId, 'PREPARING', 'PAID');
  demo.orders.push([number, 'the last unit']);
  await demo.stock('It is sold', 0, 0);
  await holdfast.ship(number, 'DHL', `DEMO${number}`);
  await holdfast.deliver(number);
  await demo.order('Shipped and delivered', number, 'COMPLETED', 'PAID');
  await demo.workflow(sessionId);
}

/** `5 × this, 1 × that` */
function counted(all: string[]): string {
  const kinds = [...new Set(all)].sort();
  return kinds.map((kind) => `${all.filter((one) => one === kind).length} × ${kind}`).join('; ');
}
