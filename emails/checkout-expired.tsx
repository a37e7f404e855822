import { day, type MailFacts, type OrderFacts } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, Items, P, Small } from './parts';
import type { MailTemplate } from './template';

/**
 * The hold ended without a payment: what was in the cart, and a link back to it. Not sent once any money has arrived.
 */
export const checkoutExpired: MailTemplate = {
  audience: 'customer',
  title: 'Expired checkout notice',
  write: (facts) => {
    const { paymentStatus } = facts.order;
    if (paymentStatus !== 'UNPAID' && paymentStatus !== 'FAILED') return null;
    return { subject: `Your cart at ${facts.shop} is saved`, body: <CheckoutExpired {...facts} /> };
  },
};

const CheckoutExpired = ({ order, shop, links }: MailFacts) => (
  <Layout
    shop={shop}
    title="Your cart is saved"
    preview={`${whatHappened(order)} You can pick up where you left off.`}
    why={becauseOrdered(shop)}
  >
    <P>{`${whatHappened(order)} We are no longer holding these items for you, but your cart is just as you left it.`}</P>
    <Items order={order} />
    <Action href={order.recovery?.url ?? links.storefront}>Return to your cart</Action>
    <Small>
      {order.recovery && `The link works until ${day(order.recovery.until)}. `}
      Prices and availability may have changed by the time you return. If you have changed your mind, you can ignore
      this e-mail.
    </Small>
  </Layout>
);

const whatHappened = ({ declined }: OrderFacts): string =>
  declined
    ? 'Your card was declined, and your checkout has since expired. Nothing was charged.'
    : 'Your checkout has expired, and nothing was charged.';
