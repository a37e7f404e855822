import { formatMoney } from '../../../domain/money';
import { LANTERN, type Stage } from '../stage';

/** Money comes for what cannot be had: it goes back. */
export async function refund(stage: Stage): Promise<void> {
  const { telling, holdfast, stripe, system } = stage;
  await holdfast.setAvailable(LANTERN, 0);
  await stage.stock('Sold out', 0, 0);

  const { id: sessionId } = await stripe.createSession(
    stage.price,
    `${system.api}/success?session_id={CHECKOUT_SESSION_ID}`,
  );
  await telling.line('A session is made at Stripe, past Holdfast', {
    read: () => holdfast.orderPage(sessionId),
    is: ({ body }) => body.code === 'unknown_order',
    show: ({ status, body }) => `here ${status} ${body.code}`,
  });
  await stripe.pay(sessionId, 'dora@example.com', 'Dora Tide');
  await telling.line('Dora pays for it', {
    read: () => stripe.session(sessionId),
    is: ({ status, payment_status }) => status === 'complete' && payment_status === 'paid',
    show: ({ status, payment_status }) => `${status}, ${payment_status}`,
  });

  const taken = await telling.line('Holdfast takes it up', {
    read: () => holdfast.orderIfKnown(sessionId),
    is: (order) => order !== null,
    show: (order) =>
      `order ${order?.number}: ${order?.items.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ')}`,
  });
  const number = String(taken?.number);
  stage.orders.push([number, 'a refund']);
  const { paymentIntentId, refunded } = await stage.order(
    'There is none to be had: all is given back',
    number,
    'REFUNDED',
    'REFUNDED',
  );
  await telling.line('Stripe says the same', {
    read: () => stripe.refundsOf(String(paymentIntentId)),
    is: ([first, ...more]) => more.length === 0 && first?.status === 'succeeded' && first.amount === refunded.amount,
    show: (refunds) =>
      refunds
        .map(({ id, amount, currency, status }) => `${id}: ${formatMoney({ amount, currency })} ${status}`)
        .join('; '),
  });
  await stage.stock('The stock is as it was', 0, 0);
  await stage.mails('She is told', number, ['order_refunded']);
  await stage.workflow(sessionId);
}
