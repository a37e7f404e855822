import { LANTERN, orderInWords, type Stage } from '../stage';

/** Bought, paid, shipped, delivered. */
export async function paidOrder(stage: Stage): Promise<void> {
  const { telling, holdfast, stripe } = stage;
  await holdfast.setAvailable(LANTERN, 5);
  await stage.stock('Before', 5, 0);

  const { sessionId } = (await holdfast.checkout({ sku: LANTERN, quantity: 2, email: 'ada@example.com' })).body;
  const { number } = await stage.order('Ada asks for two', sessionId, 'PENDING', 'UNPAID');
  stage.orders.push([number, 'a paid order']);
  await stage.stock('They are put aside while she pays', 5, 2);

  await stripe.pay(sessionId, 'ada@example.com', 'Ada Harbour');
  await stage.order('She pays with 4242 4242 4242 4242', number, 'PREPARING', 'PAID');
  await stage.stock('The two are sold', 3, 0);
  await stage.mails('She and the staff are told', number, ['order_confirmation', 'order_received']);

  await holdfast.ship(number, 'DHL', `DEMO${number}`);
  await telling.line('Staff ship it', {
    read: () => holdfast.order(number),
    is: ({ status, shipments }) => status === 'SHIPPED' && shipments.length === 1,
    show: (order) =>
      `${orderInWords(order)}, with ${order.shipments.map(({ carrier, trackingNumber }) => `${carrier} ${trackingNumber}`).join(', ')}`,
  });
  await stage.mails('She is told that too', number, ['order_confirmation', 'order_received', 'order_shipped']);
  await holdfast.deliver(number);
  await stage.order('It arrives', number, 'COMPLETED', 'PAID');
  await stage.workflow(sessionId);
}
