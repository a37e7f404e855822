import { formatMoney } from '../../../domain/money';
import { type Demo, LANTERN } from '../demo';

/** A payment arrives for something that is sold out, and is refunded. */
export async function refund(demo: Demo): Promise<void> {
  const { story, holdfast, stripe, system } = demo;
  await holdfast.setAvailable(LANTERN, 0);
  await demo.stock('None are in stock', 0, 0);

  const { id: sessionId } = await stripe.createSession(
    demo.price,
    `${system.api}/success?session_id={CHECKOUT_SESSION_ID}`,
  );
  await story.step('A session is created at Stripe directly', {
    read: () => holdfast.orderPage(sessionId),
    is: ({ body }) => body.code === 'unknown_order',
    show: ({ status, body }) => `Holdfast answers ${status} ${body.code}`,
  });
  await stripe.pay(sessionId, 'dora@example.com', 'Dora Tide');
  await story.step('Dora pays', {
    read: () => stripe.session(sessionId),
    is: ({ status, payment_status }) => status === 'complete' && payment_status === 'paid',
    show: ({ status, payment_status }) => `${status}, ${payment_status}`,
  });

  const taken = await story.step('Holdfast writes her order', {
    read: () => holdfast.orderIfKnown(sessionId),
    is: (order) => order !== null,
    show: (order) =>
      `order ${order?.number}: ${order?.items.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ')}`,
  });
  const number = String(taken?.number);
  demo.orders.push([number, 'a refund']);
  const { paymentIntentId, refunded } = await demo.order(
    'Sold out, so she is refunded in full',
    number,
    'REFUNDED',
    'REFUNDED',
  );
  await story.step('Stripe shows the refund', {
    read: () => stripe.refundsOf(String(paymentIntentId)),
    is: ([first, ...more]) => more.length === 0 && first?.status === 'succeeded' && first.amount === refunded.amount,
    show: (refunds) =>
      refunds
        .map(({ id, amount, currency, status }) => `${id}: ${formatMoney({ amount, currency })} ${status}`)
        .join('; '),
  });
  await demo.stock('The stock is unchanged', 0, 0);
  await demo.mails('She gets a mail', number, ['order_refunded']);
  await demo.workflow(sessionId);
}
