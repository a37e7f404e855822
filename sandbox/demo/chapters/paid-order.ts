import { type Demo, LANTERN, orderInWords } from '../demo';

/** An order is paid, shipped and delivered. */
export async function paidOrder(demo: Demo): Promise<void> {
  const { story, holdfast, stripe } = demo;
  await holdfast.setAvailable(LANTERN, 5);
  await demo.stock('Five are in stock', 5, 0);

  const { sessionId } = (await holdfast.checkout({ sku: LANTERN, quantity: 2, email: 'ada@example.com' })).body;
  const { number } = await demo.order('Ada checks out with two', sessionId, 'PENDING', 'UNPAID');
  demo.orders.push([number, 'a paid order']);
  await demo.stock('Both are held while she pays', 5, 2);

  await stripe.pay(sessionId, 'ada@example.com', 'Ada Harbour');
  await demo.order('She pays with 4242 4242 4242 4242', number, 'PREPARING', 'PAID');
  await demo.stock('Both are sold', 3, 0);
  await demo.mails('She and the staff get a mail', number, ['order_confirmation', 'order_received']);

  await holdfast.ship(number, 'DHL', `DEMO${number}`);
  await story.step('Staff ship the order', {
    read: () => holdfast.order(number),
    is: ({ status, shipments }) => status === 'SHIPPED' && shipments.length === 1,
    show: (order) =>
      `${orderInWords(order)}, with ${order.shipments.map(({ carrier, trackingNumber }) => `${carrier} ${trackingNumber}`).join(', ')}`,
  });
  await demo.mails('She gets a mail about the shipment', number, [
    'order_confirmation',
    'order_received',
    'order_shipped',
  ]);
  await holdfast.deliver(number);
  await demo.order('It is delivered', number, 'COMPLETED', 'PAID');
  await demo.workflow(sessionId);
}
