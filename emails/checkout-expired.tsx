import { day, type MailFacts, type OrderFacts } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, Items, P, Small } from './parts';
import type { MailTemplate } from './template';

/** The hold is over and nobody paid: what was in the cart, and the way back to it. Money that came after all makes it untrue. */
export const checkoutExpired: MailTemplate = {
  audience: 'customer',
  title: 'Expired checkout',
  write: (facts) => {
    const { paymentStatus } = facts.order;
    if (paymentStatus !== 'UNPAID' && paymentStatus !== 'FAILED') return null;
    return { subject: `Your cart at ${facts.shop} is still here`, body: <CheckoutExpired {...facts} /> };
  },
};

const CheckoutExpired = ({ order, shop, links }: MailFacts) => (
  <Layout
    shop={shop}
    title="Your cart is still here"
    preview={`${whatHappened(order)} You can take it up again.`}
    why={becauseOrdered(shop)}
  >
    <P>{`${whatHappened(order)} We no longer hold these things for you, but your cart is as you left it.`}</P>
    <Items order={order} />
    <Action href={order.recovery?.url ?? links.storefront}>Take it up again</Action>
    <Small>
      {order.recovery && `The link works until ${day(order.recovery.until)}. `}
      Prices and stock are those of the day you come back. If you have changed your mind, there is nothing to do.
    </Small>
  </Layout>
);

const whatHappened = ({ declined }: OrderFacts): string =>
  declined
    ? 'Your card was declined, and your checkout has expired since. Nothing was charged.'
    : 'Your checkout has expired, and nothing was charged.';
