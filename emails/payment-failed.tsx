import { day, type MailFacts, money } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, H2, Items, P, Small } from './parts';
import type { MailTemplate } from './template';

/** A delayed payment failed: what was ordered, and a link to try again. Not sent if the money has arrived after all. */
export const paymentFailed: MailTemplate = {
  audience: 'customer',
  title: 'Failed payment notice',
  write: (facts) => {
    if (facts.order.paymentStatus !== 'FAILED') return null;
    return {
      subject: `Your payment did not go through: order ${facts.order.number}`,
      body: <PaymentFailed {...facts} />,
    };
  },
};

const PaymentFailed = ({ order, shop, links }: MailFacts) => (
  <Layout
    shop={shop}
    title="Your payment did not go through"
    preview={`Order ${order.number}, ${money(order, order.total)}: nothing was charged. You can try again.`}
    why={becauseOrdered(shop)}
  >
    <P>
      {`The payment for order ${order.number} failed, and nothing was charged. `}
      The order is closed, and we are no longer holding these items for you.
    </P>
    <P>If you would still like them, you can try again, with a different payment method if you prefer.</P>
    <Action href={order.recovery?.url ?? links.storefront}>Try again</Action>
    <H2>What you ordered</H2>
    <Items order={order} />
    <Small>
      {order.recovery && `The link works until ${day(order.recovery.until)}. `}
      Prices and availability may have changed by the time you return. Your bank or payment provider can tell you why
      the payment failed.
    </Small>
  </Layout>
);
