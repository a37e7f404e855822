import { isShipped, type MailFacts, money, type OrderFacts } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, H2, Items, P, Small } from './parts';
import type { MailTemplate } from './template';

/** Ordered, and the money is on its way: by transfer, debit or voucher it takes days. Untrue as soon as it has come or failed. */
export const paymentProcessing: MailTemplate = {
  audience: 'customer',
  title: 'Notice of a payment on its way',
  write: (facts) => {
    if (facts.order.paymentStatus !== 'PROCESSING') return null;
    return {
      subject: `We are waiting for your payment: order ${facts.order.number}`,
      body: <PaymentProcessing {...facts} />,
    };
  },
};

const PaymentProcessing = ({ order, shop, links }: MailFacts) => (
  <Layout
    shop={shop}
    title="Your payment is on its way"
    preview={`Order ${order.number}, ${money(order, order.total)}. We will write again as soon as your payment has arrived.`}
    why={becauseOrdered(shop)}
  >
    <P>
      Thank you for your order. The way you chose to pay takes a while, usually a few days.{' '}
      {`We will write again as soon as your payment has arrived${whatThen(order)}.`}
    </P>
    <P>
      If you were given a voucher or the details of a bank transfer, please pay with them: until you do, nothing can
      arrive. Otherwise there is nothing you need to do.
    </P>
    <H2>{`Order ${order.number}`}</H2>
    <Items order={order} />
    <Action href={links.order}>View your order</Action>
    <Small>If the payment does not come through, nothing is charged, and we will tell you.</Small>
  </Layout>
);

const whatThen = (order: OrderFacts): string =>
  isShipped(order) ? ', and then get your order ready' : ', with your order';
