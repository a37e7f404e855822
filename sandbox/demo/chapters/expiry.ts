import { type Demo, LANTERN } from '../demo';
import { ask } from '../http';

/** A shopper never pays. */
export async function expiry(demo: Demo): Promise<void> {
  const { story, holdfast, stripe } = demo;
  await holdfast.setAvailable(LANTERN, 1);
  await demo.stock('One is in stock', 1, 0);

  const { sessionId } = (await holdfast.checkout({ sku: LANTERN, quantity: 1, email: 'cleo@example.com' })).body;
  const { number } = await demo.order('Cleo checks out', sessionId, 'PENDING', 'UNPAID');
  demo.orders.push([number, 'an expiry']);
  await demo.stock('It is held for her', 1, 1);

  await stripe.expire(sessionId);
  await story.step('She does not pay; Stripe expires the session', {
    read: () => stripe.session(sessionId),
    is: ({ status, payment_status }) => status === 'expired' && payment_status === 'unpaid',
    show: ({ status, payment_status }) => `${status}, ${payment_status}`,
  });
  const { recoveryUrl } = await demo.order('Her order expires', number, 'EXPIRED', 'UNPAID');
  await demo.stock('The unit is available again', 1, 0);
  await demo.mails('She gets a mail with a link to her cart', number, ['checkout_expired']);
  await story.step('The link leads back to the shop', {
    read: () => ask(String(recoveryUrl)),
    is: ({ status }) => status === 303,
    show: ({ status, headers }) => `${status} → ${headers.get('location')?.replace(/recover=.*/, 'recover=…')}`,
  });
  await demo.workflow(sessionId);
}
