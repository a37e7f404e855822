import { day, type MailFacts, money } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, H2, Items, P, Small } from './parts';
import type { MailTemplate } from './template';

/** A delayed payment did not come through: what was ordered, and the way to try again. Money that came after all makes it untrue. */
export const paymentFailed: MailTemplate = {
  audience: 'customer',
  title: 'Notice of a failed payment',
  write: (facts) => {
    if (facts.order.paymentStatus !== 'FAILED') return null;
    return {
      subject: `Your payment did not come through: order ${facts.order.number}`,
      body: <PaymentFailed {...facts} />,
    };
  },
};

const PaymentFailed = ({ order, shop, links }: MailFacts) => (
  <Layout
    shop={shop}
    title="Your payment did not come through"
    preview={`Order ${order.number}, ${money(order, order.total)}: nothing was charged. You can try again.`}
    why={becauseOrdered(shop)}
  >
    <P>
      {`The payment for order ${order.number} has failed, and nothing was charged. `}
      The order is closed, and we no longer hold these things for you.
    </P>
    <P>If you still want them, you can try again, with another way to pay if you like.</P>
    <Action href={order.recovery?.url ?? links.storefront}>Try again</Action>
    <H2>What you ordered</H2>
    <Items order={order} />
    <Small>
      {order.recovery && `The link works until ${day(order.recovery.until)}. `}
      Prices and stock are those of the day you come back. Your bank or payment provider can say why the payment failed.
    </Small>
  </Layout>
);
