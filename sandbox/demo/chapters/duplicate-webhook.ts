import { type Demo, LANTERN } from '../demo';

const EXTRA = 4;

/** Stripe may deliver an event more than once; Holdfast acts on it once. */
export async function duplicateWebhook(demo: Demo): Promise<void> {
  const { story, holdfast, stripe } = demo;
  const { sessionId } = (await holdfast.checkout({ sku: LANTERN, quantity: 1, email: 'bela@example.com' })).body;
  await stripe.pay(sessionId, 'bela@example.com', 'Bela Quay');
  const { number } = await demo.order('Bela buys one', sessionId, 'PREPARING', 'PAID');
  demo.orders.push([number, 'a duplicate webhook']);

  const event = await story.step('Stripe’s event about the payment', {
    read: () => stripe.completedEvent(sessionId),
    is: (id) => id !== null,
    show: String,
  });
  await Promise.all(Array.from({ length: EXTRA }, () => stripe.redeliver(String(event))));
  await story.step(`Stripe delivers it ${EXTRA} more times at once`, {
    read: () => stripe.answersTo(String(event)),
    is: (answers) => answers.length === 1 + EXTRA && answers.every((status) => status === 200),
    show: (answers) => `answered ${answers.join(', ')}`,
  });

  // The order's workflow handles messages one at a time: once it has shipped, it has handled all of those events.
  await holdfast.ship(number, 'DHL', `DEMO${number}`);
  await demo.order('Staff ship the order', number, 'SHIPPED', 'PAID');
  await demo.mails('Each mail was sent once', number, ['order_confirmation', 'order_received', 'order_shipped']);
  await story.step('The stock moved once', {
    read: async () => (await holdfast.stock(LANTERN)).movements.filter(({ reference }) => reference === sessionId),
    is: (movements) => movements.map(({ kind }) => kind).join() === 'commit,hold',
    show: (movements) =>
      movements
        .map(({ kind }) => kind)
        .reverse()
        .join(', '),
  });
  await holdfast.deliver(number);
  await demo.order('It is delivered', number, 'COMPLETED', 'PAID');
  await demo.workflow(sessionId);
}
