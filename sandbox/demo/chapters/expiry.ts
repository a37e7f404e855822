import { ask } from '../http';
import { LANTERN, type Stage } from '../stage';

/** A shopper does not come back. */
export async function expiry(stage: Stage): Promise<void> {
  const { telling, holdfast, stripe } = stage;
  await holdfast.setAvailable(LANTERN, 1);
  await stage.stock('One has come in', 1, 0);

  const { sessionId } = (await holdfast.checkout({ sku: LANTERN, quantity: 1, email: 'cleo@example.com' })).body;
  const { number } = await stage.order('Cleo asks for it', sessionId, 'PENDING', 'UNPAID');
  stage.orders.push([number, 'an expiry']);
  await stage.stock('It is put aside for her', 1, 1);

  await stripe.expire(sessionId);
  await telling.line('She does not pay; Stripe closes the session', {
    read: () => stripe.session(sessionId),
    is: ({ status, payment_status }) => status === 'expired' && payment_status === 'unpaid',
    show: ({ status, payment_status }) => `${status}, ${payment_status}`,
  });
  const { recoveryUrl } = await stage.order('So the order ends', number, 'EXPIRED', 'UNPAID');
  await stage.stock('It is back on the shelf', 1, 0);
  await stage.mails('She is sent a link to her cart', number, ['checkout_expired']);
  await telling.line('The link leads back to the shop', {
    read: () => ask(String(recoveryUrl)),
    is: ({ status }) => status === 303,
    show: ({ status, headers }) => `${status} → ${headers.get('location')?.replace(/recover=.*/, 'recover=…')}`,
  });
  await stage.workflow(sessionId);
}
