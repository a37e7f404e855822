import { LANTERN, type Stage } from '../stage';

const AGAIN = 4;

/** Stripe delivers an event at least once; what it tells is done once. */
export async function duplicateWebhook(stage: Stage): Promise<void> {
  const { telling, holdfast, stripe } = stage;
  const { sessionId } = (await holdfast.checkout({ sku: LANTERN, quantity: 1, email: 'bela@example.com' })).body;
  await stripe.pay(sessionId, 'bela@example.com', 'Bela Quay');
  const { number } = await stage.order('Bela buys one', sessionId, 'PREPARING', 'PAID');
  stage.orders.push([number, 'a duplicate webhook']);

  const event = await telling.line('Stripe’s event of it', {
    read: () => stripe.completedEvent(sessionId),
    is: (id) => id !== null,
    show: String,
  });
  await Promise.all(Array.from({ length: AGAIN }, () => stripe.redeliver(String(event))));
  await telling.line(`Stripe delivers it ${AGAIN} times more, all at once`, {
    read: () => stripe.answersTo(String(event)),
    is: (answers) => answers.length === 1 + AGAIN && answers.every((status) => status === 200),
    show: (answers) => `answered ${answers.join(', ')}`,
  });

  // The order's workflow takes messages one after another: when it has shipped, it has seen every one of those events.
  await holdfast.ship(number, 'DHL', `DEMO${number}`);
  await stage.order('Staff ship it', number, 'SHIPPED', 'PAID');
  await stage.mails('Every mail went once', number, ['order_confirmation', 'order_received', 'order_shipped']);
  await telling.line('The stock moved once', {
    read: async () => (await holdfast.stock(LANTERN)).movements.filter(({ reference }) => reference === sessionId),
    is: (movements) => movements.map(({ kind }) => kind).join() === 'commit,hold',
    show: (movements) =>
      movements
        .map(({ kind }) => kind)
        .reverse()
        .join(', '),
  });
  await holdfast.deliver(number);
  await stage.order('It arrives', number, 'COMPLETED', 'PAID');
  await stage.workflow(sessionId);
}
